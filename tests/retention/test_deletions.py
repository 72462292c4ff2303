"""The deletion journal: what was deleted is told beside the database, so that no backup brings it back."""

import json
from datetime import timedelta

import pytest
from django.conf import settings
from django.utils import timezone

from observability.models import Batch, Deletion
from observability.retention.callers import Caller, erase_caller
from observability.retention.delete import delete_session
from observability.retention.deletions import (
    UnreadableJournal,
    deletions_in_storage,
    write_deletions,
    write_deletions_if_possible,
)
from observability.retention.purge import purge
from observability.tasks import sweep_retention
from projects.actions import delete_project
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.people import SessionFactory
from tests.recordings.left import all_files
from tests.recordings.test_bucket import DOWN
from tests.retention.erasing import erase_session, expire
from tests.retention.test_callers import NUMBER, call
from tests.retention.test_projects import no_worker_but_ours
from tests.retention.test_purge import manage
from tests.sending import spans

pytestmark = pytest.mark.django_db


__all__ = ["no_worker_but_ours"]


def journal():
    """Every object of it, by key."""
    files = {key: content for key, content in all_files().items() if key.startswith("deletions/")}
    return {key: [json.loads(line) for line in content.splitlines()] for key, content in files.items()}


def told():
    return [(row.kind, row.name) for row in deletions_in_storage()]


def test_a_deletion_is_in_the_storage_when_it_is_answered(session, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        delete_session(session)

    assert told() == [("session", str(session.public_id))]
    assert not Deletion.objects.filter(is_written=False).exists()


def test_it_has_ids_keyed_digests_and_times_and_nothing_else(talk):
    erase_session(talk)
    write_deletions()

    [[line]] = journal().values()
    assert set(line) == {"kind", "project", "project_created_at", "name", "tombstones", "at", "until"}
    assert {len(bytes.fromhex(digest)) for digest in line["tombstones"]} == {32}
    assert talk.job_id not in json.dumps(line)
    assert talk.room_id not in json.dumps(line)


def test_a_session_that_is_deleted_and_then_erased_is_told_once(session):
    erase_session(session)
    write_deletions()

    assert told() == [("session", str(session.public_id))]


def test_a_purge_tells_what_it_removed_in_one_object(project):
    gone = [expire(session) for session in SessionFactory.create_batch(3, project=project)]

    purge()

    assert sorted(told()) == sorted(("session", str(session.public_id)) for session in gone)
    assert len(journal()) == 1


def test_a_project_is_told_for_good(project, owner, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        delete_project(project, by=owner)

    [row] = deletions_in_storage()
    assert (row.kind, row.project_number, row.project_created_at) == (
        "project",
        project.pk,
        project.created_at,
    )
    assert [key.split("/")[1] for key in journal()] == ["for-good"]


def test_records_of_no_session_are_told_by_a_keyed_digest(agent, project):
    agent.send("traces", call("", sip__phoneNumber=NUMBER))
    digest = bytes(Batch.objects.get(session=None).digest)

    erase_caller(project, Caller(phone=NUMBER))
    write_deletions()

    [(kind, name)] = told()
    assert (kind, len(name)) == ("upload", 64)
    assert digest.hex() not in name
    assert not Batch.objects.exists()


def test_redaction_that_was_asked_for_late_is_told(agent, project):
    agent.send("traces", spans("first"))

    agent.send("traces", asking_for_redaction(spans("second", first_id=2)))
    write_deletions()

    session = project.sessions.get()
    assert session.is_redacted
    assert told() == [("redaction", str(session.public_id))]


def test_what_could_not_be_written_is_written_by_the_sweep(session, use_bucket, server):
    erase_session(session)
    use_bucket(DOWN)
    write_deletions_if_possible()
    assert Deletion.objects.filter(is_written=False).count() == 1

    use_bucket(server.url)
    sweep_retention()

    assert told() == [("session", str(session.public_id))]


def test_it_forgets_what_no_backup_could_bring_back(session, project):
    erase_session(session)
    write_deletions()
    assert purge() and len(told()) == 1

    Deletion.objects.update(until=timezone.now() - timedelta(days=2), is_written=False)
    write_deletions()
    purge()

    assert len(told()) == 1
    assert not Deletion.objects.exists()


def test_a_damaged_journal_is_an_error_and_not_an_empty_one(session):
    erase_session(session)
    write_deletions()
    [key] = journal()
    (settings.MEDIA_ROOT / key).write_text('{"kind": "sess')

    with pytest.raises(UnreadableJournal, match=key):
        list(deletions_in_storage())


def test_fsck_takes_it_for_nobodys_file(session):
    erase_session(session)
    write_deletions()

    told = manage("fsck")

    assert (told["files"], told["orphans"], told["unaccounted"]) == (0, 0, 0)
