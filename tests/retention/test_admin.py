"""Operators look at what the purge did; nobody changes it."""

import pytest
from django.urls import reverse

from accounts.models import User
from observability.retention.purge import purge
from observability.retention.reconcile import reconcile
from tests.people import SessionFactory
from tests.retention.erasing import expire

pytestmark = pytest.mark.django_db


@pytest.fixture
def runs(project):
    for session in SessionFactory.create_batch(12, project=project):
        expire(session)
    return {"purgerun": purge(), "reconciliation": reconcile(is_repair=False)[0]}


@pytest.fixture
def operator(client):
    client.force_login(User.objects.create_superuser("operator@example.org", "a long password"))
    return client


@pytest.mark.parametrize("model", ["purgerun", "reconciliation"])
def test_an_operator_looks_at_each_run_and_changes_none(operator, runs, model):
    listed = operator.get(reverse(f"admin:observability_{model}_changelist"))
    address = reverse(f"admin:observability_{model}_change", args=[runs[model].pk])
    shown = operator.get(address)

    assert (listed.status_code, shown.status_code) == (200, 200)
    assert operator.post(address, {"held_back": ""}).status_code == 403
    assert operator.post(reverse(f"admin:observability_{model}_add"), {}).status_code == 403
    assert (
        operator.post(reverse(f"admin:observability_{model}_delete", args=[runs[model].pk])).status_code
        == 403
    )


def test_why_a_purge_was_held_back_stands_in_the_list(operator, runs):
    listed = operator.get(reverse("admin:observability_purgerun_changelist"))

    assert "12 of 12 sessions have expired" in listed.content.decode()


def test_members_see_none_of_it(owner_client, runs):
    assert owner_client.get(reverse("admin:observability_purgerun_changelist")).status_code == 302
