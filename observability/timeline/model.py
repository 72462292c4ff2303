"""What a session's timeline consists of. Absolute times are integer nanoseconds, durations float
milliseconds.

`None` always means "not known" and is never shown as 0. `turn` fields count from 1. The JSON form that
browsers get is
described in docs/timeline-snapshot.md.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from observability.livekit.sdk import Sdk
from observability.records import Value
from observability.timeline.dialogue import Speech, TranscriptItem, Turn
from observability.timeline.marks import (
    AgentStretch,
    Failure,
    Handoff,
    Interruption,
    LogLine,
    StateStretch,
    TimelineSpan,
    ToolCall,
)
from observability.timeline.totals import (
    Completeness,
    Evaluation,
    Figures,
    Metric,
    Outcome,
    Recording,
    Report,
    Tag,
    Usage,
)
from observability.timeline.words import Signal, Status


@dataclass(frozen=True, slots=True)
class SessionHead:
    job_ids: tuple[str, ...]
    room_id: str
    room_name: str
    agent_name: str
    """The dispatch name; "" for automatic dispatch."""
    participant_identity: str
    sdk: Sdk
    status: Status
    start_ns: int
    """The origin: what browsers count from."""
    end_ns: int | None
    """None while live."""
    last_ns: int
    """End of the newest record: how far the data reach."""
    end_signal: str
    close_reason: str
    simulated: bool
    redaction: bool
    sip: Mapping[str, Value]
    traces: int
    """Number of trace ids; old SDKs have up to thirty per session."""
    service_name: str = ""
    """Of a session that is not LiveKit's: who sent it."""


@dataclass(frozen=True, slots=True)
class Timeline:
    session: SessionHead
    transcript: tuple[TranscriptItem, ...]
    turns: tuple[Turn, ...]
    speeches: tuple[Speech, ...]
    spans: tuple[TimelineSpan, ...]
    """Depth first, siblings by start: the order of the tree on the page."""
    agents: tuple[AgentStretch, ...]
    handoffs: tuple[Handoff, ...]
    interruptions: tuple[Interruption, ...]
    states: tuple[StateStretch, ...]
    tools: tuple[ToolCall, ...]
    errors: tuple[Failure, ...]
    logs: tuple[LogLine, ...]
    evaluations: tuple[Evaluation, ...]
    outcome: Outcome | None
    tags: tuple[Tag, ...]
    usage: tuple[Usage, ...]
    metrics: tuple[Metric, ...]
    report: Report | None
    figures: Figures
    completeness: Mapping[Signal, Completeness]
    recording: Recording | None
