"""How long a recording is and whether it can be played, whatever the file says of itself."""

import wave

import av
import numpy as np
import pytest

from observability.models import Recording
from observability.recordings.inspect import inspect_file, inspect_recording
from tests.recordings.uploads import captured_recording, upload


@pytest.fixture(scope="module")
def audio():
    """About 14 s of real Ogg/Opus."""
    body = captured_recording("python/1.8.9_only_audio_transcript").body
    return body.partition(b'filename="recording.ogg"')[2].partition(b"\r\n\r\n")[2].rpartition(b"\r\n--")[0]


@pytest.fixture
def sound_of(tmp_path):
    def sound_of(content, **limits):
        path = tmp_path / "recording.ogg"
        path.write_bytes(content)
        return inspect_file(path, **limits)

    return sound_of


def test_captured_recording_is_stereo_opus_of_its_true_length(accept):
    request = captured_recording("python/1.8.9_full")
    pk = accept(request.body, content_type=request.content_type).recording_id

    sound = inspect_recording(pk)

    recording = Recording.objects.get(pk=pk)
    assert (recording.duration_ms, recording.channels, recording.problem) == (141_819, 2, "")
    assert (sound.codec, sound.sample_rate_hz) == ("opus", 48_000)


def test_inspecting_twice_changes_nothing(accept, audio):
    pk = accept(upload(audio=audio)).recording_id

    assert inspect_recording(pk) == inspect_recording(pk)


def test_recording_that_is_gone_needs_no_inspection(db):
    assert inspect_recording(12345) is None


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"OggS",
        b"OggS" + b"\xff" * 5000,
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"ffconcat version 1.0\nfile /etc/passwd\n",
        b"RIFF\x24\x00\x00\x00WAVEfmt ",
        b"<html>",
    ],
)
def test_what_is_no_ogg_has_a_problem_and_no_length(sound_of, content):
    sound = sound_of(content)

    assert (sound.duration_ms, sound.channels) == (0, None)
    assert sound.problem.startswith("The file is no Ogg audio")


def test_file_with_a_problem_is_kept_all_the_same(accept):
    pk = accept(upload(audio=b"OggS and some sound")).recording_id

    inspect_recording(pk)

    recording = Recording.objects.get(pk=pk)
    assert (recording.duration_ms, recording.place) == (None, Recording.Place.STORAGE)
    assert recording.problem.startswith("The file is no Ogg audio")


def test_half_a_file_has_the_length_that_can_be_played(sound_of, audio):
    half = sound_of(audio[: len(audio) // 2])

    assert 5_500 < half.duration_ms < 8_000


def test_length_is_counted_and_not_believed(sound_of, audio):
    """The last page's granule says where the file ends; players show it."""
    last_page = audio.rindex(b"OggS")
    lying = audio[: last_page + 6] + bytes(8) + audio[last_page + 14 :]

    assert abs(sound_of(lying).duration_ms - sound_of(audio).duration_ms) < 1_500


def test_no_more_than_the_limit_is_decoded(sound_of, audio):
    sound = sound_of(audio, max_decoded_s=5)

    assert sound.duration_ms == 5_000
    assert sound.problem == "The recording is longer than 0:00:05; the rest was not looked at."


def test_mono_is_told_apart(sound_of, tmp_path):
    path = tmp_path / "mono.ogg"
    with av.open(str(path), "w", format="ogg") as container:
        stream = container.add_stream("libopus", rate=48_000, layout="mono")
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 48_000), dtype=np.int16), format="s16", layout="mono")
        frame.sample_rate = 48_000
        container.mux([*stream.encode(frame), *stream.encode(None)])

    sound = sound_of(path.read_bytes())

    assert (sound.channels, round(sound.duration_ms, -2)) == (1, 1_000)


def test_wave_file_is_no_recording_of_an_sdk(sound_of, tmp_path):
    path = tmp_path / "sound.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, 8000, 0, "NONE", ""))
        file.writeframes(bytes(16_000))

    assert sound_of(path.read_bytes()).problem.startswith("The file is no Ogg audio")
