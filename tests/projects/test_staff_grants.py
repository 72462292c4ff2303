"""Operators read no tenant's sessions, but for a while, with a reason, and where its admins see it."""

import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.contrib import admin
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from observability.models import Session
from observability.queries.records import timeline_of
from projects.leaving import delete_account
from projects.models import AuditEvent, PrivacySwitches, Project, Role, StaffGrant
from projects.staff import begin_grant
from tests.api.conftest import address, answers_are_closed, replay
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.people import MembershipFactory, UserFactory, signed_in

__all__ = [
    "answers_are_closed",
    "lasting_acme",
    "lasting_talk",
    "owner",
    "project",
    "replay",
    "talk",
    "teammate",
]

pytestmark = pytest.mark.django_db
REASON = "Support request 4711: a session without audio"
LIST = "/projects/acme/sessions/"
OPERATORS = "/projects/acme/settings/operators/"


@pytest.fixture
def operators_client(operator: User) -> Client:
    return signed_in(operator)


@pytest.fixture
def grant(project: Project, operator: User) -> StaffGrant:
    return begin_grant("acme", operator, reason=REASON, minutes=60)


def asked(client: Client, **changed: Any) -> Any:
    return client.post("/system/access/", {"project": "acme", "reason": REASON, "minutes": 60} | changed)


def test_an_operator_says_why_and_for_how_long_and_then_sees_the_sessions(
    talk: Session, operators_client: Client, operator: User
) -> None:
    assert operators_client.get(LIST).status_code == 404

    answer = asked(operators_client, minutes=15)

    grant = StaffGrant.objects.get()
    assert answer["Location"] == LIST
    assert (grant.operator, grant.reason) == (operator, REASON)
    assert abs(grant.until - grant.begun_at - timedelta(minutes=15)) < timedelta(seconds=1)
    page = operators_client.get(f"{LIST}{talk.public_id}/").content.decode()
    assert "You look at Acme as an operator" in page
    assert f'href="{reverse("projects:general-show", args=["acme"])}"' not in page


def test_the_form_says_how_long_a_reason_has_to_be(operators_client: Client) -> None:
    assert "At least 10 characters, such as" in operators_client.get("/system/").content.decode()


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"reason": ""}, "This field is required."),
        ({"reason": "because"}, "Ensure this value has at least 10 characters"),
        ({"minutes": 61}, "Select a valid choice."),
        ({"project": "acmf"}, "There is no project at this address."),
    ],
    ids=["no reason", "hardly a reason", "longer than the server allows", "no such project"],
)
def test_without_a_reason_or_for_too_long_nobody_is_let_in(
    project: Project, operators_client: Client, changed: dict[str, Any], said: str
) -> None:
    answer = asked(operators_client, **changed)

    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not StaffGrant.objects.exists()


def test_who_is_a_member_or_has_access_needs_none(
    project: Project, operator: User, operators_client: Client, grant: StaffGrant
) -> None:
    again = asked(operators_client)
    grant.delete()
    MembershipFactory(project=project, user=operator, role=Role.VIEWER)
    as_member = asked(operators_client)

    assert "You have access to this project already." in again.content.decode()
    assert "You are a member of this project" in as_member.content.decode()


def test_every_look_is_in_the_trail_as_an_operators_and_with_the_reason(
    talk: Session, operators_client: Client, owner_client: Client, grant: StaffGrant
) -> None:
    session = f"{LIST}{talk.public_id}/"
    for path in (LIST, session, f"{session}search/?q=hello", address(talk, "transcript"), address(talk)):
        assert operators_client.get(path).status_code == 200, path

    looks = AuditEvent.objects.filter(grant=grant).exclude(verb="staff.granted")
    seen = set(looks.values_list("verb", "target"))
    assert seen == {
        ("staff.looked", "sessions/"),
        ("staff.looked", str(talk.public_id)),
        ("session.viewed", str(talk.public_id)),
        ("records.viewed", str(talk.public_id)),
        ("transcript.viewed", str(talk.public_id)),
    }
    trail = owner_client.get("/projects/acme/settings/trail/").content.decode()
    assert trail.count(REASON) == len(seen) + 1 + 1  # and the grant itself, and the notice above
    export = b"".join(owner_client.get("/projects/acme/settings/trail/export/")).decode()
    assert export.count(REASON) == len(seen) + 1


def test_what_was_not_shown_is_no_look(operators_client: Client, grant: StaffGrant) -> None:
    operators_client.get("/projects/acme/settings/keys/")
    operators_client.get("/projects/acme/settings/")

    assert set(AuditEvent.objects.values_list("verb", flat=True)) == {"staff.granted"}


def test_members_and_operators_among_them_are_not_marked(
    talk: Session, operator: User, operators_client: Client, owner_client: Client, grant: StaffGrant
) -> None:
    MembershipFactory(project=grant.project, user=operator, role=Role.VIEWER)
    AuditEvent.objects.all().delete()

    for client in (owner_client, operators_client):
        assert client.get(f"{LIST}{talk.public_id}/").status_code == 200

    assert [(event.verb, event.grant) for event in AuditEvent.objects.all()] == [("session.viewed", None)] * 2


@pytest.mark.parametrize(("hearers", "status"), [(Role.VIEWER, 200), (Role.MEMBER, 403)])
def test_recordings_are_heard_only_where_viewers_hear_them(
    talk: Session, operators_client: Client, grant: StaffGrant, hearers: Role, status: int
) -> None:
    PrivacySwitches.objects.update(audio_role=hearers)

    assert operators_client.get(address(talk, "audio")).status_code == status


