"""At every address that names it, an expired session is told as one that never was."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from accounts.models import User
from observability.exports.ask import ask_for_export
from observability.models import Export, Recording, Session
from observability.queries.records import timeline_of
from observability.recordings.waveform import analyse_recording
from observability.timeline.model import Timeline
from projects.audit import Onlooker
from tests.access.table import MADE_ANEW
from tests.api.conftest import received
from tests.exports.conftest import work
from tests.lasting import keep_files, put_files_back
from tests.people import OWNER, TEAMMATE, UserFactory, make_acme, signed_in
from tests.retention.erasing import expire

ONLY_POST = {302, 405}
"""Looking at an address of a form leads to its page, or is refused."""
NAMES_A_SESSION = ("<uuid:public_id>", "<uuid:session>")
OTHERS = {
    "<slug:slug>": "acme",
    "<slug:project>": "acme",
    "<int:index>": "1",
    "<str:trace_id>-<str:span_id>": "{trace_id}-{span_id}",
    "<slug:key>": "span-0",
}


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    """Every address of the whole site that names a session."""
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif isinstance(pattern, URLPattern) and any(name in route for name in NAMES_A_SESSION):
            yield route


ROUTES = sorted(routes())


def address(route: str, public_id: object, export: Export, timeline: Timeline) -> str:
    span = timeline.spans[0]
    for name, value in OTHERS.items():
        route = route.replace(name, value.format(trace_id=span.trace_id, span_id=span.span_id))
    for name in NAMES_A_SESSION:
        route = route.replace(name, str(public_id))
    route = route.replace("<uuid:export>", str(export.public_id))
    assert "<" not in route, f"{route} has a part that this test does not know of."
    return "/" + route


def told(client: Client, method: str, path: str, public_id: object) -> tuple[int, bytes]:
    answer = client.generic(method, path)
    body = b"".join(answer) if answer.streaming else answer.content
    return answer.status_code, MADE_ANEW.sub(b"", body.replace(str(public_id).encode(), b"ID"))


def test_the_walk_finds_pages_and_api() -> None:
    assert len(ROUTES) >= 23
    assert any("audio" in route for route in ROUTES)


@dataclass
class Talk:
    """A session with everything, and a zip of it, made once for all addresses."""

    session: Session
    export: Export
    timeline: Timeline
    owner: User
    files: Path


@pytest.fixture(scope="module")
def made(lasting: Path) -> Talk:
    owner = UserFactory(**OWNER)
    session = received("python/1.8.9_second_session", make_acme(owner, UserFactory(**TEAMMATE)))
    analyse_recording(Recording.objects.get().pk)
    asker = Onlooker(owner, None, "127.0.0.1")
    export = ask_for_export(session.project, [session], asker=asker, may_hear=True)
    work()
    keep_files(lasting)
    return Talk(session, export, timeline_of(session), owner, lasting)


@pytest.fixture
def talk(made: Talk, db: None) -> Talk:
    put_files_back(made.files)
    return made


@pytest.mark.parametrize("route", ROUTES)
def test_an_expired_session_is_told_as_one_that_never_was(route: str, talk: Talk) -> None:
    client, public_id, never = signed_in(talk.owner), talk.session.public_id, uuid4()
    path, unknown = (address(route, each, talk.export, talk.timeline) for each in (public_id, never))
    method = "POST" if client.get(path).status_code in ONLY_POST else "GET"
    before = client.generic(method, path).status_code

    expire(Session.objects.get(pk=talk.session.pk))

    after = told(client, method, path, public_id)
    assert (before in {200, 202, 302, 404}, after[0]) == (True, 404)
    assert after == told(client, method, unknown, never)
