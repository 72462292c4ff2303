"""How fast this machine is just now: virtual cores differ by half from hour to hour, and figures with them."""

import time

import jwt

SECRET = "a secret as long as those of LiveKit's keys"
CHECK_US = 39.0
"""What one check of a token took where the goals were set."""
ROUNDS = 5
CHECKS = 1_000


def slowness() -> float:
    """Time that this machine needs for what took 1 where the goals were set; the best of five rounds."""
    token = jwt.encode(
        {"iss": "key", "exp": int(time.time()) + 600, "observability": {"write": True}}, SECRET
    )
    return min(seconds_of_check(token) for _ in range(ROUNDS)) * 1e6 / CHECK_US


def seconds_of_check(token: str) -> float:
    began = time.perf_counter()
    for _ in range(CHECKS):
        jwt.decode(token, SECRET, algorithms=["HS256"])
    return (time.perf_counter() - began) / CHECKS
