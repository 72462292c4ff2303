"""After a recording is kept, a worker makes its peaks and listens to it, once, however often it is asked."""

import pytest
from django.conf import settings

from observability import jobs
from observability.models import Job, Recording, Waveform
from observability.queries.records import timeline_of
from observability.recordings import waveform_files
from observability.recordings.inspect import inspect_recording
from observability.recordings.trust import trust_of
from observability.recordings.waveform import analyse_recording, shape_of
from observability.storage.bucket import MissingFile, StorageFailed
from tests.recordings.bucket_server import bucket_server
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.sounds import captured_audio
from tests.recordings.test_bucket import DOWN, use_bucket
from tests.recordings.uploads import captured_recording, upload
from tests.retention.erasing import erase_session

__all__ = ["use_bucket"]
RUN = "python/1.8.9_only_audio_transcript"


@pytest.fixture
def kept(accept):
    """The recording of a short session with a header, and nothing but it."""
    request = captured_recording(RUN)
    pk = accept(request.body, content_type=request.content_type).recording_id
    return Recording.objects.select_related("session").get(pk=pk)


def test_peaks_lie_beside_the_recording_under_ids_only(kept, project):
    waveform = analyse_recording(kept.pk)

    folder = f"recordings/{project.pk}/{kept.session.public_id}"
    files = stored_files()
    assert set(files) == {f"{folder}/1.ogg", f"{folder}/1.peaks"}
    assert waveform.name == f"{folder}/1.peaks"
    assert len(files[waveform.name]) == shape_of(waveform).size_bytes
    assert (waveform.channels, waveform.sample_rate_hz, waveform.sample_count) == (2, 48_000, 681_549)
    assert (waveform.problem, spooled_files()) == ("", [])


def test_job_does_it(kept):
    job = Job.objects.get(kind="analyse-recording", object_id=kept.pk)

    jobs.run(job.pk)

    job.refresh_from_db()
    assert (job.state, Waveform.objects.get().recording) == (Job.State.DONE, kept)


def test_done_twice_it_is_the_same(kept):
    first = analyse_recording(kept.pk)
    files = stored_files()

    second = analyse_recording(kept.pk)

    assert (second, second.made_at, stored_files()) == (first, first.made_at, files)


def test_result_of_an_older_analysis_is_made_anew(kept):
    analyse_recording(kept.pk)
    Waveform.objects.update(version=0, speech={})

    again = analyse_recording(kept.pk)

    assert (again.version, len(again.speech["user"]), Waveform.objects.count()) == (1, 2, 1)


def test_timeline_knows_who_is_heard_and_how_long_the_silences_are(kept):
    assert timeline_of(kept.session).recording.heard is None

    analyse_recording(kept.pk)
    timeline = timeline_of(kept.session)

    assert [len(timeline.recording.heard.user), len(timeline.recording.heard.agent)] == [2, 3]
    measured = [turn.latency.measured_ms - turn.latency.e2e_ms for turn in timeline.turns]
    assert len(measured) == 2
    assert all(abs(difference_ms) < 15 for difference_ms in measured)
    assert trust_of(timeline).sentences == ()


@pytest.mark.parametrize("audio", [b"OggS and some sound", b"RIFF\x24\x00\x00\x00WAVEfmt ", b"<html>"])
def test_file_of_a_wrong_format_has_a_sentence_and_no_peaks(accept, audio):
    pk = accept(upload(audio=audio)).recording_id

    waveform = analyse_recording(pk)

    sentence = Recording.objects.get(pk=pk).problem
    assert sentence.startswith("The file is no Ogg audio")
    assert (waveform.name, waveform.problem, waveform.speech) == ("", sentence, {})
    assert timeline_of(waveform.recording.session).recording.heard is None
    inspect_recording(pk)
    assert Recording.objects.get(pk=pk).problem == sentence


def test_problem_that_the_upload_had_stays(accept):
    pk = accept(upload(audio=captured_audio(RUN))).recording_id
    Recording.objects.filter(pk=pk).update(problem="audio broke off.")

    analyse_recording(pk)

    assert Recording.objects.get(pk=pk).problem == "audio broke off."


def test_recording_that_is_gone_needs_nothing(db):
    assert analyse_recording(12345) is None


def test_session_erased_meanwhile_keeps_no_peaks(kept, monkeypatch):
    keep = waveform_files.keep

    def keep_of_an_erased_session(recording, content):
        erase_session(recording.session)
        return keep(recording, content)

    monkeypatch.setattr(waveform_files, "keep", keep_of_an_erased_session)

    assert analyse_recording(kept.pk) is None
    assert stored_files() == {}


def test_erased_session_leaves_no_peaks(kept):
    analyse_recording(kept.pk)

    erase_session(kept.session)
    erase_session(kept.session)

    assert (stored_files(), Waveform.objects.count()) == ({}, 0)


def test_file_that_is_not_here_is_tried_again_later(kept):
    (settings.MEDIA_ROOT / kept.name).unlink()

    with pytest.raises(MissingFile):
        analyse_recording(kept.pk)

    assert Waveform.objects.count() == 0


def test_peaks_lie_in_a_bucket_where_recordings_do(accept, use_bucket):
    request = captured_recording(RUN)
    with bucket_server() as server:
        use_bucket(server.url)
        pk = accept(request.body, content_type=request.content_type).recording_id

        waveform = analyse_recording(pk)

        peaks = server.objects[f"/talks/{waveform.name}"]
        assert len(peaks) == shape_of(waveform).size_bytes
        assert waveform_files.read(waveform, first=100, length=50) == peaks[100:150]
        erase_session(waveform.recording.session)
        assert server.objects == {}


def test_storage_that_fails_has_the_job_tried_again(kept, use_bucket):
    path = settings.MEDIA_ROOT / kept.name
    Recording.objects.filter(pk=kept.pk).update(place=Recording.Place.SPOOL, name=path.name)
    spool = settings.SPOOL_DIR / "kept"
    spool.mkdir(parents=True, exist_ok=True)
    path.rename(spool / path.name)
    use_bucket(DOWN)

    with pytest.raises(StorageFailed):
        analyse_recording(kept.pk)

    assert Waveform.objects.count() == 0
