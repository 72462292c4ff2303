"""A restore brings back nobody who has deleted their account since, and no operator's access."""

from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import User
from observability.models import Deletion
from observability.retention.deletions import deletions_in_storage
from projects.access import running_grants
from projects.actions import create_access_token
from projects.audit import record_event
from projects.leaving import delete_account
from projects.members import transfer_ownership
from projects.models import AccessToken, AuditEvent, Membership
from projects.staff import begin_grant
from tests.backups.losing import backup, lose_database, restore
from tests.people import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)


def test_an_account_deleted_after_the_backup_stays_deleted(project, teammate, place):
    token = create_access_token(project, "script", ["read"], by=teammate).row
    record_event(project, teammate, "member.joined", teammate.email)
    backup(place)
    number, email = teammate.pk, teammate.email
    delete_account(teammate)
    lose_database()

    told = restore(place)

    assert (told["not_restored"]["accounts"], told["without_owner"]) == (1, [])
    assert not User.objects.filter(pk=number).exists()
    assert list(Membership.objects.values_list("user__email", flat=True)) == ["owner@acme.example"]
    assert AccessToken.objects.get(pk=token.pk).revoked_at is not None
    assert not AuditEvent.objects.filter(target__contains=email).exists()


def test_the_journal_tells_of_a_deleted_account_its_number_and_times_alone(project, teammate):
    number, joined_at = teammate.pk, teammate.joined_at

    delete_account(teammate)

    [line] = [row for row in deletions_in_storage() if row.kind == "account"]
    assert (line.project_number, line.project_created_at) == (number, joined_at)
    assert (line.name, line.tombstones, line.until) == ("", [], None)


def test_a_project_whose_deleted_owner_had_handed_it_over_is_told(project, owner, teammate, place):
    backup(place)
    transfer_ownership(project, by=owner, to=project.memberships.get(user=teammate))
    delete_account(owner)

    told = restore(place, "--force")

    assert told["without_owner"] == ["acme"]
    assert [row.user.email for row in Membership.objects.all()] == ["teammate@acme.example"]


def test_another_person_who_was_given_the_same_number_stays(teammate, project, place):
    backup(place)
    Deletion.objects.create(
        kind="account",
        project_number=teammate.pk,
        project_created_at=teammate.joined_at - timedelta(days=1),
        at=timezone.now(),
    )

    told = restore(place, "--force")

    assert told["not_restored"]["accounts"] == 0
    assert User.objects.filter(pk=teammate.pk).exists()


def test_an_operators_access_does_not_come_back(project, place):
    begin_grant("acme", UserFactory(is_staff=True), reason="Support request 4711", minutes=60)
    backup(place)

    restore(place, "--force")

    assert list(running_grants()) == []
