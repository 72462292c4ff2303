"""How an operator lets people in."""

import re

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Membership, Project, Role

LIST = "/projects/acme/sessions/"


def add(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    call_command("add_member", "acme", *arguments)
    return capsys.readouterr().out


def test_new_person_gets_in_with_the_link_that_is_printed(
    capsys: pytest.CaptureFixture[str], project: Project, client: Client
) -> None:
    said = add(capsys, "new@acme.example", "--role", "viewer")

    link = re.search(r"/account/link/\S+/", said)
    assert link
    client.post(link[0])
    assert client.get(LIST).status_code == 200
    assert project.memberships.get(user__email="new@acme.example").role == Role.VIEWER
    assert said.startswith("new@acme.example is viewer of ")


def test_member_gets_another_role_and_no_second_membership(
    capsys: pytest.CaptureFixture[str], project: Project, teammate: User
) -> None:
    for role in ("admin", "admin"):
        add(capsys, teammate.email.upper(), "--role", role)

    assert Membership.objects.get(user=teammate).role == Role.ADMIN


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["nowhere", "new@acme.example"], "There is no project nowhere."),
        (["acme", "no address"], "Enter a valid email address."),
        (["acme", "owner@acme.example", "--role", "member"], "A project keeps at least one owner."),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(
    project: Project, arguments: list[str], complaint: str
) -> None:
    before = list(Membership.objects.values_list("user__email", "role"))

    with pytest.raises(CommandError, match=complaint):
        call_command("add_member", *arguments)

    assert list(Membership.objects.values_list("user__email", "role")) == before


@pytest.mark.parametrize("model", ["accounts_user", "projects_project", "projects_plan"])
def test_operator_looks_at_everything_and_sees_no_secret(
    client: Client, project: Project, api_key: object, model: str
) -> None:
    operator = User.objects.create_superuser("operator@example.org", "a long password")
    client.force_login(operator)
    row = {"accounts_user": operator.pk, "projects_project": project.pk, "projects_plan": "build"}[model]

    listed = client.get(reverse(f"admin:{model}_changelist"))
    shown = client.get(reverse(f"admin:{model}_change", args=[row]))

    assert (listed.status_code, shown.status_code) == (200, 200)
    assert operator.password not in shown.content.decode()


def test_members_who_are_no_operators_do_not_get_into_the_admin(owner_client: Client) -> None:
    assert owner_client.get("/admin/projects/project/").status_code == 302
