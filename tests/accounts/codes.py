"""An authenticator app: RFC 6238 with SHA-1, six digits, half a minute."""

import base64
import hmac
import struct
import time


def code_of(secret: str, *, steps_later: int = 0) -> str:
    counter = int(time.time() // 30) + steps_later
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", counter), "sha1")
    start = digest[-1] & 0x0F
    number = struct.unpack(">I", digest[start : start + 4])[0] & 0x7FFFFFFF
    return f"{number % 1_000_000:06}"
