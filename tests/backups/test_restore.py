"""A restore brings back everything, and nothing that was deleted since."""

import shutil
import time
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError
from django.utils import timezone

from observability.backups.restore import restore as restore_backup
from observability.models import (
    Batch,
    CompactedPart,
    Deletion,
    Export,
    ImprovementSample,
    Recording,
    SampleLink,
    Session,
    SessionFact,
    SessionNames,
    Tombstone,
)
from observability.recordings import spool
from observability.recordings.store import store_recording
from observability.retention.callers import Caller, erase_caller
from observability.retention.delete import delete_session
from observability.retention.deletions import deletions_in_storage, write_deletions_if_possible
from observability.sessions.life import ask_for_summaries
from observability.sessions.summary import refresh_summary
from projects.actions import delete_project
from projects.models import Project
from tests.backups.losing import (
    alive,
    as_another_process,
    backup,
    lose_database,
    lose_files,
    lose_machine,
    named,
    records_of,
    restore,
)
from tests.backups.test_take import Killed
from tests.compaction.parts import parquet_files, plan, written
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.ops.working import run_all_jobs
from tests.people import SessionFactory
from tests.recordings.left import stored_files
from tests.recordings.uploads import upload
from tests.retention.test_callers import NUMBER, call
from tests.sending import spans

pytestmark = pytest.mark.django_db(transaction=True)
STEPS = [
    "What was deleted here",
    "Rows",
    "What was deleted since is deleted again",
    "Files",
    "Rows are put in place",
]


def test_a_lost_machine_is_brought_back_byte_for_byte(sealed, project, either):
    records, files = records_of(sealed), stored_files()
    backup(either)

    lose_machine()
    told = restore(either)

    session = Session.objects.get()
    assert (session.public_id, session.project) == (sealed.public_id, project)
    assert (records_of(session), stored_files()) == (records, files)
    assert (told["files"], told["damaged"], told["can_read_secrets"]) == (3, [], True)
    assert told["fsck"] == {"files": 3, "lost": 0, "orphans": 0, "young": 0}


def test_a_recording_that_waited_for_the_storage_waits_again(sealed, place):
    recording, name = Recording.objects.get(), "0123456789abcdef.ogg"
    audio = stored_files()[recording.name]
    spool.kept_dir().mkdir(parents=True, exist_ok=True)
    (Path(settings.MEDIA_ROOT) / recording.name).rename(spool.path_of(name))
    Recording.objects.update(place=Recording.Place.SPOOL, name=name)
    backup(place)
    lose_machine()

    restore(place)

    assert store_recording(recording.pk)
    assert stored_files()[Recording.objects.get().name] == audio


def test_a_session_deleted_after_the_backup_stays_deleted(sealed, project, delete, place):
    other = SessionFactory(project=project)
    backup(place)
    delete(sealed)

    lose_database()
    told = restore(place)

    assert alive() == named(other)
    assert stored_files() == {}
    assert told["not_restored"]["sessions"] == 1


def test_its_late_data_is_still_late(sealed, agent, delete, place):
    backup(place)
    delete(sealed)
    lose_database()
    restore(place)

    answer = agent.send("traces", spans("late", job=sealed.job_id))

    assert (answer.status_code, Session.objects.count()) == (200, 0)


def test_so_is_that_of_a_session_that_had_begun_after_the_backup(agent, project, delete, place):
    backup(place)
    agent.send("traces", spans("first"))
    delete(Session.objects.get())
    lose_database()
    restore(place)

    agent.send("traces", spans("second", first_id=2))

    assert Session.objects.count() == 0
    assert sum(Tombstone.objects.values_list("discarded_count", flat=True)) == 1


def test_what_the_replaced_database_alone_knows_is_heard(sealed, place):
    """The storage was down when it was deleted."""
    backup(place)
    delete_session(sealed)
    shutil.rmtree(Path(settings.MEDIA_ROOT) / "deletions")
    Deletion.objects.update(is_written=False)

    restore(place, "--force")

    assert alive() == []
    assert [row.name for row in deletions_in_storage()] == named(sealed)


def test_a_project_deleted_after_the_backup_stays_deleted(sealed, project, owner, place):
    backup(place)
    delete_project(project, by=owner)
    lose_database()

    told = restore(place)

    assert (Project.objects.count(), Session.objects.count(), stored_files()) == (0, 0, {})
    assert told["not_restored"]["projects"] == 1


def test_another_project_that_was_given_the_same_number_stays(project, owner, place):
    """SQLite and PostgreSQL count on from the restored rows."""
    backup(place)
    Deletion.objects.create(
        kind="project",
        project_number=project.pk,
        project_created_at=project.created_at - timedelta(days=1),
        at=timezone.now(),
    )

    restore(place, "--force")

    assert Project.objects.get().deleted_at is None


def test_a_caller_erased_after_the_backup_stays_erased(agent, project, place):
    agent.send("traces", call("AJ_ada", sip__phoneNumber=NUMBER))
    agent.send("traces", call("", sip__phoneNumber=NUMBER))
    agent.send("traces", call("", sip__phoneNumber="+49 30 555555"))
    backup(place)
    erase_caller(project, Caller(phone=NUMBER))
    lose_database()

    told = restore(place)

    assert (Session.objects.count(), Batch.objects.count()) == (0, 1)
    assert told["not_restored"] == {"sessions": 1, "projects": 0, "accounts": 0, "uploads": 1}


