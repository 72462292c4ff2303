"""A token reads no longer than whoever made it may make tokens."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.actions import add_member, create_access_token
from projects.models import AuditEvent, Membership, Project, Role
from tests.pages.reading import open_page
from tests.people import MembershipFactory, UserFactory, signed_in


@pytest.fixture
def admin(project: Project) -> User:
    user = UserFactory(email="admin@acme.example", name="Ada Admin")
    MembershipFactory(project=project, user=user, role=Role.ADMIN)
    return user


@pytest.fixture
def secret(project: Project, admin: User) -> str:
    return create_access_token(project, "siem", ["read", "settings"], by=admin).secret


def status_for(secret: str) -> int:
    response = Client().get("/api/v1/projects/acme/", headers={"Authorization": f"Bearer {secret}"})
    return response.status_code


def address_of_member(name: str, user: User) -> str:
    return reverse(f"projects:{name}", args=["acme", Membership.objects.get(user=user).pk])


def revocations() -> list[tuple[str | None, str, str | None]]:
    events = AuditEvent.objects.filter(verb="access_token.revoked")
    return [(event.actor and event.actor.email, event.target[:4], event.address) for event in events]


def test_it_ends_when_its_maker_is_removed_and_is_written_down(
    owner_client: Client, admin: User, secret: str
) -> None:
    owner_client.post(address_of_member("member-remove", admin))

    assert status_for(secret) == 401
    assert revocations() == [("owner@acme.example", "siem", "127.0.0.1")]


def test_it_ends_when_its_maker_leaves(admin: User, secret: str) -> None:
    signed_in(admin).post(reverse("projects:project-leave", args=["acme"]))

    assert status_for(secret) == 401
    assert revocations() == [("admin@acme.example", "siem", "127.0.0.1")]


@pytest.mark.parametrize("role", ["member", "viewer"])
def test_it_ends_when_its_maker_is_no_admin_any_more(
    owner_client: Client, admin: User, secret: str, role: str
) -> None:
    owner_client.post(address_of_member("role-change", admin), {"role": role})

    assert status_for(secret) == 401
    assert revocations() == [("owner@acme.example", "siem", "127.0.0.1")]


def test_it_ends_when_an_operator_gives_its_maker_a_smaller_role(
    project: Project, admin: User, secret: str
) -> None:
    add_member(project, admin, Role.VIEWER)

    assert status_for(secret) == 401
    assert revocations() == [(None, "siem", None)]


def test_it_goes_on_while_its_maker_is_an_admin_or_more(
    owner_client: Client, admin: User, owner: User, project: Project, secret: str
) -> None:
    of_owner = create_access_token(project, "deploy", ["read"], by=owner).secret
    owner_client.post(address_of_member("role-change", admin), {"role": "owner"})

    signed_in(admin).post(address_of_member("role-change", owner), {"role": "admin"})

    assert (status_for(secret), status_for(of_owner), revocations()) == (200, 200, [])


def test_those_of_others_and_of_other_projects_stay(
    owner_client: Client, admin: User, owner: User, project: Project, other_project: Project, secret: str
) -> None:
    of_owner = create_access_token(project, "deploy", ["read"], by=owner).secret
    elsewhere = create_access_token(other_project, "siem", ["read"], by=admin).row

    owner_client.post(address_of_member("member-remove", admin))

    elsewhere.refresh_from_db()
    assert (status_for(of_owner), elsewhere.revoked_at) == (200, None)


def test_whoever_removes_its_maker_reads_how_many_go_with_them(
    owner_client: Client, admin: User, other_project: Project, project: Project, secret: str
) -> None:
    create_access_token(other_project, "siem", ["read"], by=admin)
    assert "1 access token of theirs is revoked." in open_page(owner_client, "projects:member-list", "acme")

    create_access_token(project, "deploy", ["read"], by=admin)

    assert "2 access tokens of theirs are revoked." in open_page(owner_client, "projects:member-list", "acme")


def test_the_list_of_tokens_tells_who_made_each(owner_client: Client, secret: str) -> None:
    assert "made by Ada Admin" in open_page(owner_client, "projects:key-list", "acme")


def test_it_is_not_accepted_while_its_makers_account_is_inactive(admin: User, secret: str) -> None:
    User.objects.filter(pk=admin.pk).update(is_active=False)
    assert status_for(secret) == 401

    User.objects.filter(pk=admin.pk).update(is_active=True)

    assert status_for(secret) == 200
