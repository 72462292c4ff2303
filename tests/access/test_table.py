"""Every route of the site, tried by everybody: only who stands in the table gets in, and nobody else learns a thing."""

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver

from observability.live.routing import websocket_urlpatterns
from projects.actions import create_access_token
from projects.models import Project
from projects.staff import begin_grant
from tests.access.conftest import LOOK, Acme, Place
from tests.access.table import MADE_ANEW, OTHERS, SOCKETS, TABLE, Row
from tests.people import UserFactory, signed_in

pytestmark = pytest.mark.django_db
RANK = {"viewer": 0, "member": 1, "admin": 2, "owner": 3}
NAMES_PROJECT = ("<slug:slug>", "<slug:project>")


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
    route: str, place: Place, nowhere: Place, client: Client, acme: Acme
) -> None:
    row = TABLE[route]
    own, foreign = (
        f"Bearer {create_access_token(Project.objects.get(slug=slug), 'script', ['read'], by=None).secret}"
        for slug in ("acme", "other")
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
    route: str, place: Place, people: dict[str, Client]
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
    route: str, client: Client, people: dict[str, Client]
) -> None:
    row = TABLE[route]
    admin = UserFactory(is_staff=True, is_superuser=True)
    grant = begin_grant("acme", admin, **LOOK)
    path = "/" + route.replace("<str:token>", "no-such-token").replace("<int:grant_id>", str(grant.pk))
    path = path.replace("<path:name>", "connect")
    askers = client, people["owner"], signed_in(admin)
    nobody, somebody, operator = (told(each, row, path) for each in askers)

    if row.least in {"anyone", "nothing"}:
        assert (somebody[0] == 404) == (row.least == "nothing")
        assert row.least == "nothing" or nobody[0] == somebody[0]
        return
    assert nobody[0] == 401 if route.startswith("api/") else nobody[2].startswith("/account/login/")
    assert (somebody[0] == 404) == (row.least == "staff")
    assert operator[0] != 404
