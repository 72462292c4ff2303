"""Who belongs to a project, what each role may do to the others, and what losing it means."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import AuditEvent, Invitation, Membership, Project, Role
from projects.roles import WHAT_THEY_DO
from tests.pages.reading import open_page, words
from tests.people import MembershipFactory, UserFactory, signed_in

LIST = "projects:member-list"


@pytest.fixture
def admin(project: Project) -> User:
    user = UserFactory(email="admin@acme.example", name="Ada Admin")
    MembershipFactory(project=project, user=user, role=Role.ADMIN)
    return user


def membership(user: User) -> Membership:
    return Membership.objects.get(user=user)


def change(client: Client, user: User, role: str) -> Any:
    address = reverse("projects:role-change", args=["acme", membership(user).pk])
    return client.post(address, {"role": role}, follow=True)


def remove(client: Client, user: User) -> Any:
    return client.post(reverse("projects:member-remove", args=["acme", membership(user).pk]), follow=True)


def roles() -> dict[str, str]:
    return dict(Membership.objects.values_list("user__email", "role"))


def test_everybody_in_the_project_sees_who_is_in_it_and_what_roles_mean(
    teammate_client: Client, project: Project
) -> None:
    page = open_page(teammate_client, LIST, "acme")

    assert "Olivia Owner owner@acme.example" in page
    assert "Timo Teammate you" in page
    for text in WHAT_THEY_DO.values():
        assert text in page
    assert "Remove" not in page
    assert "Invite" not in page


def test_a_role_is_changed_and_written_down(owner_client: Client, teammate: User, project: Project) -> None:
    said = words(change(owner_client, teammate, "admin"))

    assert "teammate@acme.example is admin now." in said
    assert membership(teammate).role == Role.ADMIN
    assert AuditEvent.objects.values_list("verb", "target", "address").get() == (
        "member.role_changed",
        "teammate@acme.example: member to admin",
        "127.0.0.1",
    )


def test_nobody_gives_or_takes_more_than_they_have(admin: User, owner: User, teammate: User) -> None:
    client, before = signed_in(admin), roles()

    refusals = [
        change(client, teammate, "owner"),
        change(client, admin, "owner"),
        change(client, owner, "viewer"),
        remove(client, owner),
    ]

    assert all("You can change only roles up to your own." in words(each) for each in refusals)
    assert roles() == before
    assert change(client, teammate, "no-such-role").status_code == 404


def test_an_admin_is_offered_roles_up_to_admin(admin: User) -> None:
    html = signed_in(admin).get(reverse(LIST, args=["acme"])).content.decode()

    assert 'value="admin"' in html
    assert 'value="owner"' not in html


def test_the_last_owner_can_be_neither_demoted_nor_removed_nor_leave(
    owner_client: Client, owner: User, project: Project
) -> None:
    leave = reverse("projects:project-leave", args=["acme"])

    for response in [
        change(owner_client, owner, "admin"),
        remove(owner_client, owner),
        owner_client.post(leave, follow=True),
    ]:
        assert "A project keeps at least one owner." in words(response)
    assert membership(owner).role == Role.OWNER


def test_the_only_owner_is_told_why_they_cannot_leave_and_not_offered_to(
    owner_client: Client, teammate: User, project: Project
) -> None:
    page = open_page(owner_client, "projects:general-show", "acme")
    assert "You are its only owner, and it keeps one: make another member an owner first." in page
    assert "Leave Acme" not in page

    change(owner_client, teammate, "owner")

    assert "Leave Acme" in open_page(owner_client, "projects:general-show", "acme")


def test_the_only_owner_is_not_offered_for_removal(
    owner_client: Client, teammate: User, project: Project
) -> None:
    assert open_page(owner_client, LIST, "acme").count("Remove this member") == 1

    change(owner_client, teammate, "owner")

    assert open_page(owner_client, LIST, "acme").count("Remove this member") == 2


def test_one_of_two_owners_may_go(
    owner_client: Client, owner: User, teammate: User, project: Project
) -> None:
    change(owner_client, teammate, "owner")

    change(owner_client, owner, "viewer")

    assert roles() == {"owner@acme.example": "viewer", "teammate@acme.example": "owner"}


def test_removed_members_see_nothing_from_then_on(
    owner_client: Client, teammate_client: Client, teammate: User, project: Project
) -> None:
    said = words(remove(owner_client, teammate))

    assert "teammate@acme.example is no longer a member." in said
    assert teammate_client.get(reverse("observability:session-list", args=["acme"])).status_code == 404
    assert AuditEvent.objects.values_list("verb", "target").get() == (
        "member.removed",
        "teammate@acme.example",
    )


def test_whoever_leaves_lands_at_home_and_is_written_down(teammate_client: Client, project: Project) -> None:
    response = teammate_client.post(reverse("projects:project-leave", args=["acme"]), follow=True)

    assert "You have left Acme." in words(response)
    assert teammate_client.get(reverse(LIST, args=["acme"])).status_code == 404
    assert AuditEvent.objects.values_list("verb", "target").get() == ("member.left", "teammate@acme.example")


def test_a_demoted_admin_loses_what_is_for_admins(owner_client: Client, admin: User, session: object) -> None:
    client = signed_in(admin)
    assert client.get(reverse("projects:key-list", args=["acme"])).status_code == 200

    change(owner_client, admin, "viewer")

    assert client.get(reverse("projects:key-list", args=["acme"])).status_code == 404


def test_invitations_end_with_the_role_that_they_were_given_with(
    owner_client: Client, admin: User, project: Project
) -> None:
    client = signed_in(admin)
    for email, role in [("a@new.example", "admin"), ("m@new.example", "member")]:
        client.post(reverse("projects:invitation-create", args=["acme"]), {"email": email, "role": role})

    change(owner_client, admin, "member")

    assert not Invitation.objects.filter(revoked_at=None).exists()


def test_ownership_is_handed_over_by_typing_the_name(
    owner_client: Client, owner: User, teammate: User, project: Project
) -> None:
    address = reverse("projects:ownership-transfer", args=["acme"])
    to = membership(teammate).pk

    mistyped = owner_client.post(address, {"to": to, "name": "Acne"})
    assert (mistyped.status_code, roles()["owner@acme.example"]) == (422, "owner")
    assert "Nothing was changed." in words(mistyped)

    said = words(owner_client.post(address, {"to": to, "name": "Acme"}, follow=True))
    assert "teammate@acme.example owns Acme now. You are one of its admins." in said
    assert roles() == {"owner@acme.example": "admin", "teammate@acme.example": "owner"}
    assert AuditEvent.objects.values_list("verb", "target").get() == (
        "ownership.transferred",
        "to teammate@acme.example",
    )


def test_ownership_goes_to_members_only(
    owner_client: Client, owner: User, stranger: User, other_project: Project, project: Project
) -> None:
    address = reverse("projects:ownership-transfer", args=["acme"])

    for nobody in (membership(stranger).pk, project.memberships.get(user=owner).pk):
        assert owner_client.post(address, {"to": nobody, "name": "Acme"}).status_code == 422
    assert project.memberships.get(role=Role.OWNER).user == owner


def test_only_an_owner_hands_a_project_over(admin: User) -> None:
    address = reverse("projects:ownership-transfer", args=["acme"])

    assert signed_in(admin).get(address).status_code == 404


def test_members_of_another_project_cannot_be_touched(
    stranger_client: Client, other_project: Project, project: Project, teammate: User
) -> None:
    for name in ("role-change", "member-remove"):
        address = reverse(f"projects:{name}", args=["other", membership(teammate).pk])
        assert stranger_client.post(address, {"role": "viewer"}).status_code == 404
    assert membership(teammate).role == Role.MEMBER


@pytest.mark.parametrize("more", [1, 3])
def test_the_list_takes_as_many_queries_for_many_members_as_for_few(
    owner_client: Client, project: Project, owner: User, django_assert_num_queries: Any, more: int
) -> None:
    for number in range(more):
        MembershipFactory(project=project)
        owner_client.post(
            reverse("projects:invitation-create", args=["acme"]),
            {"email": f"{number}@new.example", "role": "member"},
        )

    owner_client.get(reverse(LIST, args=["acme"]))

    with django_assert_num_queries(9):
        owner_client.get(reverse(LIST, args=["acme"]))
