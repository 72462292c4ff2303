"""While an operator may look at a project, its owners and admins are told where they are anyway, and by mail."""

from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.test import Client

from accounts.models import User
from projects.models import Project, Role, StaffGrant
from projects.staff import begin_grant, end_grant
from tests.pages.reading import words
from tests.people import MembershipFactory, UserFactory, signed_in

pytestmark = pytest.mark.django_db
REASON = "Support request 4711: a session without audio"
LIST = "/projects/acme/sessions/"
OPERATORS = "/projects/acme/settings/operators/"


@pytest.fixture
def grant(project: Project, operator: User) -> StaffGrant:
    return begin_grant("acme", operator, reason=REASON, minutes=60)


def test_the_list_of_sessions_says_who_and_why_until_when_and_where_to_end_it(
    owner_client: Client, grant: StaffGrant
) -> None:
    response = owner_client.get(LIST)

    until = f"{grant.until:%-d %b %Y, %H:%M:%S} UTC"
    who = f"{grant.operator}, an operator of this server,"
    assert f"{who} may look at this project until {until} and says why: “{REASON}”" in words(response)
    assert f'href="{OPERATORS}"' in response.content.decode()


def test_nothing_is_said_before_and_after(owner_client: Client, grant: StaffGrant) -> None:
    end_grant(grant, by=None)

    assert "an operator of this server" not in words(owner_client.get(LIST))


def test_who_cannot_end_it_is_not_asked_to(teammate_client: Client, grant: StaffGrant) -> None:
    assert "an operator of this server" not in words(teammate_client.get(LIST))


def begun_on_the_page(operator: User) -> None:
    asked = {"project": "acme", "reason": REASON, "minutes": 60}
    signed_in(operator).post("/system/access/", asked)


def begun_by_command(operator: User) -> None:
    call_command("staff_access", "acme", operator=operator.email, reason=REASON, minutes=60)


@pytest.mark.parametrize("begun", [begun_on_the_page, begun_by_command])
def test_owners_and_admins_have_a_mail_as_soon_as_it_begins(
    project: Project, operator: User, begun: Any
) -> None:
    admin = UserFactory(email="admin@acme.example")
    MembershipFactory(project=project, user=admin, role=Role.ADMIN)

    begun(operator)

    (sent,) = mail.outbox
    grant = StaffGrant.objects.get()
    assert sent.to == ["owner@acme.example", "admin@acme.example"]
    assert sent.subject == "An operator may look at Acme on Playhead"
    for said in (operator.email, REASON, f"{grant.until:%-d %B %Y, %H:%M} UTC", OPERATORS):
        assert said in sent.body


def test_a_mail_that_cannot_be_sent_keeps_nobody_out(project: Project, operator: User, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    begun_on_the_page(operator)

    assert StaffGrant.objects.count() == 1
