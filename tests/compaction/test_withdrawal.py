"""Parquet holds no session that is not as it was when it was written: its part goes, and the rest is written anew."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from observability.compaction.write import finish, write_part
from observability.journal.compacted import StillWritten, remove_part, withdraw
from observability.journal.seal import seal_session
from observability.models import CompactedPart, CompactedSession, Job, Session
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from observability.retention.projects import erase_project
from observability.retention.purge import purge
from observability.retention.reconcile import reconcile
from observability.sessions.summary import refresh_summary
from observability.tasks import sweep_retention
from projects.actions import delete_project
from tests.compaction.parts import parquet_files, plan, sessions_in, settled, written
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.ops.working import run_all_jobs
from tests.retention.erasing import expire
from tests.retention.failing import storage_is_down
from tests.retention.test_reconcile import lay_down
from tests.sending import spans

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def calls(agent):
    """Two of one day, in one part."""
    for job in ("AJ_1", "AJ_2"):
        agent.send("traces", spans("llm_node", job=job))
        settled(Session.objects.get(job_id=job))
    return list(Session.objects.order_by("pk"))


@pytest.fixture
def part(calls):
    [part] = plan()
    return written(part, "sessions", "spans", "turns")


def is_gone(part):
    return not parquet_files() and not CompactedPart.objects.filter(pk=part.pk).exists()


def leaves_the_other(calls):
    """Tomorrow's part has the second session alone."""
    [part] = plan()
    return sessions_in(part) == [calls[1].pk]


def test_a_written_part_knows_its_files(part):
    assert part.state == "ready"
    assert sorted(part.keys) == parquet_files()
    assert [key.split("/")[1] for key in part.keys] == ["sessions", "spans", "turns"]


def test_a_deleted_session_is_in_no_file_when_it_is_erased(part, calls):
    delete_session(calls[0])
    erase(calls[0].pk)

    assert is_gone(part)
    assert leaves_the_other(calls)


def test_an_expired_session_goes_with_the_purge(part, calls):
    expire(calls[0])

    assert purge().sessions_left == 0

    assert is_gone(part)
    assert leaves_the_other(calls)


def test_redaction_that_is_asked_for_late_makes_the_part_void_at_once(part, calls, agent):
    agent.send("traces", asking_for_redaction(spans("tts_node", job="AJ_1", first_id=7)))

    assert CompactedPart.objects.get().is_void
    run_all_jobs()
    assert is_gone(part)


def test_redaction_while_the_storage_is_down_waits_for_it_and_is_not_forgotten(part, calls, agent):
    with storage_is_down():
        agent.send("traces", asking_for_redaction(spans("tts_node", job="AJ_1", first_id=7)))
        run_all_jobs()
        assert (CompactedPart.objects.get().is_void, len(parquet_files())) == (True, 3)

    Job.objects.update(run_after=timezone.now())
    run_all_jobs()
    assert is_gone(part)


def test_what_is_sealed_anew_is_written_anew(part, calls, agent):
    agent.send("traces", spans("tts_node", job="AJ_1", first_id=7))
    assert not CompactedPart.objects.get().is_void  # what is in it is still so

    seal_session(calls[0].pk)
    run_all_jobs()

    assert is_gone(part)
    settled(calls[0])
    [again] = plan()
    assert sessions_in(again) == [session.pk for session in calls]


def test_facts_that_are_made_anew_are_written_anew(part, calls):
    refresh_summary(calls[0].pk)
    run_all_jobs()

    assert is_gone(part)


def test_a_project_goes_with_its_files(part, project, owner):
    delete_project(project, by=owner)

    erase_project(project.pk)

    assert is_gone(part)


def test_a_session_is_not_erased_before_the_worker_that_writes_it_has_ended(calls):
    """Else it could put one more file there."""
    [part] = plan()
    Job.objects.filter(kind="write-parquet").update(
        state=Job.State.RUNNING, leased_until=timezone.now() + timedelta(minutes=1)
    )
    delete_session(calls[0])

    with pytest.raises(StillWritten):
        erase(calls[0].pk)
    assert Session.objects.filter(pk=calls[0].pk).exists()

    Job.objects.filter(kind="write-parquet").update(leased_until=timezone.now())
    erase(calls[0].pk)
    assert is_gone(part)
    assert not Session.objects.filter(pk=calls[0].pk).exists()


def test_a_worker_that_is_overtaken_takes_back_what_it_has_put_there(calls, tmp_path):
    [part] = plan()
    withdraw([calls[0].pk])
    key = part.keys[0]
    lay_down(key)  # a moment before

    finish(part, {}, records=0)

    assert parquet_files() == []
    assert CompactedPart.objects.get().state == "waiting"


def test_a_second_worker_leaves_alone_what_the_first_has_written(part):
    finish(part, {}, records=0)

    part.refresh_from_db()
    assert (len(part.keys), len(parquet_files())) == (3, 3)


def test_a_void_part_is_not_written(calls):
    [part] = plan()
    withdraw([calls[0].pk])

    write_part(part.pk)
    run_all_jobs()

    assert is_gone(part)


def test_a_removal_that_was_given_up_is_asked_for_again_with_or_without_the_setting(part, calls):
    withdraw([calls[0].pk])
    Job.objects.filter(kind="remove-parquet").update(state=Job.State.SET_ASIDE)

    sweep_retention()
    run_all_jobs()

    assert is_gone(part)
    assert not Job.objects.filter(state=Job.State.SET_ASIDE).exists()


def test_a_bucket_is_left_without_it_as_a_disk_is(agent, server, use_bucket):
    use_bucket(server.url)
    agent.send("traces", spans("llm_node"))
    session = settled(Session.objects.get())
    [part] = plan()
    written(part)
    assert sorted(key for key in server.objects if "/parquet/" in key) == [
        f"/talks/{key}" for key in part.keys
    ]

    delete_session(session)
    erase(session.pk)

    assert [key for key in server.objects if not key.startswith("/talks/deletions/")] == []


def test_removing_twice_is_harmless(part):
    remove_part(part.pk)
    remove_part(part.pk)

    assert is_gone(part)


def test_a_missing_file_is_made_anew(part, calls):
    Path(settings.MEDIA_ROOT, part.keys[1]).unlink()

    _, found = reconcile(is_repair=True)
    run_all_jobs()

    assert found.lost == [part.keys[1]]
    assert is_gone(part)
    [again] = plan()
    assert sessions_in(again) == [session.pk for session in calls]


def test_files_that_no_part_knows_of_go_after_a_day_and_those_of_a_void_part_are_its_own(part, calls):
    stray = part.keys[0].replace(str(part.public_id), "8f14e45f-ceea-467f-a8f2-51a2b1a36c6e")
    lay_down(stray, age=DAY * 2)
    lay_down(stray.replace(".parquet", ".half"), age=DAY * 2)
    for key in part.keys:
        lay_down(key, age=DAY * 2)
    CompactedPart.objects.update(is_void=True)

    run, found = reconcile(is_repair=True)

    assert sorted(file.key for file in found.orphans) == [stray.replace(".parquet", ".half"), stray]
    assert (found.unaccounted, run.removed, parquet_files()) == (0, 2, sorted(part.keys))


def test_no_row_is_left_of_a_session_that_is_erased(part, calls):
    delete_session(calls[0])
    erase(calls[0].pk)

    assert not CompactedSession.objects.exists()