def test_redaction_asked_for_after_the_backup_is_done_again(sealed, agent, place):
    assert records_of(sealed)
    words = str(records_of(sealed))
    backup(place)
    agent.send("traces", asking_for_redaction(spans("late", job=sealed.job_id)))
    write_deletions_if_possible()  # as the sweep does
    lose_database()

    told = restore(place)

    session = Session.objects.get()
    assert (told["redacted"], session.is_redacted) == (1, True)
    assert "user_transcript" in words
    assert len(str(records_of(session))) < len(words)
    assert Recording.objects.count() == 0
    assert not [key for key in stored_files() if key.startswith("recordings/")]


def test_what_redaction_leaves_is_counted_and_found_again_after_a_restore(sealed, agent, place):
    refresh_summary(sealed.pk)
    turns = SessionFact.objects.get().turns
    backup(place)
    agent.send("traces", asking_for_redaction(spans("late", job=sealed.job_id)))
    write_deletions_if_possible()  # as the sweep does
    lose_database()
    restore(place)
    assert not SessionFact.objects.exists()

    ask_for_summaries()
    run_all_jobs()

    assert SessionFact.objects.get().turns == turns > 0
    assert SessionNames.objects.count() == 1


def test_what_has_expired_since_does_not_come_back(sealed, project, place):
    lives = SessionFactory(project=project)
    Session.objects.filter(pk=sealed.pk).update(expires_at=timezone.now() + timedelta(seconds=1))
    backup(place)
    lose_machine()

    time.sleep(1.1)
    restore(place)

    assert alive() == named(lives)
    assert stored_files() == {}


def test_zips_are_asked_for_anew(sealed, project, place):
    Export.objects.create(
        project=project, session_count=1, may_hold_audio=True, request="r", key="exports/1.zip"
    )
    backup(place)

    restore(place, "--force")

    assert not Export.objects.exists()


def test_parquet_is_removed_to_be_written_anew(sealed, project, place):
    refresh_summary(sealed.pk)
    [part] = plan()
    written(part)
    backup(place)
    assert len(parquet_files()) == 2

    restore(place, "--force")

    assert (parquet_files(), CompactedPart.objects.count()) == ([], 0)


def test_samples_that_may_have_been_taken_back_are_not_brought_back(sealed, project, place):
    linked, free = (
        ImprovementSample.objects.create(month=timezone.now().date(), content={}) for _ in range(2)
    )
    until = timezone.now() + timedelta(days=90)
    SampleLink.objects.create(project=project, session=b"", position=0, sample=linked, until=until)
    backup(place)

    restore(place, "--force")

    assert list(ImprovementSample.objects.all()) == [free]
    assert not SampleLink.objects.exists()


def test_no_samples_are_made_of_what_has_expired_since(sealed, place):
    """The project may have left the programme after the backup."""
    Session.objects.update(in_model_improvement=True, expires_at=timezone.now() + timedelta(seconds=1))
    backup(place)

    time.sleep(1.1)
    restore(place, "--force")

    assert (Session.objects.count(), ImprovementSample.objects.count()) == (0, 0)


def test_what_is_here_is_replaced_only_at_an_operators_word(sealed, project, place):
    backup(place)
    later = SessionFactory(project=project)

    with pytest.raises(CommandError, match="--force replaces them"):
        restore(place)
    assert alive() == named(sealed, later)

    restore(place, "--force")
    assert alive() == named(sealed)


@pytest.mark.parametrize("step", STEPS)
def test_one_that_was_killed_changes_nothing_and_the_next_does_all(sealed, project, delete, place, step):
    kept = SessionFactory(project=project)
    backup(place)
    delete(sealed)
    later = SessionFactory(project=project)

    def say(said):
        if said == step:
            raise Killed

    with as_another_process(), pytest.raises(Killed):
        restore_backup(place, is_forced=True, say=say)

    assert alive() == named(kept, later)
    restore(place, "--force")
    assert alive() == named(kept)


def test_it_can_be_repeated(sealed, delete, place):
    backup(place)
    delete(sealed)

    first, second = restore(place, "--force"), restore(place, "--force")

    assert first["not_restored"] == second["not_restored"]
    assert [row.name for row in deletions_in_storage()] == named(sealed)


def test_a_later_restore_of_an_older_backup_still_knows(sealed, project, delete, tmp_path):
    backup(tmp_path / "older")
    delete(sealed)
    backup(tmp_path / "newer")
    lose_machine()
    restore(tmp_path / "newer")

    restore(tmp_path / "older", "--force")

    assert alive() == []


def test_with_a_bucket_rows_come_back_and_files_are_the_buckets(accept, server, use_bucket, delete, place):
    use_bucket(server.url)
    recording = Recording.objects.get(pk=accept(upload()).recording_id)
    told = backup(place)
    lose_database()
    lose_files()

    restored = restore(place)

    assert (told["files"], restored["files"], restored["fsck"]["lost"]) == (0, 0, 0)
    assert Recording.objects.get().name == recording.name
