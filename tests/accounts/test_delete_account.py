"""Deleting one's own account: nothing of the person stays, and no project is left without an owner."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.links import create_sign_in_link
from accounts.models import AccountEvent, SignInLink, User
from projects.actions import add_member, create_access_token
from projects.audit import record_event
from projects.invitations import State, accept_invitation, find_invitation, invite
from projects.leaving import SoleOwner, delete_account
from projects.models import AuditEvent, Invitation, Membership, Project, Role
from tests.accounts.conftest import prove
from tests.pages.reading import words
from tests.people import MembershipFactory, UserFactory


@pytest.fixture
def sure_teammate(teammate_client: Client, project: Project) -> Client:
    return prove(teammate_client)


def delete(client: Client, email: str) -> Any:
    return client.post(reverse("account-delete"), {"email": email}, follow=True)


def test_a_member_goes_and_is_signed_out_everywhere(sure_teammate: Client, teammate: User) -> None:
    elsewhere = Client()
    elsewhere.force_login(teammate)
    elsewhere.get("/")

    assert "Your account is deleted." in words(delete(sure_teammate, teammate.email))

    assert not User.objects.filter(email=teammate.email).exists()
    assert elsewhere.get("/").status_code == sure_teammate.get("/").status_code == 302


def test_another_address_deletes_nothing(sure_teammate: Client, teammate: User, owner: User) -> None:
    page = words(delete(sure_teammate, owner.email))

    assert f"Your address here is {teammate.email}. Nothing was deleted." in page
    assert User.objects.count() == 2


def test_the_only_owner_is_told_which_projects_stand_in_the_way(
    sure_client: Client, owner: User, project: Project
) -> None:
    page = delete(sure_client, owner.email)

    assert "Not yet: nobody else owns these projects Acme" in words(page)
    assert reverse("projects:project-delete", args=["acme"]) in page.content.decode()
    assert User.objects.filter(pk=owner.pk).exists()


def test_an_owner_among_others_may_go(
    sure_client: Client, owner: User, teammate: User, project: Project
) -> None:
    add_member(project, teammate, Role.OWNER)

    delete(sure_client, owner.email)

    assert list(project.memberships.values_list("user", "role")) == [(teammate.pk, Role.OWNER)]


def test_a_deleted_project_stands_in_nobodys_way(sure_client: Client, owner: User, project: Project) -> None:
    Project.objects.update(deleted_at=project.created_at)

    assert "Your account is deleted." in words(delete(sure_client, owner.email))


def test_the_page_may_be_old_when_the_other_owner_has_gone(owner: User, project: Project) -> None:
    other = UserFactory()
    MembershipFactory(project=project, user=other, role=Role.OWNER)
    delete_account(other)

    with pytest.raises(SoleOwner, match="Acme"):
        delete_account(owner)


def test_links_memberships_and_tokens_go_along(teammate: User, project: Project) -> None:
    token = create_access_token(project, "script", ["read"], by=teammate)
    link = create_sign_in_link(teammate, valid_for=token.row.created_at - token.row.created_at)

    delete_account(teammate)

    token.row.refresh_from_db()
    assert token.row.revoked_at is not None
    assert link and not SignInLink.objects.exists()
    assert Membership.objects.count() == 1
    answer = Client().get(
        "/api/v1/projects/acme/sessions/", headers={"Authorization": f"Bearer {token.secret}"}
    )
    assert answer.status_code == 401


def test_no_invitation_names_them_any_more(owner: User, project: Project, other_project: Project) -> None:
    newcomer = UserFactory(email="new@acme.example")
    used = invite(project, "New@acme.example", Role.VIEWER, by=owner)
    accept_invitation(used.secret, newcomer, now=timezone.now())
    MembershipFactory(project=other_project, user=owner, role=Role.ADMIN)
    invite(other_project, newcomer.email, Role.VIEWER, by=owner)
    invite(other_project, "else@acme.example", Role.VIEWER, by=owner)

    delete_account(newcomer)

    assert list(Invitation.objects.values_list("email", flat=True)) == ["else@acme.example"]


def test_what_they_gave_as_an_admin_ends_and_is_written_down(project: Project) -> None:
    admin = MembershipFactory(project=project, role=Role.ADMIN).user
    link = invite(project, "new@acme.example", Role.MEMBER, by=admin)
    create_access_token(project, "siem", ["read"], by=admin)

    delete_account(admin)

    assert find_invitation(link.secret, now=timezone.now()).state == State.REVOKED
    assert AuditEvent.objects.filter(verb="access_token.revoked", target__startswith="siem").exists()


def test_trails_keep_what_was_done_and_not_by_whom(
    sure_teammate: Client, teammate: User, project: Project
) -> None:
    add_member(project, teammate, Role.MEMBER)
    record_event(project, teammate, "session.viewed", "an-id")
    record_event(project, None, "member.set", f"x{teammate.email}: viewer")

    delete(sure_teammate, teammate.email)

    assert list(AuditEvent.objects.order_by("pk").values_list("actor", "verb", "target")) == [
        (None, "member.set", "(deleted account): member"),
        (None, "session.viewed", "an-id"),
        (None, "member.set", f"x{teammate.email}: viewer"),
    ]
    assert not AccountEvent.objects.exclude(user=None, address=None).exists()
    assert AccountEvent.objects.filter(verb="account.deleted").count() == 1
