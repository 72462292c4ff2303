"""Where audio lies, while the storage is there and while it is not."""

import errno
import os
import shutil
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from observability.models import Job, Recording, Session
from observability.recordings import files, spool
from observability.recordings.store import store_recording
from tests.recordings.uploads import upload
from tests.retention.erasing import erase_session

AUDIO = b"OggS" + bytes(range(256)) * 1000


def files_below(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


@pytest.fixture
def broken_storage():
    """A file where the storage's folder should be."""
    Path(settings.MEDIA_ROOT).write_text("")
    yield
    Path(settings.MEDIA_ROOT).unlink(missing_ok=True)


def mend_storage():
    Path(settings.MEDIA_ROOT).unlink()


@pytest.fixture
def recording(accept):
    return Recording.objects.get(pk=accept(upload(audio=AUDIO)).recording_id)


def test_recording_is_read_whole_and_in_parts(recording):
    assert b"".join(files.read(recording)) == AUDIO
    assert b"".join(files.read(recording, first=10, last=99_999)) == AUDIO[10:100_000]
    assert b"".join(files.read(recording, first=len(AUDIO) - 1)) == AUDIO[-1:]


def test_recording_is_read_in_bounded_pieces(recording):
    assert max(len(piece) for piece in files.read(recording)) == 65536


def test_upload_is_kept_and_can_be_heard_while_the_storage_fails(accept, broken_storage):
    accepted = accept(upload(audio=AUDIO))

    recording = Recording.objects.get(pk=accepted.recording_id)
    assert (accepted.is_new, accepted.is_in_storage, recording.place) == (True, False, Recording.Place.SPOOL)
    assert b"".join(files.read(recording)) == AUDIO


def test_job_moves_it_once_the_storage_is_back(accept, broken_storage):
    pk = accept(upload(audio=AUDIO)).recording_id
    Job.objects.all().delete()

    assert store_recording(pk) is False
    assert list(Job.objects.values_list("kind", "object_id")) == [("store-recording", pk)]
    mend_storage()
    assert [store_recording(pk), store_recording(pk)] == [True, True]

    recording = Recording.objects.get(pk=pk)
    assert (recording.place, b"".join(files.read(recording))) == (Recording.Place.STORAGE, AUDIO)
    assert files_below(settings.SPOOL_DIR) == []
    shutil.rmtree(settings.MEDIA_ROOT)


def test_move_that_was_cut_off_before_its_row_was_written_is_finished(recording):
    """As after a kill between rename and commit."""
    name = Path(recording.name)
    Recording.objects.update(place=Recording.Place.SPOOL, name="0123.ogg")

    assert store_recording(recording.pk) is True

    assert Recording.objects.get().name == str(name)


def test_recording_that_is_in_no_place_is_missing(recording):
    shutil.rmtree(settings.MEDIA_ROOT)
    Recording.objects.update(place=Recording.Place.SPOOL)

    with pytest.raises(files.OnOtherServer):
        store_recording(recording.pk)
    with pytest.raises(files.MissingFile):
        files.read(Recording.objects.get())


def test_recording_of_a_session_deleted_meanwhile_is_not_left_in_storage(accept, broken_storage):
    recording = Recording.objects.select_related("session").get(pk=accept(upload()).recording_id)
    mend_storage()
    Session.objects.all().delete()

    files.move_to_storage(recording)

    assert files_below(settings.MEDIA_ROOT) == []
    shutil.rmtree(settings.MEDIA_ROOT)


def test_storage_on_another_disk_is_copied_to(accept, monkeypatch):
    replace = os.replace

    def refuse_between_disks(source, target):
        if str(source).startswith(str(settings.SPOOL_DIR)) and str(target).startswith(
            str(settings.MEDIA_ROOT)
        ):
            raise OSError(18, "Invalid cross-device link")
        replace(source, target)

    monkeypatch.setattr(os, "replace", refuse_between_disks)

    accepted = accept(upload(audio=AUDIO))

    [stored] = files_below(settings.MEDIA_ROOT)
    assert (accepted.is_in_storage, stored.read_bytes(), files_below(settings.SPOOL_DIR)) == (True, AUDIO, [])


def test_a_disk_that_is_full_is_not_filled_again_by_each_try(accept, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    def fail(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(os, "replace", refuse)
    monkeypatch.setattr(os, "fsync", fail)
    Path(settings.SPOOL_DIR).mkdir(parents=True, exist_ok=True)
    source = Path(settings.SPOOL_DIR, "one.ogg")
    source.write_bytes(AUDIO)
    target = Path(settings.MEDIA_ROOT, "recordings", "1.ogg")
    target.parent.mkdir(parents=True)

    with pytest.raises(OSError, match="No space"):
        files._copy_to_other_disk(source, target)

    assert files_below(settings.MEDIA_ROOT) == []
    assert source.read_bytes() == AUDIO


def test_erased_session_leaves_no_row_and_no_file(accept, recording):
    accept(upload(audio=b"OggS second"))

    erase_session(recording.session)
    erase_session(recording.session)

    assert (Session.objects.count(), Recording.objects.count()) == (0, 0)
    assert files_below(settings.MEDIA_ROOT) == []


def test_erased_session_leaves_no_file_in_the_spool(accept, broken_storage):
    accept(upload())

    erase_session(Session.objects.get())

    assert files_below(settings.SPOOL_DIR) == []


def test_only_what_nothing_will_come_back_for_is_swept_from_the_spool(accept, broken_storage):
    accept(upload())
    [kept] = files_below(settings.SPOOL_DIR)
    for name in ("old.part", "kept/old.ogg", "new.part"):
        (Path(settings.SPOOL_DIR) / name).write_bytes(b"x")
    long_ago = (timezone.now() - timedelta(days=1)).timestamp()
    for path in (kept, Path(settings.SPOOL_DIR) / "old.part", Path(settings.SPOOL_DIR) / "kept/old.ogg"):
        os.utime(path, (long_ago, long_ago))

    removed = spool.remove_forsaken(before=timezone.now() - timedelta(hours=1))

    assert removed == 2
    assert {path.name for path in files_below(settings.SPOOL_DIR)} == {kept.name, "new.part"}
