"""What a recording upload leaves behind."""

import pytest
from django.db import IntegrityError

from observability.models import Job, Recording, Session
from observability.recordings import keep as keep_module
from observability.recordings.accept import NoIdentity
from tests.people import SessionFactory
from tests.recordings.left import kinds_of, spooled_files, stored_files
from tests.recordings.uploads import (
    AUDIO_START_S,
    captured_recording,
    form_of,
    header_part,
    upload,
)

NS = 10**9
AUDIO = b"OggS and some sound"


def test_upload_begins_and_ends_its_session(accept, project):
    accepted = accept(upload(texts=("Hello?", "Still there?")))

    session = Session.objects.get(project=project, job_id="AJ_1")
    recording = session.recordings.get()
    assert kinds_of(session) == [["recording_header", "chat_item", "chat_item"]]
    assert (session.status, session.end_signal, session.room_id) == ("ended", "recording", "RM_1")
    assert (recording.revision, recording.size_bytes, recording.start_ns) == (
        1,
        len(AUDIO),
        AUDIO_START_S * NS,
    )
    assert (accepted.recording_id, accepted.is_new, accepted.problems) == (recording.pk, True, {})


def test_audio_is_stored_under_ids_only_and_the_spool_is_empty(accept, project):
    accept(upload(audio=AUDIO))

    session = Session.objects.get()
    assert stored_files() == {f"recordings/{project.pk}/{session.public_id}/1.ogg": AUDIO}
    assert spooled_files() == []
    assert session.recordings.get().place == Recording.Place.STORAGE


@pytest.mark.parametrize(
    "run", ["python/1.8.9_full", "python/1.5.1", "node/1.9.0_full", "python/1.8.9_no_room_sid"]
)
def test_captured_upload_is_kept_whole(accept, project, run):
    request = captured_recording(run)

    accepted = accept(request.body, content_type=request.content_type)

    session = Session.objects.get(project=project)
    [content] = stored_files().values()
    assert content in request.body
    assert (accepted.problems, accepted.kept.stored) == ({}, 1 + session.chat_item_count)
    assert session.recordings.get().size_bytes == len(content)


def test_upload_joins_the_session_of_its_job(accept, project):
    session = SessionFactory(project=project, job_id="AJ_1", status="live")

    accept(upload(job_id="AJ_1"))

    session.refresh_from_db()
    assert (session.status, session.recordings.count(), session.chat_item_count) == ("ended", 1, 1)


def test_upload_without_a_job_joins_the_sessions_of_its_room_that_began_nearest(accept, project):
    far = SessionFactory(project=project, room_id="RM_1", started_ns=(AUDIO_START_S - 3600) * NS)
    near = SessionFactory(project=project, room_id="RM_1", started_ns=(AUDIO_START_S - 2) * NS)
    SessionFactory(project=project, room_id="RM_2", started_ns=AUDIO_START_S * NS)

    accept(upload(job_id=""))

    assert list(Recording.objects.values_list("session_id", flat=True)) == [near.pk]
    assert far.recordings.count() == 0


def test_upload_never_joins_a_session_of_another_project(accept, project, other_project):
    SessionFactory(project=other_project, job_id="AJ_1", room_id="RM_1")

    accept(upload(job_id="AJ_1"))
    accept(upload(job_id="", audio=b"OggS of the room"))

    assert set(Recording.objects.values_list("session__project_id", flat=True)) == {project.pk}


def test_upload_that_holds_nothing_is_refused(accept):
    with pytest.raises(NoIdentity):
        accept(form_of(header_part(job_id="", room_id="")))

    assert Session.objects.count() == 0


def test_upload_leaves_work_for_a_worker(accept):
    accepted = accept(upload())

    jobs = Job.objects.filter(object_id=accepted.recording_id).order_by("kind").values_list("kind", "state")
    kinds = ["analyse-recording", "inspect-recording", "store-recording"]
    assert list(jobs) == [(kind, "waiting") for kind in kinds]


def test_failed_commit_leaves_neither_session_nor_stored_file(accept, monkeypatch):
    def fail(*_args, **_kwargs):
        raise IntegrityError("The disk of the database is full.")

    monkeypatch.setattr(keep_module, "_ask_for_work", fail)

    with pytest.raises(IntegrityError):
        accept(upload())

    assert (Session.objects.count(), Recording.objects.count(), stored_files()) == (0, 0, {})
