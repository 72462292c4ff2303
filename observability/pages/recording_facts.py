"""Whether the recording of a session can be believed, in words."""

from collections.abc import Sequence
from dataclasses import dataclass

from observability.models import Recording
from observability.pages.wording import duration, length
from observability.recordings.trust import ChannelTrust, RecordingTrust, trust_of
from observability.timeline.model import Timeline

SERIOUS_OFFSET_MS = 250.0
"""Node lays the user's voice 0.1 s late in every recording; this much is seen on the timeline."""
METHOD = "loudness of 10 ms steps in each channel, against the speaking spans"


@dataclass(frozen=True, slots=True)
class RecordingFacts:
    rows: Sequence[tuple[str, str]]
    doubts: Sequence[str]
    """What is wrong with it, each in a sentence."""
    is_doubtful: bool
    """So much that whoever listens should know beforehand."""


def recording_facts(timeline: Timeline, recording: Recording | None) -> RecordingFacts | None:
    """None if there is no recording."""
    trust = trust_of(timeline)
    if trust is None or recording is None:
        return None
    is_playable = recording.channels != 0
    rows = [
        ("Length", length_words(trust) if is_playable else "nothing that can be played"),
        ("File", f"{recording.size_bytes / 1e6:,.1f} MB{revision_words(recording)}"),
        ("Begins", begin_words(timeline)),
        ("Silence put before it", f"{duration(trust.leading_ms)}" if trust.leading_ms else ""),
        ("User’s channel", channel_words(trust.user)),
        ("Agent’s channel", channel_words(trust.agent)),
        ("Judged by", method_words(trust) if is_playable else ""),
    ]
    doubts = [recording.problem] * bool(recording.problem) + list(trust.sentences)
    return RecordingFacts(
        [(name, value) for name, value in rows if value],
        doubts,
        bool(recording.problem) or is_doubtful(trust),
    )


def is_doubtful(trust: RecordingTrust) -> bool:
    channels = [channel for channel in (trust.user, trust.agent) if channel]
    offsets = [abs(channel.offset_ms or 0.0) for channel in channels]
    is_off = max(offsets, default=0.0) > SERIOUS_OFFSET_MS
    is_silent = any(channel.is_silent for channel in channels)
    return bool(trust.missing_ms or trust.leading_ms or trust.is_swapped or is_silent or is_off)


def method_words(trust: RecordingTrust) -> str:
    return METHOD if trust.user or trust.agent else "not listened to yet"


def length_words(trust: RecordingTrust) -> str:
    if trust.length_ms is None:
        return "not measured yet"
    told = str(length(trust.length_ms))
    return f"{told} of {length(trust.expected_ms)} expected" if trust.expected_ms else told


def revision_words(recording: Recording) -> str:
    return f", revision {recording.revision}" if recording.revision > 1 else ""


def begin_words(timeline: Timeline) -> str:
    recording = timeline.recording
    if recording is None or not recording.start_ns:
        return "at a time that is not known"
    after_ms = (recording.start_ns - timeline.session.start_ns) / 1e6
    return f"{duration(abs(after_ms))} {'after' if after_ms >= 0 else 'before'} the session"


def channel_words(channel: ChannelTrust | None) -> str:
    if channel is None:
        return ""
    if channel.is_silent:
        return "silent"
    found = f"{channel.matched} of {channel.spans} beginnings of speech found in the sound"
    if channel.offset_ms is None:
        return found
    late = "late" if channel.offset_ms >= 0 else "early"
    return f"{found}, {duration(abs(channel.offset_ms))} {late} as a rule"
