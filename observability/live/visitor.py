"""Who opens a socket, and whether they still may. Runs on threads."""

from collections.abc import Iterable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY, load_backend
from django.http import parse_cookie
from django.utils.crypto import constant_time_compare
from rest_framework.exceptions import AuthenticationFailed

from accounts.client_address import client_address
from accounts.models import User
from projects.access import grant_in, project_for_token, project_for_viewer_under_any_slug
from projects.audit import Onlooker, note_look
from projects.authentication import token_of
from projects.models import AccessToken, Project


class NotSignedIn(Exception):
    """Neither a valid session of the browser nor a valid token."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """As the socket's request brought them; looked up again at every check."""

    bearer: str
    session_key: str
    address: str | None

    @classmethod
    def of(cls, scope: Any) -> "Credentials":
        headers = {name: value.decode("latin1") for name, value in scope["headers"]}
        scheme, _, secret = headers.get(b"authorization", "").partition(" ")
        cookies = parse_cookie(headers.get(b"cookie", ""))
        client = scope.get("client")
        return cls(
            bearer=secret.strip() if scheme.lower() == "bearer" else "",
            session_key=cookies.get(settings.SESSION_COOKIE_NAME, ""),
            address=client_address(client[0] if client else None, forwarded_for(scope)),
        )


def forwarded_for(scope: Any) -> str:
    return ",".join(value.decode("latin1") for name, value in scope["headers"] if name == b"x-forwarded-for")


@dataclass(frozen=True, slots=True)
class Visitor:
    project: Project
    user: User | None = None
    token: AccessToken | None = None

    @property
    def key(self) -> str:
        return f"user {self.user.pk}" if self.user else f"token {self.token.pk if self.token else ''}"


def visitor_of(credentials: Credentials, slug: str) -> Visitor:
    """Raises NotSignedIn, or Http404 for a project that is not theirs or does not exist."""
    if credentials.bearer:
        try:
            token = token_of(credentials.bearer)
        except AuthenticationFailed:
            raise NotSignedIn from None
        return Visitor(project_for_token(token, slug, scope="read"), token=token)
    user = user_of(credentials.session_key)
    return Visitor(project_for_viewer_under_any_slug(user, slug), user=user)


def user_of(session_key: str) -> User:
    """Only looks: unlike Django's middleware it never ends or renews the browser's session."""
    if not session_key:
        raise NotSignedIn
    session = import_module(settings.SESSION_ENGINE).SessionStore(session_key).load()
    backend = session.get(BACKEND_SESSION_KEY)
    if SESSION_KEY not in session or backend not in settings.AUTHENTICATION_BACKENDS:
        raise NotSignedIn
    user = load_backend(backend).get_user(User._meta.pk.to_python(session[SESSION_KEY]))
    if user is None or not is_of(user, session.get(HASH_SESSION_KEY, "")):
        raise NotSignedIn
    return user


def is_of(user: User, session_hash: str) -> bool:
    """False after the password was changed."""
    hashes: Iterable[str] = [user.get_session_auth_hash(), *user.get_session_auth_fallback_hash()]
    return any(constant_time_compare(session_hash, each) for each in hashes)


def note_visit(visitor: Visitor, address: str | None, viewed: str) -> None:
    """`viewed` is a session's id, or "" for the list, which is noted of operators alone."""
    onlooker = Onlooker(visitor.user, visitor.token, address)
    if viewed:
        note_look(visitor.project, onlooker, "session.viewed", viewed)
    elif grant_in(visitor.project, visitor.user):
        note_look(visitor.project, onlooker, "staff.looked", "sessions/")
