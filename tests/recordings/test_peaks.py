"""The waveform is true to the audio: what is drawn is what can be heard."""

import numpy as np
import pytest

from observability.recordings.peaks import Reducer, coarser, extremes_of, levels_of, loudness_of
from observability.recordings.peaks_shape import Shape, Slice
from observability.recordings.waveform import analysis_of
from tests.recordings.sounds import captured_audio, decoded, noise, ogg_of


@pytest.fixture
def analysed(tmp_path):
    def analysed(content, **limits):
        path = tmp_path / "recording.ogg"
        path.write_bytes(content)
        return analysis_of(path, **limits)

    return analysed


def level_of(analysis, level):
    """buckets × channels × (minimum, maximum)"""
    shape = analysis.shape
    first, length = shape.place_of(Slice(level, 0, shape.buckets_at(level)))
    return np.frombuffer(analysis.peaks[first : first + length], np.int8).reshape(-1, shape.channels, 2)


def extremes(samples, size):
    """Minimum and maximum of each `size` samples, by numpy alone."""
    parts = [samples[:, first : first + size] for first in range(0, samples.shape[1], size)]
    both = np.array([[part.min(axis=1), part.max(axis=1)] for part in parts])
    return np.rint(np.clip(both, -1, 1) * 127).transpose(0, 2, 1)


@pytest.mark.parametrize(
    "run", ["python/1.8.9_only_audio_transcript", "node/1.9.0_no_logs", "python/1.8.9_redaction"]
)
def test_every_bucket_has_the_extremes_of_its_samples(analysed, run):
    content = captured_audio(run)

    analysis = analysed(content)

    samples = decoded(content)
    assert analysis.shape == Shape(2, 48_000, samples.shape[1])
    for level in (0, 1, 3):
        assert np.array_equal(level_of(analysis, level), extremes(samples, 480 << level))


def test_first_bucket_begins_with_the_first_sample_that_is_played(analysed):
    """Opus' pre-skip is no part of the recording: a click 20 ms after the beginning is drawn there."""
    samples = np.zeros((2, 48_000), np.float32)
    samples[:, 960:1010] = 0.9

    finest = level_of(analysed(ogg_of(samples)), 0)

    assert finest[:, 0, 1].argmax() == 2


def test_pieces_of_any_length_make_the_same_peaks():
    samples = noise(1.003, level=0.3)

    def reduced(cuts):
        reducer = Reducer(480)
        for piece in np.split(samples, cuts, axis=1):
            reducer.add(piece)
        return reducer.finish()

    peaks, loudness = reduced([])
    for cuts in ([1, 2, 481, 30_000], [479, 480, 960], list(range(0, 48_144, 777))):
        cut_peaks, cut_loudness = reduced(cuts)
        assert np.array_equal(cut_peaks, peaks)
        assert np.allclose(cut_loudness, loudness, atol=1e-3)
    assert np.array_equal(peaks, extremes(samples, 480))


def test_sound_beyond_full_scale_is_clipped_and_nonsense_is_silence():
    bucket = np.array([[[1.5, -3.0]], [[np.nan, 0.5]]], np.float32)

    assert extremes_of(bucket).tolist() == [[[-127, 127], [0, 0]]]
    assert np.isfinite(loudness_of(bucket)).all()


def test_constant_offset_is_no_sound():
    assert loudness_of(np.full((1, 1, 480), 0.5, np.float32))[0, 0] < -80


def test_each_level_is_half_as_fine_as_the_one_before():
    finest = np.random.default_rng(1).integers(-128, 127, (1001, 2, 2), np.int8)

    levels = levels_of(finest)

    assert [len(level) for level in levels] == [1001, 501, 251]
    assert levels[1][500].tolist() == finest[1000].tolist()
    assert coarser(finest)[3, 1].tolist() == [finest[6:8, 1, 0].min(), finest[6:8, 1, 1].max()]


def test_an_hour_fits_a_screen_in_a_few_kilobytes():
    hour = Shape(channels=2, sample_rate_hz=48_000, sample_count=3600 * 48_000)

    level = hour.coarsest_with(2000, from_ms=0, to_ms=3_600_000)
    part = hour.part(level, from_ms=0, to_ms=3_600_000)

    assert (hour.levels, hour.buckets_at(0), hour.buckets_at(11)) == (12, 360_000, 176)
    assert (level, part.count, hour.place_of(part)[1]) == (7, 2813, 11_252)


@pytest.mark.parametrize(
    ("from_ms", "to_ms", "first", "count"),
    [
        (0, 10, 0, 1),
        (5, 11, 0, 2),
        (10, 10, 1, 0),
        (995, 99_999, 99, 2),
        (5000, 9000, 101, 0),
        (20, 10, 2, 0),
    ],
)
def test_part_has_every_bucket_that_the_time_touches(from_ms, to_ms, first, count):
    shape = Shape(channels=1, sample_rate_hz=48_000, sample_count=48_001)

    assert shape.part(0, from_ms=from_ms, to_ms=to_ms) == Slice(0, first, count)


def test_levels_lie_one_after_the_other(analysed):
    analysis = analysed(ogg_of(noise(12)))

    finest, coarse = level_of(analysis, 0), level_of(analysis, analysis.shape.levels - 1)

    assert len(analysis.peaks) == analysis.shape.size_bytes
    assert (finest.min(), finest.max()) == (coarse.min(), coarse.max())
    assert len(coarse) <= 256
