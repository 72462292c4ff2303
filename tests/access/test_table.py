"""Every route of the site, tried by everybody: only who stands in the table gets in, and nobody else learns a thing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from accounts.models import User
from observability.live.routing import websocket_urlpatterns
from observability.models import Export, Recording, SavedView, Session
from observability.queries.records import timeline_of
from observability.recordings.waveform import analyse_recording
from projects.actions import create_access_token
from projects.invitations import invite
from projects.models import Project, Role
from projects.staff import begin_grant, end_grant
from tests.access.table import OTHERS, SOCKETS, TABLE, Row
from tests.api.conftest import answers_are_closed, replay, talk
from tests.exports.conftest import ask, work
from tests.people import MembershipFactory, UserFactory, signed_in

__all__ = ["answers_are_closed", "ask", "replay", "talk"]

pytestmark = pytest.mark.django_db
LOOK = {"reason": "Support request 4711", "minutes": 60}
RANK = {"viewer": 0, "member": 1, "admin": 2, "owner": 3}
NAMES_PROJECT = ("<slug:slug>", "<slug:project>")
MADE_ANEW = re.compile(rb'nonce="[^"]*"|"X-CSRFToken": "[^"]*"|name="csrfmiddlewaretoken" value="[^"]*"')
"""In every answer."""


def routes(resolver: URLResolver | None = None, before: str = "") -> Iterator[str]:
    for pattern in (resolver or get_resolver()).url_patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from routes(pattern, route)
        elif not route.startswith(OTHERS):
            yield route


OF_A_PROJECT = sorted(route for route in TABLE if any(name in route for name in NAMES_PROJECT))
OF_A_SESSION = [route for route in OF_A_PROJECT if "uuid:" in route or "{session}" in TABLE[route].body]


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    assert set(routes()) == set(TABLE)
    assert {str(pattern.pattern) for pattern in websocket_urlpatterns} == SOCKETS


@dataclass
class Place:
    """What a route's placeholders stand for."""

    project: str
    session: object
    export: object
    values: dict[str, str]

    def path(self, route: str) -> str:
        named = self.values | {
            "<slug:slug>": self.project,
            "<slug:project>": self.project,
            "<uuid:public_id>": str(self.session),
            "<uuid:session>": str(self.session),
            "<uuid:export_id>": str(self.export),
            "<uuid:export>": str(self.export),
        }
        for name, value in named.items():
            route = route.replace(name, value)
        assert "<" not in route, f"{route} has a part that this test does not know of."
        return "/" + route


@pytest.fixture
def place(
    talk: Session, ask: Callable[..., Export], project: Project, owner: User, teammate: User, api_key: Any
) -> Place:
    """Acme's session with everything, a zip of it that is ready, a key, a token, a member, an invitation."""
    analyse_recording(Recording.objects.get().pk)
    export = ask(talk)
    work()
    timeline = timeline_of(talk)
    token = create_access_token(project, "script", ["read"], by=None).row
    span, line = timeline.spans[0], timeline.logs[0]
    values = {
        "<str:trace_id>-<str:span_id>": f"{span.trace_id}-{span.span_id}",
        "logs/<slug:key>": f"logs/{line.key}",
        "raw/<slug:key>": "raw/span-0",
        "<int:index>": "1",
        "<int:view_id>": str(SavedView.objects.create(project=project, name="Slow", query="slow=1500").pk),
        "<int:key_id>": str(api_key.pk),
        "<int:token_id>": str(token.pk),
        "<int:member_id>": str(project.memberships.get(user=teammate).pk),
        "<int:invitation_id>": str(invite(project, "new@example.org", Role.VIEWER, by=owner).row.pk),
        "<slug:plan>": "ship",
        "<int:grant_id>": str(begin_grant("acme", UserFactory(is_staff=True), **LOOK).pk),
    }
    return Place("acme", talk.public_id, export.public_id, values)


@pytest.fixture
def nowhere(place: Place) -> Place:
    return Place("acmf", place.session, place.export, place.values)


@pytest.fixture
def people(project: Project, owner: Any, other_project: Project, stranger: Any) -> dict[str, Client]:
    """Who comes to Acme: its roles, somebody who was in it, and somebody of another project."""
    found = {"owner": signed_in(owner), "stranger": signed_in(stranger)}
    for role in (Role.ADMIN, Role.MEMBER, Role.VIEWER):
        user = UserFactory()
        MembershipFactory(project=project, user=user, role=role)
        found[role.value] = signed_in(user)
    former = UserFactory()
    membership = MembershipFactory(project=project, user=former, role=Role.OWNER)
    found["former member"] = signed_in(former)
    membership.delete()
    found |= operators()
    return found


