"""Rows and stored files, compared both ways."""

import json
import os
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import timezone

from observability.journal.seal import seal_session
from observability.models import Archive, Job, Reconciliation, Recording, Session, Waveform
from observability.queries.records import timeline_of
from observability.recordings.convert import convert_recording
from observability.recordings.inspect import inspect_recording
from observability.recordings.waveform import analyse_recording
from observability.retention.reconcile import NEVER_TOO_MANY, is_due
from tests.ops.working import run_all_jobs
from tests.recordings.left import stored_files
from tests.recordings.uploads import upload

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
ORPHAN = "recordings/1/8f14e45f-ceea-467f-a8f2-51a2b1a36c6e/1.ogg"


def fsck(*arguments):
    out = StringIO()
    call_command("fsck", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def lay_down(key, *, age=DAY * 2, content=b"somebody's voice"):
    path = Path(settings.MEDIA_ROOT) / key
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    moment = (timezone.now() - age).timestamp()
    os.utime(path, (moment, moment))
    return path


@pytest.fixture
def recording(talk):
    recording = talk.recordings.get()
    inspect_recording(recording.pk)
    analyse_recording(recording.pk)
    for key in stored_files():
        lay_down(key, content=stored_files()[key])
    return Recording.objects.get()


def audio_of(recording):
    return timeline_of(Session.objects.get()).completeness["audio"]


def test_where_all_is_well_nothing_is_said_and_nothing_done(recording):
    before = stored_files()

    told = fsck("--repair")

    assert (told["files"], told["lost"], told["orphans"], told["removed"]) == (2, 0, 0, 0)
    assert stored_files() == before


def test_a_missing_file_is_shown_as_lost_and_never_an_error(recording, owner_client):
    Path(settings.MEDIA_ROOT, recording.name).unlink()

    told = fsck("--repair")

    assert (told["lost"], told["lost_keys"]) == (1, [recording.name])
    assert (audio_of(recording).state, audio_of(recording).reason) == (
        "lost",
        "What arrived as the recording cannot be played: The file of the recording is missing from the storage.",
    )
    page = owner_client.get(f"/projects/acme/sessions/{recording.session.public_id}/")
    assert page.status_code == 200


def test_a_file_that_comes_back_is_shown_again(recording):
    path = Path(settings.MEDIA_ROOT, recording.name)
    content = path.read_bytes()
    path.unlink()
    fsck("--repair")

    path.write_bytes(content)
    fsck("--repair")
    run_all_jobs()

    assert audio_of(recording).state == "received"
    assert Recording.objects.get().duration_ms == recording.duration_ms


def test_missing_peaks_are_made_anew(recording):
    Path(settings.MEDIA_ROOT, recording.waveform.name).unlink()

    fsck("--repair")
    run_all_jobs()

    assert Waveform.objects.get().name in stored_files()
    assert audio_of(recording).state == "received"


def test_a_file_that_no_row_knows_of_goes_after_a_day(recording):
    lay_down(ORPHAN)
    lay_down(f"{recording.name}.0a.half")
    young = lay_down(ORPHAN.replace("1.ogg", "2.ogg"), age=DAY * 0.9)

    told = fsck("--repair")

    assert (told["orphans"], told["young"], told["removed"]) == (2, 1, 2)
    assert young.exists()
    assert len(stored_files()) == 3


def test_without_repair_it_only_tells(recording):
    lay_down(ORPHAN)
    Path(settings.MEDIA_ROOT, recording.name).unlink()
    before = stored_files()

    told = fsck()

    assert (told["lost"], told["orphan_keys"], told["removed"]) == (1, [ORPHAN], 0)
    assert stored_files() == before
    assert Recording.objects.get().problem == ""


def test_what_waits_in_the_spool_is_nobodys_orphan(recording):
    """Its file may be in storage a moment before its row says so."""
    Recording.objects.update(place=Recording.Place.SPOOL, name="0123.ogg")

    assert fsck("--repair")["removed"] == 0


def test_what_no_room_holds_is_counted_and_left_alone(recording):
    other = lay_down("somewhere/else.txt")

    told = fsck("--repair", "--force")

    assert (told["unaccounted"], told["orphans"], other.exists()) == (1, 0, True)


def test_a_database_older_than_its_storage_removes_nothing_without_a_word(recording):
    for number in range(NEVER_TOO_MANY + 1):
        lay_down(ORPHAN.replace("1.ogg", f"{number}.ogg"))

    held = fsck("--repair")
    assert (held["removed"], held["held_back"][:36]) == (0, "21 of 23 files belong to no row. If ")

    assert fsck("--repair", "--force")["removed"] == NEVER_TOO_MANY + 1


def test_a_storage_that_cannot_be_read_loses_nothing(accept, server, use_bucket):
    use_bucket(server.url)
    accept(upload())
    use_bucket("http://127.0.0.1:9")

    with pytest.raises(CommandError, match="The storage cannot be read"):
        fsck("--repair")

    assert Recording.objects.get().problem == ""


def test_a_bucket_is_reconciled_like_a_disk(accept, server, use_bucket):
    use_bucket(server.url)
    Recording.objects.get(pk=accept(upload()).recording_id)
    server.objects[f"/talks/{ORPHAN}"] = b"somebody's voice"
    server.written_at = timezone.now() - DAY * 2

    told = fsck("--repair")

    assert (told["files"], told["removed"], len(server.objects)) == (2, 1, 1)
    server.objects.clear()
    assert fsck("--repair")["lost"] == 1
    assert Job.objects.exists()


def test_it_is_due_a_day_after_the_last_and_an_hour_after_one_that_failed(db):
    now = timezone.now()
    assert is_due()

    done = Reconciliation.objects.create(begun_at=now - DAY * 0.9, ended_at=now)
    assert not is_due()

    Reconciliation.objects.update(begun_at=now - DAY * 1.1)
    assert is_due()

    done.begun_at, done.ended_at = now - timedelta(minutes=50), None
    done.save()
    assert not is_due()

    Reconciliation.objects.update(begun_at=now - timedelta(minutes=70))
    assert is_due()


def test_a_sealed_journal_and_a_copy_are_accounted_for_and_an_older_revision_is_not(recording):
    convert_recording(recording.pk)
    seal_session(recording.session_id)
    archive = Archive.objects.get()
    older = archive.name.replace("/1-", "/0-")
    for key, content in stored_files().items():
        lay_down(key, content=content)
    lay_down(older)

    fsck("--repair")

    assert older not in stored_files()
    assert {archive.name, recording.name, recording.name.replace(".ogg", ".copy.m4a")} <= set(stored_files())


def test_a_missing_copy_is_made_again_when_one_asks_for_it(recording):
    convert_recording(recording.pk)
    (Path(settings.MEDIA_ROOT) / recording.name.replace(".ogg", ".copy.m4a")).unlink()

    fsck("--repair")

    assert Recording.objects.get().copy_bytes is None
    convert_recording(recording.pk)
    assert Recording.objects.get().copy_bytes > 0
