"""What must hold whoever presses a button at the same moment, on real connections."""

from contextlib import suppress
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from accounts.models import User
from observability.models import Session
from observability.retention.delete import delete_session
from observability.sessions.usage import count_usage
from projects.actions import create_project
from projects.addresses import change_slug
from projects.invitations import accept_invitation, invite
from projects.members import change_role, leave_project
from projects.models import FormerSlug, Invitation, Membership, Project, Role
from projects.usage import usage_by_month
from tests.people import MembershipFactory, SessionFactory, UserFactory
from tests.retention.test_two_at_once import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_two_owners_who_go_at_once_leave_one(project: Project, owner: User) -> None:
    other = UserFactory()
    theirs = MembershipFactory(project=project, user=other, role=Role.OWNER)

    errors = at_once(
        lambda: leave_project(project, owner),
        lambda: change_role(theirs, Role.ADMIN, by=other),
    )

    assert project.memberships.filter(role=Role.OWNER).count() == 1
    assert [type(error) for error in errors] == [ValidationError]


def test_a_link_that_is_used_twice_at_once_works_once(project: Project, owner: User) -> None:
    newcomer = UserFactory(email="new@acme.example")
    made = invite(project, newcomer.email, Role.MEMBER, by=owner)
    joined: list[Membership | None] = []

    errors = at_once(
        *[lambda: joined.append(accept_invitation(made.secret, newcomer, now=timezone.now()))] * 4
    )

    assert errors == []
    assert [each is not None for each in joined].count(True) == 1
    assert Membership.objects.filter(user=newcomer).count() == 1


def test_somebody_invited_twice_at_once_has_one_invitation(project: Project, owner: User) -> None:
    at_once(*[lambda: invite(project, "new@acme.example", Role.MEMBER, by=owner)] * 4)

    assert Invitation.objects.count() == 1


def test_an_address_that_is_given_up_at_this_moment_cannot_be_taken(project: Project, stranger: User) -> None:
    def take() -> None:
        with suppress(ValidationError):
            create_project("Mine", "acme", owner=stranger)

    errors = at_once(lambda: change_slug(project, "apex"), take, take)

    assert errors == []
    assert list(Project.objects.values_list("slug", flat=True)) == ["apex"]
    assert FormerSlug.objects.get().project == project


def test_two_projects_cannot_have_one_address(owner: User, stranger: User) -> None:
    errors = at_once(
        lambda: create_project("Ours", "same", owner=owner),
        lambda: create_project("Mine", "same", owner=stranger),
    )

    assert [type(error) for error in errors] == [ValidationError]
    assert Project.objects.count() == 1


def test_sessions_that_are_deleted_while_they_are_counted_count_once(project: Project) -> None:
    now = timezone.now()
    sessions = [SessionFactory(project=project, span_count=10, first_received_at=now) for _ in range(6)]
    count_usage(now)

    errors = at_once(
        *[lambda session=session: delete_session(session) for session in sessions[:4]],
        *[lambda: count_usage(now)] * 3,
    )

    assert errors == []
    assert Session.objects.filter(deleted_at=None).count() == 2
    count_usage(now + timedelta(minutes=1))
    month = usage_by_month(project, now=now, months=1)[0]
    assert (month.sessions, month.events) == (6, 60)