def operators() -> dict[str, Client]:
    """Who run the server: with a grant for Acme, and with none, or no longer one, or one of another project."""
    names = ["granted", "never granted", "granted until now", "granted elsewhere"]
    found = {name: UserFactory(is_staff=True, is_superuser=True) for name in names}
    begin_grant("acme", found["granted"], **LOOK)
    end_grant(begin_grant("acme", found["granted until now"], **LOOK), by=None)
    begin_grant("other", found["granted elsewhere"], **LOOK)
    return {name: signed_in(user) for name, user in found.items()}


def told(client: Client, row: Row, path: str, session: object = "", **headers: str) -> tuple[int, bytes, str]:
    """What an asker is told; whatever it did is undone."""
    body = row.body.format(session=session)
    with transaction.atomic():
        answer = client.generic(
            row.method, path, body, content_type="application/x-www-form-urlencoded", headers=headers
        )
        body = b"".join(answer) if answer.streaming else answer.content
        transaction.set_rollback(True)
    return answer.status_code, MADE_ANEW.sub(b"", body), answer.get("Location", "")


@pytest.mark.parametrize("route", OF_A_PROJECT)
def test_only_the_roles_of_its_row_are_let_in_and_others_are_told_that_there_is_nothing(
    route: str, place: Place, nowhere: Place, people: dict[str, Client]
) -> None:
    row = TABLE[route]
    least = "viewer" if row.least == "api" else row.least

    let_in = set()
    for name, client in people.items():
        here, there = (told(client, row, each.path(route), each.session) for each in (place, nowhere))
        if here[:2] == there[:2]:
            assert here[0] == 404
        elif here[0] != row.refusal:
            let_in.add(name)

    granted = {"granted"} if least == "viewer" and row.granted else set()
    assert let_in == {name for name in RANK if RANK[name] >= RANK[least]} | granted


@pytest.mark.parametrize("route", OF_A_PROJECT)
def test_nobody_in_particular_is_asked_to_sign_in(
    route: str, place: Place, nowhere: Place, client: Client
) -> None:
    for each in (place, nowhere):
        status, _body, location = told(client, TABLE[route], each.path(route))
        if route.startswith("api/"):
            assert status == 401
        else:
            assert (status, location.split("?")[0]) == (302, "/account/login/")


@pytest.mark.parametrize("route", OF_A_PROJECT)
def test_tokens_open_what_the_api_shows_of_their_own_project_and_nothing_else(
    route: str, place: Place, nowhere: Place, client: Client, project: Project, other_project: Project
) -> None:
    row = TABLE[route]
    own, foreign = (
        f"Bearer {create_access_token(each, 'script', ['read'], by=None).secret}"
        for each in (project, other_project)
    )
    there = told(client, row, nowhere.path(route), Authorization=own)

    of_own = told(client, row, place.path(route), Authorization=own)
    of_foreign = told(client, row, place.path(route), Authorization=foreign)

    if not route.startswith("api/"):
        assert {of_own[0], of_foreign[0]} == {302}
        return
    assert of_foreign == there
    assert there[0] == 404
    assert (of_own != there) == (row.least == "api") or of_own[0] == 403


@pytest.mark.parametrize("route", OF_A_SESSION)
def test_a_foreign_session_is_told_as_one_that_never_was(
    route: str, place: Place, people: dict[str, Client], other_project: Project, stranger: Any
) -> None:
    """A stranger's own project, and Acme's ids in it."""
    never = Place("other", uuid4(), uuid4(), place.values)
    foreign = Place("other", place.session, place.export, place.values)

    theirs, unknown = (
        told(people["stranger"], TABLE[route], each.path(route), each.session) for each in (foreign, never)
    )

    assert theirs[0] == 404
    assert theirs[1].replace(str(place.session).encode(), b"") == unknown[1].replace(
        str(never.session).encode(), b""
    )


@pytest.mark.parametrize("route", sorted(set(TABLE) - set(OF_A_PROJECT)))
def test_pages_of_no_project_are_for_whom_the_table_says(
    route: str, client: Client, owner_client: Client, admin_client: Client, project: Project
) -> None:
    row = TABLE[route]
    grant = begin_grant("acme", User.objects.get(email="admin@example.com"), **LOOK)
    path = "/" + route.replace("<str:token>", "no-such-token").replace("<int:grant_id>", str(grant.pk))
    nobody, somebody, operator = (told(each, row, path) for each in (client, owner_client, admin_client))

    if row.least in {"anyone", "nothing"}:
        assert (somebody[0] == 404) == (row.least == "nothing")
        assert row.least == "nothing" or nobody[0] == somebody[0]
        return
    assert nobody[0] == 401 if route.startswith("api/") else nobody[2].startswith("/account/login/")
    assert (somebody[0] == 404) == (row.least == "staff")
    assert operator[0] != 404
