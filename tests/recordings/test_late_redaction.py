"""Redaction that is asked for after the recording has come: nobody hears it any more, and then it is gone."""

import pytest
from django.utils import timezone

from observability import jobs
from observability.models import Job, Recording, Session, Waveform
from observability.queries.records import timeline_of
from observability.recordings import files
from observability.recordings.erase import erase_recordings
from observability.recordings.waveform import analyse_recording
from observability.storage import bucket
from tests.ingest.test_privacy_at_the_door import asking_for_redaction
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.uploads import audio_part, captured_recording, form_of, header_part, upload
from tests.sending import spans

RUN = "python/1.8.9_second_session"
ERASE = "erase-recordings"


@pytest.fixture
def heard(accept):
    """A session whose recording has come, and a worker has listened to."""
    request = captured_recording(RUN)
    accepted = accept(request.body, content_type=request.content_type)
    analyse_recording(accepted.recording_id)
    return Session.objects.get()


@pytest.fixture
def redact(agent):
    def redact(session):
        agent.send(
            "traces", asking_for_redaction(spans("user_turn", job=session.job_id, room=session.room_id))
        )

    return redact


@pytest.fixture
def statuses(client, read_token):
    def statuses(session):
        base = f"/api/v1/projects/acme/sessions/{session.public_id}"
        headers = {"Authorization": f"Bearer {read_token.secret}"}
        paths = [f"{base}/{thing}/{query}" for thing in ("audio", "peaks") for query in ("", "?revision=1")]
        answers = [client.get(path, headers=headers) for path in paths]
        return {answer.status_code for answer in answers if answer.getvalue()}

    return statuses


def work():
    Job.objects.filter(kind=ERASE).update(run_after=timezone.now())
    for job in Job.objects.filter(kind=ERASE, state=Job.State.WAITING):
        jobs.run(job.pk)


def states():
    return list(Job.objects.filter(kind=ERASE).values_list("state", flat=True))


def test_nobody_hears_or_sees_the_recording_from_the_moment_on(heard, redact, statuses):
    before = statuses(heard)
    redact(heard)

    heard.refresh_from_db()
    assert (before, statuses(heard)) == ({200}, {404})
    assert timeline_of(heard).completeness["audio"].state == "off"
    assert timeline_of(heard).recording.heard is None


def test_recording_and_waveform_are_erased_and_counted_by_a_job(heard, redact):
    redact(heard)
    waiting = states()
    work()
    erase_recordings(heard.pk)

    heard.refresh_from_db()
    assert (waiting, states()) == (["waiting"], ["done"])
    assert (stored_files(), spooled_files()) == ({}, [])
    assert (Recording.objects.count(), Waveform.objects.count()) == (0, 0)
    assert (heard.discarded["audio"], heard.has_news) == (1, True)


def test_every_revision_is_erased_and_no_other_sessions_recording(accept, redact):
    for audio in (b"OggS 1", b"OggS 2"):
        accept(upload(audio=audio))
    accept(upload(job_id="AJ_2", room_id="RM_2", audio=b"OggS of another call"))

    redact(Session.objects.get(job_id="AJ_1"))
    work()

    assert list(stored_files().values()) == [b"OggS of another call"]
    assert Session.objects.get(job_id="AJ_1").discarded["audio"] == 2


def test_later_recording_that_asks_for_redaction_erases_the_earlier_one(accept):
    accept(upload(audio=b"OggS 1"))
    accept(form_of(header_part(redaction_enabled=True), audio_part(b"OggS 2")))
    work()

    assert (stored_files(), spooled_files()) == ({}, [])
    assert Session.objects.get().discarded["audio"] == 2


def test_session_without_a_recording_needs_no_job(agent, redact):
    agent.send("traces", spans("user_turn", first_id=7))

    redact(Session.objects.get())

    assert states() == []


def test_erasing_waits_for_a_storage_that_is_down_for_as_long_as_it_takes(heard, redact, monkeypatch):
    def fail(*_):
        raise bucket.StorageFailed("The storage is down.")

    redact(heard)
    with monkeypatch.context() as broken:
        broken.setattr(files, "_delete_stored", fail)
        for _ in range(jobs.MAX_ATTEMPTS + 1):
            work()
        meanwhile = states(), Recording.objects.count()
    work()

    assert meanwhile == (["waiting"], 1)
    assert (states(), Recording.objects.count(), stored_files()) == (["done"], 0, {})


def test_recording_in_another_servers_spool_is_erased_once_that_server_has_moved_it(
    accept, redact, settings, tmp_path, monkeypatch
):
    def fail(*_):
        raise files.StorageFailed("The storage is down.")

    with monkeypatch.context() as broken:
        broken.setattr(files, "_put", fail)
        accept(upload())
    redact(Session.objects.get())
    here, settings.SPOOL_DIR = settings.SPOOL_DIR, tmp_path
    work()
    meanwhile = states()
    settings.SPOOL_DIR = here
    work()

    assert (meanwhile, states()) == (["waiting"], ["done"])
    assert (Recording.objects.count(), spooled_files(), stored_files()) == (0, [], {})


def test_session_that_went_away_needs_no_erasing(db):
    erase_recordings(12345)
