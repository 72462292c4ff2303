"""A browser that does not play Ogg gets a copy that sounds the same, at the same times."""

from io import BytesIO

import av
import numpy as np
import pytest

from observability import jobs
from observability.models import Job, Recording
from observability.recordings import files
from observability.recordings.convert import CannotConvert, convert_recording
from tests.recordings.bucket_server import bucket_server
from tests.recordings.left import spooled_files, stored_files
from tests.recordings.sounds import captured_audio, decoded
from tests.recordings.test_bucket import use_bucket
from tests.recordings.test_peaks_job import RUN, kept
from tests.recordings.uploads import captured_recording
from tests.retention.erasing import erase_session

__all__ = ["kept", "use_bucket"]


def copy_of(recording):
    recording.refresh_from_db()
    return b"".join(files.read_copy(recording))


def sound_of(content):
    with av.open(BytesIO(content)) as container:
        frames = [frame.to_ndarray() for frame in container.decode(audio=0)]
        return np.concatenate(frames, axis=1), container.streams.audio[0].start_time


def loudness(samples, every=480):
    whole = samples[:, : samples.shape[1] // every * every]
    return np.abs(whole).reshape(len(samples), -1, every).mean(axis=2)


def test_copy_sounds_as_the_original_at_every_moment(kept):
    convert_recording(kept.pk)

    copy, _ = sound_of(copy_of(kept))
    original = decoded(captured_audio(RUN))
    assert abs(copy.shape[1] - original.shape[1]) <= 2 * 1024
    length = min(copy.shape[1], original.shape[1])
    heard, told = loudness(copy[:, :length]), loudness(original[:, :length])
    for channel in (0, 1):
        assert np.corrcoef(heard[channel], told[channel])[0, 1] > 0.98


def test_copy_begins_to_play_before_it_is_all_there(kept):
    convert_recording(kept.pk)

    content = copy_of(kept)
    assert content.index(b"moov") < content.index(b"mdat")


def test_copy_lies_beside_the_original_and_goes_with_it(kept):
    convert_recording(kept.pk)
    assert any(name.endswith("1.copy.m4a") for name in stored_files())
    assert spooled_files() == []

    erase_session(kept.session)

    assert stored_files() == {}


def test_job_that_runs_twice_makes_one_copy(kept):
    convert_recording(kept.pk)
    made = stored_files()
    convert_recording(kept.pk)

    assert stored_files() == made


def test_copy_of_a_recording_that_went_meanwhile_goes_too(kept, monkeypatch):
    keep_copy = files.keep_copy

    def keep_and_delete(recording, copy):
        keep_copy(recording, copy)
        Recording.objects.all().delete()

    monkeypatch.setattr(files, "keep_copy", keep_and_delete)
    convert_recording(kept.pk)

    assert not any(name.endswith(".m4a") for name in stored_files())


def test_file_without_sound_is_set_aside_with_the_reason(kept, settings):
    (settings.MEDIA_ROOT / kept.name).write_bytes(b"<html>no sound here</html>" * 100)

    with pytest.raises(CannotConvert, match="no Ogg audio"):
        convert_recording(kept.pk)
    assert spooled_files() == []


def test_bucket_takes_and_gives_the_copy(accept, use_bucket):
    with bucket_server() as server:
        use_bucket(server.url)
        request = captured_recording(RUN)
        pk = accept(request.body, content_type=request.content_type).recording_id
        convert_recording(pk)
        recording = Recording.objects.select_related("session").get(pk=pk)

        assert sound_of(copy_of(recording))[0].shape[0] == 2
        erase_session(recording.session)
        assert server.objects == {}


def test_job_does_it(kept):
    jobs.submit("convert-recording", kept.pk)
    jobs.run(Job.objects.get(kind="convert-recording").pk)

    assert Recording.objects.get(pk=kept.pk).copy_bytes == len(copy_of(kept))
