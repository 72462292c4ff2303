"""On the second at which a session expires it is as if it had never been, purge or no purge."""

import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from observability.models import Export, Recording, Session
from observability.queries.records import timeline_of
from observability.recordings.waveform import analyse_recording
from observability.timeline.model import Timeline
from tests.exports.conftest import ask, work
from tests.retention.erasing import expire

__all__ = ["ask"]

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
MADE_ANEW = re.compile(rb'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')
"""In every answer."""


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


@pytest.mark.parametrize("route", ROUTES)
def test_an_expired_session_is_told_as_one_that_never_was(
    route: str, talk: Session, ask: Callable[..., Export], owner_client: Client
) -> None:
    analyse_recording(Recording.objects.get().pk)
    export, timeline, never = ask(talk), timeline_of(talk), uuid4()
    work()
    path, unknown = (address(route, each, export, timeline) for each in (talk.public_id, never))
    method = "POST" if owner_client.get(path).status_code in ONLY_POST else "GET"
    before = owner_client.generic(method, path).status_code

    expire(talk)

    after = told(owner_client, method, path, talk.public_id)
    assert (before in {200, 202, 302, 404}, after[0]) == (True, 404)
    assert after == told(owner_client, method, unknown, never)


@pytest.mark.parametrize("name", ["sessions/", "sessions/rows/"])
def test_lists_are_without_it(name: str, talk: Session, owner_client: Client) -> None:
    path = f"/projects/acme/{name}"
    assert str(talk.public_id).encode() in owner_client.get(path).content

    expire(talk)

    assert str(talk.public_id).encode() not in owner_client.get(path).content


def test_what_comes_for_it_is_acknowledged_and_kept_nowhere(talk: Session, agent) -> None:  # type: ignore[no-untyped-def]
    from tests.sending import spans

    expire(talk)
    before = talk.batches.count()

    answer = agent.send("traces", spans("late", job=talk.job_id))

    assert (answer.status_code, talk.batches.count(), Session.objects.count()) == (200, before, 1)
