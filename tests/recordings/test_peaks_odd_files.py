"""Files as no SDK writes them: each is decoded within bounds, or one sentence says why not."""

import time

import numpy as np
import pytest

from observability.recordings.peaks_decoding import SoundFile
from observability.recordings.waveform import Analysis, analysis_of
from tests.recordings.sounds import (
    captured_audio,
    decoded,
    endless_silence,
    noise,
    ogg_of,
    with_granules,
    with_serial,
)
from tests.recordings.test_peaks import extremes, level_of


@pytest.fixture
def analysed(tmp_path):
    def analysed(content, **limits):
        path = tmp_path / "recording.ogg"
        path.write_bytes(content)
        return analysis_of(path, **limits)

    return analysed


def test_mono_has_one_channel_in_which_nobody_is_told_from_anybody(analysed):
    analysis = analysed(ogg_of(noise(2, channels=1)))

    assert (analysis.shape.channels, analysis.shape.bucket_bytes) == (1, 2)
    assert analysis.speech.agent is None
    assert analysis.problem == ""


@pytest.mark.parametrize(
    ("rate_hz", "per_bucket"), [(16_000, 160), (22_050, 220), (44_100, 441), (96_000, 960)]
)
def test_other_rates_have_buckets_of_about_10_ms(analysed, rate_hz, per_bucket):
    content = ogg_of(noise(1.5, rate_hz=rate_hz), codec="flac", rate_hz=rate_hz, sample_format="s16")

    analysis = analysed(content)

    assert analysis.shape.samples_per_bucket == per_bucket
    assert np.array_equal(level_of(analysis, 0), extremes(decoded(content), per_bucket))
    assert round(analysis.shape.duration_ms) == 1500


def test_two_recordings_in_one_file_follow_each_other(analysed):
    content = ogg_of(noise(2, seed=1)) + ogg_of(noise(3, seed=2))

    analysis = analysed(content)

    assert round(analysis.shape.duration_ms, -2) == 5_000
    assert level_of(analysis, 0)[:, 0, 1].min() > 0


@pytest.mark.parametrize("granule", [0, 1, 2**62])
def test_pages_that_lie_about_their_place_move_nothing(analysed, granule):
    content = captured_audio("python/1.8.9_only_audio_transcript")

    lying, true = analysed(with_granules(content, granule)), analysed(content)

    assert abs(lying.shape.duration_ms - true.shape.duration_ms) < 1_500
    assert abs(lying.speech.agent[0][0] - true.speech.agent[0][0]) <= 30


def test_small_file_that_sounds_for_hours_is_decoded_up_to_the_limit(analysed):
    content = endless_silence(30_000)
    began = time.perf_counter()

    analysis = analysed(content, max_decoded_s=60)

    assert len(content) < 100_000
    assert analysis.shape.sample_count == 60 * 48_000
    assert analysis.problem == "The recording is longer than 0:01:00; the rest was not looked at."
    assert time.perf_counter() - began < 10


def test_a_thousand_streams_after_one_another_are_one_sound(analysed):
    analysis = analysed(b"".join(with_serial(endless_silence(1), serial) for serial in range(1, 1001)))

    assert round(analysis.shape.duration_ms) == 1000 * 120
    assert analysis.problem == ""


def test_ten_thousand_streams_beside_one_another_are_no_sound(analysed):
    sound = endless_silence(5)
    beginning = sound[: sound.index(b"OggS", 4)]
    many = b"".join(with_serial(beginning, serial) for serial in range(2, 10_002))

    assert analysed(many + sound).problem.startswith("The file is no Ogg audio")


def test_half_a_file_has_the_peaks_of_that_half(analysed):
    content = captured_audio("python/1.8.9_only_audio_transcript")

    half, whole = analysed(content[: len(content) // 2]), analysed(content)

    buckets = half.shape.buckets_at(0) - 200
    assert 5_500 < half.shape.duration_ms < 8_000
    assert np.array_equal(level_of(half, 0)[:buckets], level_of(whole, 0)[:buckets])


def test_damaged_pieces_are_left_out_and_told(analysed):
    content = bytearray(captured_audio("python/1.8.9_only_audio_transcript"))
    for at in range(60_000, 160_000, 211):
        content[at] ^= 0xFF

    analysis = analysed(bytes(content))

    assert analysis.shape.sample_count > 0
    assert analysis.problem == "" or analysis.problem.endswith("damaged pieces were left out.")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"OggS",
        b"OggS" + b"\xff" * 5000,
        b"#EXTM3U\nfile:///etc/passwd\n",
        b"RIFF\x24\x00\x00\x00WAVE",
        b"<html>",
    ],
)
def test_what_is_no_ogg_has_one_sentence_and_nothing_else(analysed, content):
    analysis = analysed(content)

    assert analysis == Analysis(problem=analysis.problem)
    assert analysis.problem.startswith("The file is no Ogg audio")


def test_file_without_sound_says_so(analysed):
    empty = endless_silence(0)

    assert analysed(empty).problem.startswith("The file ")


def test_rate_that_nothing_plays_is_refused(analysed):
    content = ogg_of(noise(1, rate_hz=1_000), codec="flac", rate_hz=1_000, sample_format="s16")

    assert analysed(content).problem == "The sound changes its rate, or has none that is played (1000 Hz)."


def test_file_that_is_not_there_is_no_fault_of_its_format(tmp_path):
    with pytest.raises(FileNotFoundError):
        list(SoundFile(tmp_path / "moved.ogg").pieces())
