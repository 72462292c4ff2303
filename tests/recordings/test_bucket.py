"""Recordings in an S3-compatible bucket."""

from datetime import timedelta
from functools import cache

import pytest
from botocore.loaders import create_loader
from django.conf import settings as plain_settings

from observability.models import Recording
from observability.recordings import files
from observability.recordings.inspect import inspect_recording
from observability.recordings.store import store_recording
from observability.retention.reconcile import reconcile
from observability.storage import bucket
from tests.recordings.bucket_server import bucket_server
from tests.recordings.uploads import captured_recording, upload
from tests.retention.erasing import erase_session

AUDIO = b"OggS" + bytes(range(256)) * 4000
DOWN = "http://127.0.0.1:9"


@pytest.fixture
def server():
    with bucket_server() as server:
        yield server


@cache
def known_services():
    """What boto knows of S3 stands in files. Each connection of each thread reads them anew: a tenth of a second."""
    return create_loader()


@pytest.fixture
def use_bucket(settings, monkeypatch):
    """Keep files in the bucket at an address from here on."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "secret")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    monkeypatch.setenv("AWS_MAX_ATTEMPTS", "1")
    monkeypatch.setenv("AWS_REQUEST_CHECKSUM_CALCULATION", "when_required")

    monkeypatch.setattr("botocore.session.create_loader", lambda _: known_services())

    def use_bucket(url):
        options = {"bucket_name": "talks", "endpoint_url": url, "default_acl": None, "file_overwrite": False}
        storage = {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options}
        settings.STORAGES = plain_settings.STORAGES | {"default": storage}

    return use_bucket


@pytest.fixture
def recording(accept, server, use_bucket):
    use_bucket(server.url)
    return Recording.objects.get(pk=accept(upload(audio=AUDIO)).recording_id)


def test_upload_lies_in_the_bucket_under_ids_only(recording, server, project):
    key = f"recordings/{project.pk}/{recording.session.public_id}/1.ogg"

    assert (recording.place, recording.name) == (Recording.Place.STORAGE, key)
    assert server.objects == {f"/talks/{key}": AUDIO}


def test_part_is_fetched_as_a_part(recording, server):
    server.longest_answer = 0

    part = b"".join(files.read(recording, first=1000, last=1999))

    assert (part, server.longest_answer) == (AUDIO[1000:2000], 1000)
    assert b"".join(files.read(recording)) == AUDIO


def test_file_that_is_lost_in_the_bucket_is_missing(recording, server):
    server.objects.clear()

    with pytest.raises(files.MissingFile):
        files.read(recording)


def test_erased_session_leaves_nothing_in_the_bucket(recording, server):
    erase_session(recording.session)

    assert server.objects == {}


def test_recording_in_the_bucket_can_be_inspected(accept, server, use_bucket):
    use_bucket(server.url)
    request = captured_recording("python/1.8.9_only_audio_transcript")
    pk = accept(request.body, content_type=request.content_type).recording_id

    inspect_recording(pk)

    assert Recording.objects.get().duration_ms == 14_199


def test_upload_does_not_need_the_bucket_to_be_up(accept, server, use_bucket):
    use_bucket(DOWN)
    accepted = accept(upload(audio=AUDIO))
    recording = Recording.objects.get(pk=accepted.recording_id)

    assert (accepted.is_in_storage, recording.place) == (False, Recording.Place.SPOOL)
    assert b"".join(files.read(recording)) == AUDIO

    use_bucket(server.url)
    assert store_recording(recording.pk) is True
    assert list(server.objects.values()) == [AUDIO]


def test_audio_cannot_be_read_or_deleted_while_the_bucket_is_down(recording, use_bucket):
    use_bucket(DOWN)

    with pytest.raises(files.StorageFailed):
        files.read(recording)
    with pytest.raises(files.StorageFailed):
        erase_session(recording.session)
    assert Recording.objects.count() == 1


def test_pieces_of_an_upload_that_was_killed_go_with_their_session(recording, server, project):
    folder = f"/talks/recordings/{project.pk}/{recording.session.public_id}"
    server.unfinished = {"one": f"{folder}/2.ogg", "other": "/talks/recordings/77/other/1.ogg"}

    erase_session(recording.session)

    assert list(server.unfinished) == ["other"]


@pytest.mark.parametrize(("age", "left"), [(timedelta(hours=25), []), (timedelta(hours=23), ["one"])])
def test_pieces_that_nobody_goes_on_with_go_when_files_are_compared(recording, server, age, left):
    server.unfinished = {"one": "/talks/recordings/77/other/1.ogg"}
    server.written_at -= age

    reconcile(is_repair=True)

    assert list(server.unfinished) == left


def test_files_that_were_listed_are_not_asked_for_one_by_one(recording, server, monkeypatch):
    asked = []
    monkeypatch.setattr(bucket, "size_of", lambda *what: asked.append(what))

    _, found = reconcile(is_repair=False)

    assert (found.files, found.lost, asked) == (1, [], [])
