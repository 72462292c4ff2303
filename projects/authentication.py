"""How scripts prove who they are: `Authorization: Bearer <access token>`."""

from datetime import timedelta
from functools import cache
from hmac import compare_digest

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.utils import timezone
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from config.written import Given, Written
from projects.actions import TOKEN_PREFIX, hash_token
from projects.models import AccessToken

USED_AGAIN_AFTER = timedelta(minutes=1)
"""`last_used_at` is written no more often than this, so that a busy script's reads are not writes."""


class AccessTokenAuthentication(BaseAuthentication):
    """Sets `request.auth` to the token. `request.user` stays nobody: a token speaks for a project."""

    def authenticate(self, request: Request) -> tuple[AnonymousUser, AccessToken] | None:
        scheme, _, secret = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        return AnonymousUser(), token_of(secret.strip().decode("ascii", "replace"))

    def authenticate_header(self, request: Request) -> str:
        return 'Bearer realm="Playhead"'


class AccessTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = AccessTokenAuthentication
    name = "accessToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of the project, with scope read; ingest for imports, settings for its settings.",
        }


def token_of(secret: str) -> AccessToken:
    """The token in use that has this secret. Raises AuthenticationFailed, the same for every other.

    It is looked up by its digest, which tells somebody who measures times nothing about any token.
    """
    digest = hash_token(secret)
    token = token_in_use().first(digest=digest)
    if token is None or not secret.startswith(TOKEN_PREFIX) or not compare_digest(token.token_hash, digest):
        raise AuthenticationFailed("The access token is not valid.")
    note_use(token)
    return token


@cache
def token_in_use() -> Written[AccessToken]:
    maker_may_sign_in = Q(created_by=None) | Q(created_by__is_active=True)
    digest = Given("digest", AccessToken._meta.get_field("token_hash"))
    tokens = AccessToken.objects.filter(maker_may_sign_in, token_hash=digest, revoked_at__isnull=True)
    return Written(
        tokens.filter(project__deleted_at=None).select_related("project__plan", "project__privacy").order_by()
    )


def note_use(token: AccessToken) -> None:
    now = timezone.now()
    if token.last_used_at is not None and token.last_used_at > now - USED_AGAIN_AFTER:
        return
    is_due = Q(last_used_at__isnull=True) | Q(last_used_at__lte=now - USED_AGAIN_AFTER)
    AccessToken.objects.filter(is_due, pk=token.pk).update(last_used_at=now)
