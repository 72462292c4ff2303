"""Acme as every asker finds it: made once for all routes, since whatever an asker does is undone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from observability.exports.ask import ask_for_export
from observability.models import Export, Recording, SavedView, Session
from observability.queries.records import timeline_of
from observability.recordings.waveform import analyse_recording
from projects.actions import create_access_token, register_api_key
from projects.audit import Onlooker
from projects.invitations import invite
from projects.models import Project, Role
from projects.staff import begin_grant, end_grant
from tests.api.conftest import answers_are_closed, received
from tests.exports.conftest import work
from tests.lasting import keep_files, put_files_back
from tests.people import (
    API_KEY,
    API_SECRET,
    OWNER,
    STRANGER,
    TEAMMATE,
    MembershipFactory,
    UserFactory,
    make_acme,
    make_other,
    signed_in,
)

__all__ = ["answers_are_closed"]

LOOK = {"reason": "Support request 4711", "minutes": 60}


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


@dataclass
class Acme:
    place: Place
    cookies: dict[str, Any]
    """Of each asker's browser."""
    files: Path


@pytest.fixture(scope="module")
def acme(lasting: Path) -> Acme:
    owner, teammate, stranger = (UserFactory(**told) for told in (OWNER, TEAMMATE, STRANGER))
    project = make_acme(owner, teammate)
    make_other(stranger)
    place = make_place(project, owner, teammate)
    people = {"owner": owner, "stranger": stranger, **make_others(project), **make_operators()}
    keep_files(lasting)
    return Acme(place, {name: signed_in(user).cookies for name, user in people.items()}, lasting)


def make_place(project: Project, owner: User, teammate: User) -> Place:
    """Acme's session with everything, a zip of it that is ready, a key, a token, a member, an invitation."""
    talk = received("python/1.8.9_second_session", project)
    analyse_recording(Recording.objects.get().pk)
    export = export_of(talk, owner)
    timeline = timeline_of(talk)
    token = create_access_token(project, "script", ["read"], by=None).row
    span, line = timeline.spans[0], timeline.logs[0]
    values = {
        "<str:trace_id>-<str:span_id>": f"{span.trace_id}-{span.span_id}",
        "logs/<slug:key>": f"logs/{line.key}",
        "raw/<slug:key>": "raw/span-0",
        "<int:index>": "1",
        "<int:view_id>": str(SavedView.objects.create(project=project, name="Slow", query="slow=1500").pk),
        "<int:key_id>": str(register_api_key(project, API_KEY, API_SECRET, by=owner).pk),
        "<int:token_id>": str(token.pk),
        "<int:member_id>": str(project.memberships.get(user=teammate).pk),
        "<int:invitation_id>": str(invite(project, "new@example.org", Role.VIEWER, by=owner).row.pk),
        "<slug:plan>": "ship",
        "<int:grant_id>": str(begin_grant("acme", UserFactory(is_staff=True), **LOOK).pk),
    }
    return Place("acme", talk.public_id, export.public_id, values)


def export_of(session: Session, owner: User) -> Export:
    asker = Onlooker(owner, None, "127.0.0.1")
    export = ask_for_export(session.project, [session], asker=asker, may_hear=True)
    work()
    return export


def make_others(project: Project) -> dict[str, User]:
    """Who comes to Acme beside its owner and a stranger: its other roles, and somebody who was in it."""
    roles = (Role.ADMIN, Role.MEMBER, Role.VIEWER)
    found = {role.value: MembershipFactory(project=project, role=role).user for role in roles}
    former = MembershipFactory(project=project, role=Role.OWNER)
    former.delete()
    return found | {"former member": former.user}


def make_operators() -> dict[str, User]:
    """Who run the server: with a grant for Acme, and with none, or no longer one, or one of another project."""
    names = ["granted", "never granted", "granted until now", "granted elsewhere"]
    found = {name: UserFactory(is_staff=True, is_superuser=True) for name in names}
    begin_grant("acme", found["granted"], **LOOK)
    end_grant(begin_grant("acme", found["granted until now"], **LOOK), by=None)
    begin_grant("other", found["granted elsewhere"], **LOOK)
    return found


@pytest.fixture
def place(acme: Acme) -> Place:
    put_files_back(acme.files)
    return acme.place


@pytest.fixture
def nowhere(place: Place) -> Place:
    return Place("acmf", place.session, place.export, place.values)


@pytest.fixture
def people(acme: Acme) -> dict[str, Client]:
    """Browsers as they were when their users had just signed in."""
    found = {name: Client() for name in acme.cookies}
    for name, client in found.items():
        client.cookies.load({each.key: each.value for each in acme.cookies[name].values()})
    return found