def its_time_is_over(grant: StaffGrant, owner_client: Client) -> None:
    StaffGrant.objects.update(until=timezone.now() - timedelta(milliseconds=1))


def an_admin_ends_it(grant: StaffGrant, owner_client: Client) -> None:
    owner_client.post(f"{OPERATORS}{grant.pk}/end/")


def the_operator_ends_it(grant: StaffGrant, owner_client: Client) -> None:
    assert grant.operator
    signed_in(grant.operator).post(f"/system/access/{grant.pk}/end/")


def they_are_no_operator_any_more(grant: StaffGrant, owner_client: Client) -> None:
    User.objects.filter(pk=grant.operator_id).update(is_staff=False)


def a_command_ends_it(grant: StaffGrant, owner_client: Client) -> None:
    call_command("staff_access", "acme", "--end", stdout=StringIO())


@pytest.mark.parametrize(
    "end",
    [
        its_time_is_over,
        an_admin_ends_it,
        the_operator_ends_it,
        they_are_no_operator_any_more,
        a_command_ends_it,
    ],
)
def test_when_it_ends_there_is_nothing_there_for_the_operator(
    talk: Session, operators_client: Client, owner_client: Client, grant: StaffGrant, end: Any
) -> None:
    pages = [LIST, f"{LIST}{talk.public_id}/", address(talk)]
    assert [operators_client.get(page).status_code for page in pages] == [200, 200, 200]

    end(grant, owner_client)

    assert [operators_client.get(page).status_code for page in pages] == [404, 404, 404]


def test_admins_see_who_looks_and_why_and_end_it_and_see_it_afterwards(
    owner_client: Client, operators_client: Client, owner: User, grant: StaffGrant
) -> None:
    operators_client.get(LIST)
    before = owner_client.get(OPERATORS).context
    notice = owner_client.get("/projects/acme/settings/members/").content.decode()

    owner_client.post(f"{OPERATORS}{grant.pk}/end/")

    after = owner_client.get(OPERATORS).context
    assert [(each.reason, each.looks) for each in before["running"]] == [(REASON, 2)]
    assert REASON in notice
    assert list(after["running"]) == []
    assert [(each.reason, each.ended_by) for each in after["past"]] == [(REASON, owner)]
    assert AuditEvent.objects.get(verb="staff.ended").actor == owner
    assert REASON not in owner_client.get("/projects/acme/settings/members/").content.decode()


def test_members_who_are_no_admins_are_not_told(teammate_client: Client, grant: StaffGrant) -> None:
    assert REASON not in teammate_client.get("/projects/acme/settings/members/").content.decode()


def test_an_end_counts_once(owner_client: Client, owner: User, grant: StaffGrant) -> None:
    for _ in range(2):
        owner_client.post(f"{OPERATORS}{grant.pk}/end/")

    assert AuditEvent.objects.filter(verb="staff.ended").count() == 1


def test_nobody_ends_what_is_anothers(
    grant: StaffGrant, stranger_client: Client, other_project: Project
) -> None:
    other_operator = signed_in(UserFactory(is_staff=True))

    answers = [
        stranger_client.post(f"/projects/other/settings/operators/{grant.pk}/end/"),
        other_operator.post(f"/system/access/{grant.pk}/end/"),
    ]

    assert [answer.status_code for answer in answers] == [404, 404]
    grant.refresh_from_db()
    assert grant.ended_at is None


def test_a_grant_outlives_the_operators_account_as_a_line_without_a_name(
    owner_client: Client, operator: User, grant: StaffGrant
) -> None:
    delete_account(operator)

    page = owner_client.get(OPERATORS)
    assert [each.reason for each in page.context["past"]] == [REASON]
    assert "operator@server.example" not in page.content.decode()


def test_a_command_does_the_same(project: Project, operator: User, operators_client: Client) -> None:
    out = StringIO()
    arguments = ["acme", "--operator", operator.email, "--reason", REASON, "--minutes", "30", "--json"]

    call_command("staff_access", *arguments, stdout=out)

    told = json.loads(out.getvalue())
    assert (told["operator"], told["reason"]) == (operator.email, REASON)
    assert operators_client.get(LIST).status_code == 200


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        (["--operator", "owner@acme.example"], "is no operator of this server"),
        (["--reason", "why"], "at least 10 characters"),
        (["--minutes", "1441"], "--minutes is from 1 to 60"),
    ],
)
def test_a_command_refuses_the_same(project: Project, operator: User, changed: list[str], said: str) -> None:
    with pytest.raises(CommandError, match=said):
        call_command("staff_access", "acme", "--operator", operator.email, "--reason", REASON, *changed)
    assert not StaffGrant.objects.exists()


def test_the_django_admin_shows_nothing_of_a_session(talk: Session, operators_client: Client) -> None:
    """Each list and each row of it, as the mightiest operator."""
    said = [line.text for line in timeline_of(talk).transcript if line.text]
    told = [talk.job_id, talk.room_name, str(talk.public_id), *said]
    assert len(told) > 4

    for model in admin.site._registry:
        name = f"admin:{model._meta.app_label}_{model._meta.model_name}"
        rows = [reverse(f"{name}_change", args=[row.pk]) for row in model._default_manager.all()[:20]]
        for path in [reverse(f"{name}_changelist"), *rows]:
            page = operators_client.get(path).content.decode()
            assert [text for text in told if text in page] == [], path
