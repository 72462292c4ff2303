"""Sessions are erased a page at a time; each of them is promised what a single one is."""

from datetime import timedelta

import pytest

from observability.models import Deletion, Job, Recording, Session, Tombstone
from observability.recordings.waveform import analyse_recording
from observability.retention.erase import erase_together
from observability.retention.purge import SESSIONS_AT_ONCE, purge
from tests.people import SessionFactory
from tests.retention.erasing import expire
from tests.retention.failing import refused_deletes
from tests.retention.test_erase import NOTHING, Killed, killed_at, left
from tests.retention.test_purge import broken_session

pytestmark = pytest.mark.django_db


def page_of_three(replay, project):
    """A session with a recording between two that share a room."""
    session = replay("python/1.8.9_second_session")
    analyse_recording(session.recordings.get().pk)
    others = [SessionFactory(project=project, job_id=f"AJ_{n}", room_id="RM_shared") for n in range(2)]
    return [expire(each).pk for each in (others[0], session, others[1])]


def test_nothing_is_left_of_a_page_killed_at_any_step(replay, project):
    steps = 0
    while True:
        page = page_of_three(replay, project)
        try:
            erase_together(page, rest=killed_at(steps))
        except Killed:
            erase_together(page)
            assert left() == NOTHING, f"killed at step {steps}"
        else:
            break
        Tombstone.objects.all().delete()
        steps += 1

    assert left() == NOTHING
    assert steps > 4


def test_every_session_of_a_page_has_its_tombstone_its_note_and_its_line_in_the_trail(replay, project):
    page = page_of_three(replay, project)
    ids = {str(each) for each in Session.objects.values_list("public_id", flat=True)}

    erased = erase_together(page)

    assert erased.sessions == 3
    assert Tombstone.objects.count() == 5  # three jobs and two rooms
    assert set(Deletion.objects.values_list("name", flat=True)) == ids
    assert set(project.audit_events.values_list("target", flat=True)) == ids


def test_a_session_of_the_page_that_lives_is_left_alone(project):
    lives, dies = SessionFactory.create_batch(2, project=project)
    expire(dies)

    assert erase_together([lives.pk, dies.pk]).sessions == 1
    assert list(Session.objects.all()) == [lives]


def test_no_row_of_a_page_goes_while_one_of_its_files_cannot(replay, project):
    page = page_of_three(replay, project)
    broken = broken_session(project)

    with pytest.raises(Exception, match="outside"):
        erase_together([*page, broken.pk])

    assert Session.objects.count() == 4
    assert Recording.objects.filter(session__in=page).exists()


def test_more_than_a_page_goes_but_for_what_is_broken_on_each(project, monkeypatch):
    monkeypatch.setattr("observability.retention.purge.SESSIONS_AT_ONCE", 5)
    broken = set()
    for _ in range(2):
        broken.add(broken_session(project).pk)
        for session in SessionFactory.create_batch(4, project=project):
            expire(session)

    run = purge(is_forced=True)

    assert (run.sessions, run.sessions_left) == (8, 2)
    assert set(Session.objects.values_list("pk", flat=True)) == broken


def test_a_database_that_refuses_is_asked_a_few_times_only(project, caplog):
    for session in SessionFactory.create_batch(SESSIONS_AT_ONCE + 5, project=project):
        expire(session)

    with refused_deletes("observability_session"):
        run = purge(is_forced=True)

    assert (run.sessions, run.sessions_left) == (0, SESSIONS_AT_ONCE + 5)
    assert caplog.text.count("could not be erased yet") == 5


def test_work_that_waits_for_a_page_goes_and_other_sessions_keeps_waiting(replay, project):
    page = page_of_three(replay, project)
    recording = Recording.objects.get()
    lives = SessionFactory(project=project)
    now = lives.first_received_at + timedelta(days=1)
    Job.objects.all().delete()
    # Of the same number, and not of the same thing.
    Job.objects.create(kind="summarise-session", object_id=page[0], run_after=now)
    Job.objects.create(kind="inspect-recording", object_id=recording.pk, run_after=now)
    other = Job.objects.create(kind="build-export", object_id=page[0], run_after=now)
    of_living = Job.objects.create(kind="summarise-session", object_id=lives.pk, run_after=now)

    erase_together(page)

    assert set(Job.objects.all()) == {other, of_living}
