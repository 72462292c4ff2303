"""Secrets at rest: encrypted with a key that is never in the database (Fernet; SECRETS_KEY, SECRETS_KEY_OLD)."""

import base64
import hashlib
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


@cache
def _cipher() -> MultiFernet:
    """The first key encrypts; older ones still decrypt, so that keys can be changed without losing a secret."""
    return MultiFernet(
        [Fernet(_fernet_key(key)) for key in [settings.SECRETS_KEY, *settings.SECRETS_KEY_OLD]]
    )


def _fernet_key(passphrase: str) -> bytes:
    return base64.urlsafe_b64encode(hashlib.sha256(b"playhead api secrets:" + passphrase.encode()).digest())
