"""Whoever sees what a session holds is in the audit trail, whichever part of its page they ask for."""

from contextlib import suppress
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from observability.models import Session
from observability.queries.records import timeline_of
from projects.audit import Onlooker, forget_looks, note_look
from projects.models import AuditEvent, Project
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import session_args

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

PARTS = {
    "session-refresh": "session.viewed",
    "session-snapshot": "session.viewed",
    "span-list": "records.viewed",
    "log-list": "records.viewed",
    "span-show": "records.viewed",
    "log-show": "records.viewed",
    "turn-show": "records.viewed",
}


def address_of(part: str, session: Session) -> str:
    timeline = timeline_of(session)
    span, line = timeline.spans[0], timeline.logs[0]
    more = {"span-show": [span.trace_id, span.span_id], "log-show": [line.key], "turn-show": [1]}
    return reverse(f"observability:{part}", args=[*session_args(session), *more.get(part, [])])


@pytest.mark.parametrize(("part", "verb"), PARTS.items())
def test_asking_for_a_part_of_a_page_is_one_look(
    owner_client: Client,
    teammate_client: Client,
    owner: User,
    teammate: User,
    front_desk: Session,
    part: str,
    verb: str,
) -> None:
    for client in (owner_client, teammate_client, owner_client):
        assert client.get(address_of(part, front_desk)).status_code == 200

    target = str(front_desk.public_id)
    assert list(AuditEvent.objects.order_by("pk").values_list("actor", "verb", "target", "address")) == [
        (owner.pk, verb, target, "127.0.0.1"),
        (teammate.pk, verb, target, "127.0.0.1"),
    ]


@pytest.mark.parametrize("part", PARTS)
def test_five_minutes_later_it_is_another_look(owner_client: Client, front_desk: Session, part: str) -> None:
    owner_client.get(address_of(part, front_desk))
    AuditEvent.objects.update(at=timezone.now() - timedelta(minutes=5, seconds=1))

    owner_client.get(address_of(part, front_desk))

    assert AuditEvent.objects.count() == 2


def test_further_requests_of_a_look_ask_the_database_nothing_more(
    owner: User, project: Project, django_capture_on_commit_callbacks, django_assert_num_queries
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        note_look(project, Onlooker(owner, None, None), "session.viewed", "x")

    with django_assert_num_queries(0):
        note_look(project, Onlooker(owner, None, None), "session.viewed", "x")
    note_look(project, Onlooker(owner, None, None), "session.viewed", "another")
    note_look(project, Onlooker(owner, None, None), "records.viewed", "x")

    assert AuditEvent.objects.count() == 3


def test_what_was_noted_and_rolled_back_is_noted_anew(
    owner: User, project: Project, django_capture_on_commit_callbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True), suppress(ZeroDivisionError), transaction.atomic():
        note_look(project, Onlooker(owner, None, None), "session.viewed", "x")
        raise ZeroDivisionError

    note_look(project, Onlooker(owner, None, None), "session.viewed", "x")

    assert AuditEvent.objects.count() == 1


def test_a_remembered_look_ends_five_minutes_after_it_was_noted(
    owner: User, project: Project, django_capture_on_commit_callbacks, monkeypatch
) -> None:
    for _ in range(2):  # another process has noted it; this one finds that
        with django_capture_on_commit_callbacks(execute=True):
            note_look(project, Onlooker(owner, None, None), "session.viewed", "x")
        forget_looks()
        AuditEvent.objects.update(at=timezone.now() - timedelta(minutes=4))
    with django_capture_on_commit_callbacks(execute=True):
        note_look(project, Onlooker(owner, None, None), "session.viewed", "x")
    later = timezone.now() + timedelta(minutes=1, seconds=1)
    monkeypatch.setattr("projects.audit.timezone", SimpleNamespace(now=lambda: later))

    note_look(project, Onlooker(owner, None, None), "session.viewed", "x")

    assert AuditEvent.objects.count() == 2


def test_what_shows_nothing_is_no_look(
    owner_client: Client, stranger_client: Client, front_desk: Session, other_project: Project
) -> None:
    refresh = address_of("session-refresh", front_desk)
    version = owner_client.get(refresh).context["version"]
    AuditEvent.objects.all().delete()

    assert owner_client.get(refresh, {"version": version}).status_code == 204
    for part in PARTS:
        assert stranger_client.get(address_of(part, front_desk)).status_code == 404
    no_span = reverse("observability:span-show", args=[*session_args(front_desk), "a" * 32, "b" * 16])
    assert owner_client.get(no_span).status_code == 404
    assert AuditEvent.objects.count() == 0
