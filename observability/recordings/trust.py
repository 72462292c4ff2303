"""Whether a recording can be believed: its length, its silences, and its channels against the spans. Pure.

Everything is judged from the Timeline: what was heard in the sound, and where the SDK says that somebody spoke.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Literal

from observability.recordings.trust_shifts import Shifts, shifts_of
from observability.timeline.model import Timeline
from observability.timeline.totals import Heard, Recording

CLOSING_MS = 2_000.0
"""The SDK announces the time until its report is made; closing a session takes less than this."""
NOTED_OFFSET_MS = 60.0
"""Onsets in the sound lie within 55 ms of the spans in captured sessions, Node's late user channel apart."""
NOTED_INSERTION_MS = 250.0
LEADING_MS = 500.0
SWAPPED_TIMES = 3.0
SWAPPED_OFFSET_MS = 300.0
ENOUGH_SPEECH_MS = 2_000.0
"""Less speech than this tells nothing."""

Voice = Literal["user", "agent"]
NAMES: dict[Voice, str] = {"user": "The user's channel", "agent": "The agent's channel"}


@dataclass(frozen=True, slots=True)
class ChannelTrust:
    spans: int
    """Speaking spans that could have been heard."""
    matched: int
    """Of these, how many begin in the sound as well."""
    offset_ms: float | None
    """Median of sound − span; positive if the sound is late. None if nothing matches."""
    inserted_ms: float | None
    """By how much the sound is later at the end than at the beginning; negative if some of it is missing."""
    is_silent: bool
    """Nothing is heard although the spans tell of speech."""


@dataclass(frozen=True, slots=True)
class RecordingTrust:
    length_ms: float | None
    expected_ms: float | None
    """As the SDK announced it, else until the last span of speech; None if neither is known."""
    missing_ms: float
    """Speech, by the spans, behind the end of the file, or what the file lacks of the announced length; 0 if none."""
    leading_ms: float
    """Silence put before the conversation, on both channels alike; 0 if none."""
    user: ChannelTrust | None
    """None while nobody has listened, or with one channel."""
    agent: ChannelTrust | None
    is_swapped: bool
    """The left channel sounds when the agent should, and the right when the user should."""
    sentences: tuple[str, ...]
    """What is wrong, for people; empty if the recording can be believed as far as that can be told."""


def trust_of(timeline: Timeline) -> RecordingTrust | None:
    """None if there is no recording."""
    recording = timeline.recording
    if recording is None or not recording.present:
        return None
    spoken = {voice: _spoken(timeline, recording, voice) for voice in NAMES}
    expected_ms, missing_ms = _length(recording, spoken.values())
    heard = recording.heard if recording.heard and recording.heard.agent is not None else None
    is_swapped = heard is not None and _is_swapped(heard, recording, spoken)
    user = _channel(heard, recording, spoken, "user") if heard else None
    agent = _channel(heard, recording, spoken, "agent") if heard else None
    leading_ms = _leading(user, agent)
    return RecordingTrust(
        length_ms=recording.duration_ms,
        expected_ms=expected_ms,
        missing_ms=missing_ms,
        leading_ms=leading_ms,
        user=user,
        agent=agent,
        is_swapped=is_swapped,
        sentences=tuple(_sentences(recording, missing_ms, leading_ms, user, agent, is_swapped=is_swapped)),
    )


Span = tuple[float, float]
"""From and to, in milliseconds of the file."""


def _spoken(timeline: Timeline, recording: Recording, voice: Voice) -> list[Span]:
    """What the SDK says was spoken while it recorded."""
    name = f"{voice}_speaking"
    found = [_in_file(span.start_ns, span.end_ns, recording) for span in timeline.spans if span.name == name]
    return sorted(span for span in found if span[1] > 0) if recording.start_ns else []


def _in_file(start_ns: int, end_ns: int, recording: Recording) -> Span:
    return (start_ns - recording.start_ns) / 1e6, (end_ns - recording.start_ns) / 1e6


def _length(recording: Recording, spoken: Iterable[Sequence[Span]]) -> tuple[float | None, float]:
    last_ms = max((end for spans in spoken for _, end in spans), default=None)
    expected_ms = recording.announced_ms if recording.announced_ms is not None else last_ms
    if recording.duration_ms is None:
        return expected_ms, 0.0
    behind_ms = max(0.0, (last_ms or 0.0) - recording.duration_ms)
    short_ms = (recording.announced_ms or 0.0) - recording.duration_ms
    if short_ms > CLOSING_MS:
        return expected_ms, short_ms
    return expected_ms, behind_ms if behind_ms > LEADING_MS else 0.0


