"""The browsers that somebody is signed in with: where, since when, and when last."""

import re
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta

from allauth.core import context
from allauth.usersessions.adapter import DefaultUserSessionsAdapter
from allauth.usersessions.models import UserSession
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import trail
from accounts.models import AccountEvent

SEEN_EVERY = timedelta(minutes=5)
"""`last_seen_at` is written no more often than this, so that looking at pages is not writing."""
MAX_REMEMBERED = 10_000
"""Browsers that a process remembers to have noted, some 200 bytes each."""
BROWSERS = [
    ("Edge", r"Edg(?:e|A|iOS)?/(\d+)"),
    ("Opera", r"OPR/(\d+)"),
    ("Firefox", r"(?:Firefox|FxiOS)/(\d+)"),
    ("Chrome", r"(?:Chrome|CriOS|HeadlessChrome)/(\d+)"),
    ("Safari", r"Version/(\d+).* Safari/"),
]
SYSTEMS = [
    ("Android", "Android"),
    ("iOS", "iPhone|iPad"),
    ("Windows", "Windows"),
    ("macOS", "Mac OS X"),
    ("ChromeOS", "CrOS"),
    ("Linux", "Linux"),
]
"""Most browsers claim to be others too; the first that fits is the one."""


class NoteBrowsers:
    """Middleware. Also notes browsers that signed in by a link, or before there was this list.

    Each process remembers whom it has noted, so that most requests ask the database for nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.noted: dict[str, datetime] = {}

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if self.is_due(request.session.session_key) and request.user.is_authenticated:
            note_seen(request)
            self.remember(str(request.session.session_key))
        return self.get_response(request)

    def is_due(self, session_key: str | None) -> bool:
        noted_at = self.noted.get(session_key or "")
        return bool(session_key) and (noted_at is None or noted_at < timezone.now() - SEEN_EVERY)

    def remember(self, session_key: str) -> None:
        if len(self.noted) >= MAX_REMEMBERED:
            self.noted.clear()
        self.noted[session_key] = timezone.now()


def note_seen(request: HttpRequest) -> None:
    """Unless another process has noted it just now."""
    noted = UserSession.objects.filter(
        session_key=request.session.session_key, last_seen_at__gt=timezone.now() - SEEN_EVERY
    )
    if not noted.exists():
        UserSession.objects.create_from_request(request)


class BrowsersAdapter(DefaultUserSessionsAdapter):  # type: ignore[misc]  # allauth has no annotations
    def end_sessions(self, sessions: Iterable[UserSession]) -> None:
        """Their sockets find out within seconds, their pages with the next request."""
        super().end_sessions(sessions)
        trail.note(context.request, context.request.user, AccountEvent.Verb.ENDED_ELSEWHERE)


def browser_name(user_agent: str) -> str:
    """ "Firefox 131 on Linux", as far as it can be told."""
    found = ((name, match[1]) for name, pattern in BROWSERS if (match := re.search(pattern, user_agent)))
    name, version = next(found, ("", ""))
    system = next((each for each, pattern in SYSTEMS if re.search(pattern, user_agent)), "")
    if not name:
        return system or _("Unknown browser")
    if not system:
        return f"{name} {version}"
    return _("%(browser)s on %(system)s") % {"browser": f"{name} {version}", "system": system}
