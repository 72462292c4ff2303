"""The purge: what it removes, when it refuses, and what an operator is told."""

import json
import logging
from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from observability.models import Batch, PurgeRun, Recording, Session, Tombstone
from observability.retention import purge as purging
from observability.retention.purge import MAX_FAILURES, purge
from observability.tasks import sweep_retention
from projects.models import Plan
from tests.people import SessionFactory
from tests.retention.erasing import expire
from tests.retention.test_erase import Killed, killed_at

pytestmark = pytest.mark.django_db
MANY = 12


@pytest.fixture
def many(project):
    """More than a purge would remove without asking, beside a few that live."""
    SessionFactory.create_batch(3, project=project)
    for session in SessionFactory.create_batch(MANY, project=project):
        expire(session)


def manage(*arguments):
    out = StringIO()
    call_command(*arguments, "--json", stdout=out)
    return json.loads(out.getvalue())


def test_what_has_expired_goes_and_what_lives_stays(project):
    lives, dies = SessionFactory.create_batch(2, project=project)
    expire(dies)

    run = purge()

    assert list(Session.objects.all()) == [lives]
    assert (run.sessions_due, run.sessions, run.sessions_left, run.held_back) == (1, 1, 0, "")
    assert run.ended_at >= run.begun_at
    assert list(project.audit_events.values_list("verb", "target")) == [
        ("session.erased", str(dies.public_id))
    ]


def test_a_run_that_was_killed_is_finished_by_the_next(project):
    for session in SessionFactory.create_batch(3, project=project):
        expire(session)

    with pytest.raises(Killed):
        purge(rest=killed_at(4))
    purge()

    killed, finished = PurgeRun.objects.order_by("pk")
    assert (killed.ended_at, killed.sessions + finished.sessions) == (None, 3)
    assert Session.objects.count() == 0


def test_a_run_ends_after_its_time_and_says_what_is_left(project):
    for session in SessionFactory.create_batch(3, project=project):
        expire(session)

    run = purge(at_most_s=-1)

    assert (run.sessions, run.sessions_left) == (0, 3)


def test_far_more_than_usual_is_held_back(many, caplog):
    told = manage("purge")

    assert (told["sessions"], told["sessions_left"]) == (0, MANY)
    assert told["held_back"].startswith("12 of 15 sessions have expired, 0 are usual.")
    assert "Expired sessions are not removed: 12 of 15" in caplog.text
    assert PurgeRun.objects.get().held_back == told["held_back"]
    assert Session.objects.count() == MANY + 3


def test_what_was_held_back_goes_on_at_an_operators_word(many):
    manage("purge")

    told = manage("purge", "--force")

    assert (told["sessions"], told["sessions_left"], told["forced"]) == (MANY, 0, True)


def test_an_operators_word_holds_for_a_run_that_was_killed(many):
    with pytest.raises(Killed):
        purge(is_forced=True, rest=killed_at(3))

    run = purge()

    assert (run.held_back, run.sessions_left) == ("", 0)
    assert not PurgeRun.objects.filter(ended_at=None).exists()


def test_many_are_not_held_back_where_that_is_usual(many):
    now = timezone.now() - timedelta(days=1)
    PurgeRun.objects.create(begun_at=now, ended_at=now, sessions=4)

    assert purge().sessions == MANY


def test_many_are_not_held_back_where_far_more_live(project, many):
    SessionFactory.create_batch(46, project=project)

    assert purge().sessions == MANY


@pytest.mark.parametrize("minutes", [-6, 6])
def test_clocks_that_differ_hold_it_back(project, minutes):
    expire(SessionFactory(project=project))

    run = purge(worker_now=datetime.now(UTC) + timedelta(minutes=minutes))

    assert (run.sessions, run.sessions_left) == (0, 1)
    assert run.held_back.startswith("The clocks of worker and database differ by 3")


