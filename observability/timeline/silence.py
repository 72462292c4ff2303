"""The silence before each answer, measured in the sound of the recording: what the caller really waited."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from observability.timeline.dialogue import Stretch, Turn
from observability.timeline.totals import Heard, Recording

SAME_END_NS = 1_000_000_000
"""The user is heard to end this near to where the spans say so, or somewhere else altogether."""
SAME_START_NS = 1_500_000_000
"""Recordings of Python 1.4.6 and 1.5.1 have answers 0.86 s later than the spans (docs/contract.md §10)."""

NOT_ANALYSED = "The recording has not been listened to yet."
NO_START = "When the recording began is not known."
ONE_CHANNEL = "The recording has one channel, in which user and agent cannot be told apart."
NO_USER = "The recording has no end of the user's speech where the spans have it."
NO_AGENT = "The recording has no beginning of the answer where the spans have it."
TALKING = "The user still speaks in the recording when the agent begins."


def with_measured_silences(turns: Sequence[Turn], recording: Recording | None) -> tuple[Turn, ...]:
    """Turns without a recording, or without an answer that could be heard, stay as they are."""
    if recording is None or not recording.present:
        return tuple(turns)
    return tuple(_with_measured_silence(turn, recording) for turn in turns)


def _with_measured_silence(turn: Turn, recording: Recording) -> Turn:
    if turn.user_end_ns is None or turn.answer_start_ns is None:
        return turn
    measured_ms, reason = measured_silence(recording, turn.user_end_ns, turn.answer_start_ns)
    return replace(turn, latency=replace(turn.latency, measured_ms=measured_ms, measured_reason=reason))


def measured_silence(
    recording: Recording, user_end_ns: int, answer_start_ns: int
) -> tuple[float | None, str]:
    """Milliseconds between both voices in the recording, next to where the spans have them; or why not."""
    if recording.heard is None:
        return None, NOT_ANALYSED if recording.start_ns else NO_START
    if recording.heard.agent is None:
        return None, ONE_CHANNEL
    last_word_ns = last_word(recording.heard, user_end_ns)
    if last_word_ns is None:
        return None, NO_USER
    first_sound_ns = first_sound(recording.heard.agent, answer_start_ns)
    if first_sound_ns is None:
        return None, NO_AGENT
    if first_sound_ns <= last_word_ns:
        return None, TALKING
    return (first_sound_ns - last_word_ns) / 1e6, ""


def last_word(heard: Heard, expected_ns: int) -> int | None:
    ends = [stretch.end_ns for stretch in _around(heard.user, expected_ns)]
    return _nearest(ends, expected_ns, SAME_END_NS)


def first_sound(agent: Sequence[Stretch], expected_ns: int) -> int | None:
    starts = [stretch.start_ns for stretch in _around(agent, expected_ns)]
    return _nearest(starts, expected_ns, SAME_START_NS)


def _around(stretches: Sequence[Stretch], moment_ns: int) -> Sequence[Stretch]:
    """The few that could be nearest; they never overlap."""
    at = bisect_left(stretches, moment_ns, key=lambda stretch: stretch.start_ns)
    return stretches[max(0, at - 2) : at + 2]


def _nearest(moments: Sequence[int], expected_ns: int, within_ns: int) -> int | None:
    near = min(moments, key=lambda moment: abs(moment - expected_ns), default=None)
    return near if near is not None and abs(near - expected_ns) <= within_ns else None
