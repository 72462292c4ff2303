"""One-time sign-in links: made by an operator's command, used once by a person."""

import hashlib
import secrets
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import SignInLink, User


def create_sign_in_link(user: User, *, valid_for: timedelta) -> str:
    """Return the token for /account/link/<token>/. It cannot be read again: only its hash is kept."""
    token = secrets.token_urlsafe(32)
    SignInLink.objects.create(user=user, token_hash=hash_of(token), expires_at=timezone.now() + valid_for)
    return token


def is_usable(token: str, *, now: datetime) -> bool:
    return SignInLink.objects.filter(token_hash=hash_of(token), used_at=None, expires_at__gt=now).exists()


def use_sign_in_link(token: str, *, now: datetime) -> User | None:
    """Return its owner the first time, None ever after. The updated row decides, so two clicks sign in once."""
    usable = SignInLink.objects.filter(
        token_hash=hash_of(token), used_at=None, expires_at__gt=now, user__is_active=True
    )
    if not usable.update(used_at=now):
        return None
    return SignInLink.objects.select_related("user").get(token_hash=hash_of(token)).user


def hash_of(token: str) -> str:
    """The tokens are long and random, so a plain digest is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()
