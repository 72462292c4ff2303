"""The recording sounds where the spans say that somebody speaks, and nowhere else."""

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.demo.told import SAMPLES_PER_MS, Told

AUDIBLE = 0.01
"""Peak of a 5 ms window, of full scale: well above the room, well below a voice."""
WINDOW_MS = 5
TOLERANCE_MS = 30
"""A voice begins softly, and Opus smears what is sudden by some milliseconds."""


def windows(channel: NDArray[np.float32]) -> NDArray[np.bool_]:
    whole = len(channel) // (WINDOW_MS * SAMPLES_PER_MS) * WINDOW_MS * SAMPLES_PER_MS
    peaks = np.abs(channel[:whole]).reshape(-1, WINDOW_MS * SAMPLES_PER_MS).max(axis=1)
    return np.asarray(peaks > AUDIBLE)


def stretches(demo: Told, name: str) -> list[tuple[float, float]]:
    start_ns = demo.audio_start_ns
    return [
        ((one.start_time_unix_nano - start_ns) / 1e6, (one.end_time_unix_nano - start_ns) / 1e6)
        for one in demo.named(name)
    ]


def test_the_recording_is_as_long_as_the_session(demo: Told) -> None:
    (session,) = demo.named("agent_session")
    length_ms = (session.end_time_unix_nano - demo.audio_start_ns) / 1e6

    assert demo.sound.shape == (2, length_ms * SAMPLES_PER_MS)


def test_the_header_is_a_little_longer_than_the_sound(demo: Told) -> None:
    sound_ms = demo.sound.shape[1] // SAMPLES_PER_MS

    assert sound_ms < demo.header.duration < sound_ms + 3000


@pytest.mark.parametrize(
    ("channel", "name"), [(0, "user_speaking"), (1, "agent_speaking")], ids=["left", "right"]
)
def test_a_voice_is_heard_exactly_while_its_span_lasts(demo: Told, channel: int, name: str) -> None:
    audible = windows(demo.sound[channel])
    expected = np.zeros_like(audible)

    for first_ms, last_ms in stretches(demo, name):
        heard = np.flatnonzero(audible[int(first_ms / WINDOW_MS) : int(last_ms / WINDOW_MS) + 1]) * WINDOW_MS
        assert heard[0] <= TOLERANCE_MS
        assert heard[-1] >= last_ms - first_ms - TOLERANCE_MS - WINDOW_MS
        assert len(heard) * WINDOW_MS > 0.6 * (last_ms - first_ms)
        expected[int((first_ms - 10) / WINDOW_MS) : int((last_ms + 10) / WINDOW_MS) + 1] = True

    assert not np.any(audible & ~expected)


def test_voices_are_neither_too_loud_nor_too_soft(demo: Told) -> None:
    peaks = np.abs(demo.sound).max(axis=1)

    assert np.all(peaks > 0.2)
    assert np.all(peaks < 0.7)


def test_the_caller_has_the_higher_voice(demo: Told) -> None:
    caller, agent = (pitch(demo.sound[channel]) for channel in (0, 1))

    assert 95 < agent < 130
    assert 165 < caller < 220


def pitch(channel: NDArray[np.float32]) -> float:
    """Hz of the strongest periodicity between 70 and 300 Hz, over the loudest second."""
    second = 1000 * SAMPLES_PER_MS
    loudness = np.add.reduceat(channel.astype(np.float64) ** 2, np.arange(0, len(channel), second))
    first = int(loudness[:-1].argmax()) * second
    spectrum = np.abs(np.fft.rfft(channel[first : first + second], 2 * second)) ** 2
    likeness = np.fft.irfft(spectrum)
    shortest, longest = 48_000 // 300, 48_000 // 70
    return 48_000 / (shortest + int(likeness[shortest:longest].argmax()))