def _channel(
    heard: Heard, recording: Recording, spoken: dict[Voice, list[Span]], voice: Voice
) -> ChannelTrust:
    spans = _within(spoken[voice], recording)
    shifts = shifts_of(
        [start for start, _ in spans], [start for start, _ in _stretches(heard, recording, voice)]
    )
    return ChannelTrust(
        spans=len(spans),
        matched=len(shifts.all),
        offset_ms=round(median(shifts.all), 1) if shifts.all else None,
        inserted_ms=_inserted(shifts),
        is_silent=not _stretches(heard, recording, voice) and _sum(spans) >= ENOUGH_SPEECH_MS,
    )


def _within(spans: Sequence[Span], recording: Recording) -> list[Span]:
    end_ms = recording.duration_ms if recording.duration_ms is not None else float("inf")
    return [span for span in spans if span[0] < end_ms]


def _stretches(heard: Heard, recording: Recording, voice: Voice) -> list[Span]:
    stretches = heard.user if voice == "user" else heard.agent or ()
    return [_in_file(stretch.start_ns, stretch.end_ns, recording) for stretch in stretches]


def _inserted(shifts: Shifts) -> float | None:
    if not shifts.first or not shifts.last:
        return None
    return round(median(shifts.last) - median(shifts.first), 1)


def _leading(user: ChannelTrust | None, agent: ChannelTrust | None) -> float:
    offsets = [
        channel.offset_ms
        for channel in (user, agent)
        if channel is not None and channel.offset_ms is not None
    ]
    return min(offsets) if offsets and min(offsets) > LEADING_MS else 0.0


def _is_swapped(heard: Heard, recording: Recording, spoken: dict[Voice, list[Span]]) -> bool:
    left, right = _stretches(heard, recording, "user"), _stretches(heard, recording, "agent")
    straight_ms = _overlap(left, spoken["user"]) + _overlap(right, spoken["agent"])
    crossed_ms = _overlap(left, spoken["agent"]) + _overlap(right, spoken["user"])
    if crossed_ms < max(ENOUGH_SPEECH_MS, SWAPPED_TIMES * straight_ms):
        return False
    # A recording that is late may sound where the other one speaks, but does not begin with them.
    return _begin_together(left, spoken["agent"]) or _begin_together(right, spoken["user"])


def _begin_together(sounds: Sequence[Span], spans: Sequence[Span]) -> bool:
    shifts = shifts_of([start for start, _ in spans], [start for start, _ in sounds]).all
    return len(shifts) * 2 > len(spans) and abs(median(shifts)) < SWAPPED_OFFSET_MS


def _overlap(some: Sequence[Span], others: Sequence[Span]) -> float:
    """Of two lists by start, neither of which overlaps itself."""
    shared_ms, at = 0.0, 0
    for start, end in some:
        while at < len(others) and others[at][1] <= start:
            at += 1
        for other_start, other_end in others[at:]:
            if other_start >= end:
                break
            shared_ms += max(0.0, min(end, other_end) - max(start, other_start))
    return shared_ms


def _sum(spans: Iterable[Span]) -> float:
    return sum(end - start for start, end in spans)


def _sentences(
    recording: Recording,
    missing_ms: float,
    leading_ms: float,
    user: ChannelTrust | None,
    agent: ChannelTrust | None,
    *,
    is_swapped: bool,
) -> Iterable[str]:
    if missing_ms:
        yield f"The last {_seconds(missing_ms)} of the session are not in the recording."
    if (
        recording.announced_ms is not None
        and (recording.duration_ms or 0) > recording.announced_ms + CLOSING_MS
    ):
        longer_ms = (recording.duration_ms or 0) - recording.announced_ms
        yield f"The recording is {_seconds(longer_ms)} longer than the session."
    if is_swapped:
        yield "The channels seem to be swapped: the left one sounds when the agent speaks."
        return
    if leading_ms:
        yield f"The recording begins with {_seconds(leading_ms)} of silence that the session did not have."
    if user is not None:
        yield from _channel_sentences(NAMES["user"], user, leading_ms)
    if agent is not None:
        yield from _channel_sentences(NAMES["agent"], agent, leading_ms)


def _channel_sentences(name: str, channel: ChannelTrust, leading_ms: float) -> Iterable[str]:
    if channel.is_silent:
        yield f"{name} is silent, although the spans tell of speech."
    offset_ms = (channel.offset_ms or 0.0) - leading_ms
    if abs(offset_ms) > NOTED_OFFSET_MS:
        yield f"{name} is {abs(offset_ms):.0f} ms {'late' if offset_ms > 0 else 'early'} against the spans."
    inserted_ms = channel.inserted_ms or 0.0
    if inserted_ms > NOTED_INSERTION_MS:
        yield f"{name} grows late by {_seconds(inserted_ms)}: silence was put into it."
    elif inserted_ms < -NOTED_INSERTION_MS:
        yield f"{name} grows early by {_seconds(-inserted_ms)}: some of it is missing."


def _seconds(duration_ms: float) -> str:
    return f"{duration_ms / 1000:.1f} s"