def test_what_people_deleted_goes_whatever_holds_back_the_rest(project, many):
    from observability.retention.delete import delete_session

    deleted = SessionFactory(project=project)
    delete_session(deleted)

    run = purge()

    assert (run.sessions, run.sessions_left) == (1, MANY)
    assert not Session.objects.filter(pk=deleted.pk).exists()


def test_a_dry_run_tells_and_does_nothing(project):
    expire(SessionFactory(project=project))

    told = manage("purge", "--dry-run")

    assert told == {
        "dry_run": True,
        "sessions_due": 1,
        "sessions_total": 1,
        "sessions_usual": 0.0,
        "clock_difference_s": told["clock_difference_s"],
        "held_back": "",
    }
    assert (Session.objects.count(), PurgeRun.objects.count()) == (1, 0)


def test_records_of_no_session_go_after_the_plans_days(project):
    plan = Plan.objects.get(slug="build")
    plan.retention_days = 10
    plan.save()
    old, young = (
        Batch.objects.create(
            project=project,
            seq=0,
            signal="metrics",
            digest=bytes([days]) * 16,
            payload=b"",
            record_count=1,
            received_at=timezone.now() - timedelta(days=days),
        )
        for days in (11, 9)
    )

    purge()

    assert list(Batch.objects.all()) == [young]
    assert old != young


def test_a_tombstone_stands_for_forty_days(project):
    now = timezone.now()
    for until in (now - timedelta(seconds=1), now + timedelta(days=1)):
        Tombstone.objects.create(project=project, digest=str(until).encode(), buried_at=now, until=until)
    expire(SessionFactory(project=project, room_id=""))

    purge()

    lives = sorted(stone.until - stone.buried_at for stone in Tombstone.objects.all())
    assert lives == [timedelta(days=1), timedelta(days=40)]


def test_it_is_due_again_an_hour_after_the_last_began():
    assert purging.is_due(3600)

    PurgeRun.objects.create(begun_at=timezone.now() - timedelta(minutes=59))
    assert not purging.is_due(3600)

    PurgeRun.objects.update(begun_at=timezone.now() - timedelta(minutes=61))
    assert purging.is_due(3600)
    assert not purging.is_due(0)


def test_beat_asks_for_what_is_due(monkeypatch):
    from observability import tasks

    asked = []
    for task in (tasks.purge, tasks.reconcile):
        monkeypatch.setattr(task, "apply_async", lambda task=task, **options: asked.append(task.name))

    sweep_retention()

    assert asked == ["observability.purge", "observability.reconcile"]


def broken_session(project):
    """Its recording lies where nobody may remove anything."""
    session = expire(SessionFactory(project=project))
    Recording.objects.create(
        session=session, revision=1, sha256="", size_bytes=1, name="../outside.ogg", place="storage"
    )
    return session


def test_however_many_sessions_are_broken_in_themselves_the_others_go(project, caplog):
    broken = {broken_session(project).pk for _ in range(MAX_FAILURES + 1)}
    for session in SessionFactory.create_batch(2, project=project):
        expire(session)

    run = purge(is_forced=True)

    assert (run.sessions, run.sessions_left) == (2, len(broken))
    assert set(Session.objects.values_list("pk", flat=True)) == broken
    assert caplog.text.count("could not be erased") == len(broken)


def test_a_session_that_fails_keeps_no_other_waiting(project, talk, monkeypatch, caplog):
    """Its file is in nobody's reach."""
    recording = talk.recordings.get()
    recording.place, recording.name = "spool", "on-another-server.ogg"
    recording.save()
    expire(talk)
    Session.objects.filter(pk=talk.pk).update(expires_at=timezone.now() - timedelta(hours=1))
    expire(SessionFactory(project=project))

    with caplog.at_level(logging.WARNING):
        run = purge()

    assert (run.sessions, run.sessions_left) == (1, 1)
    assert f"Session {talk.pk} could not be erased yet (OnOtherServer)." in caplog.text
