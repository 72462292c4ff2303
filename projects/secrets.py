"""Secrets at rest: encrypted, or told by a fingerprint only, with a key that is never in the database.

Fernet and HMAC-SHA256; SECRETS_KEY, SECRETS_KEY_OLD.
"""

import base64
import hashlib
import hmac
from functools import cache

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class UnreadableSecret(Exception):
    """Encrypted with a key that this installation does not have."""


def encrypt(secret: str) -> str:
    return _cipher().encrypt(secret.encode()).decode()


def decrypt(encrypted: str) -> str:
    """Raises UnreadableSecret."""
    try:
        return _cipher().decrypt(encrypted.encode()).decode()
    except InvalidToken:
        raise UnreadableSecret("SECRETS_KEY is not the key that this secret was encrypted with.") from None


def fingerprint(text: str) -> bytes:
    """32 bytes by which `text` is known again, and which tell nothing of it to anybody without the key."""
    return fingerprints(text)[0]


def fingerprints(text: str) -> list[bytes]:
    """By the key in use and by older ones, which fingerprints from before a change were made with."""
    return [
        hmac.digest(_fingerprint_key(key), text.encode(), "sha256")
        for key in [settings.SECRETS_KEY, *settings.SECRETS_KEY_OLD]
    ]


def _fingerprint_key(passphrase: str) -> bytes:
    return hashlib.sha256(b"playhead fingerprints:" + passphrase.encode()).digest()


@cache
def _cipher() -> MultiFernet:
    """The first key encrypts; older ones still decrypt, so that keys can be changed without losing a secret."""
    return MultiFernet(
        [Fernet(_fernet_key(key)) for key in [settings.SECRETS_KEY, *settings.SECRETS_KEY_OLD]]
    )


def _fernet_key(passphrase: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"playhead api secrets:" + passphrase.encode()).digest())
