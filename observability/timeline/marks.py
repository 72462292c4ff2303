"""What stands on the axis beside the words: spans, agents, handoffs, tool calls, failures, log lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from observability.records import Value
from observability.timeline.words import Lane


@dataclass(frozen=True, slots=True)
class TimelineSpan:
    span_id: str
    trace_id: str
    parent_span_id: str
    parent_known: bool
    depth: int
    name: str
    lane: Lane
    start_ns: int
    end_ns: int
    self_ms: float
    """Its duration without the time covered by its children."""
    label: str
    """Model, tool, agent or callback: what tells it from others of its name."""
    is_error: bool
    error: str
    turn: int | None
    first_ms: float | None
    """First token of an LLM span, first byte of a TTS span, after its start."""

    def __hash__(self) -> int:
        """Cheap: live updates look each span up, and no two of a session have both ids in common."""
        return hash((self.trace_id, self.span_id))


@dataclass(frozen=True, slots=True)
class AgentStretch:
    agent: str
    start_ns: int
    end_ns: int | None


@dataclass(frozen=True, slots=True)
class Handoff:
    at_ns: int
    old_agent: str
    new_agent: str
    source: Literal["span", "chat_item", "activity"]
    span_id: str


@dataclass(frozen=True, slots=True)
class Interruption:
    at_ns: int
    turn: int | None
    """The turn whose answer was cut off."""
    speech_id: str
    source: str
    played_ms: float | None


@dataclass(frozen=True, slots=True)
class StateStretch:
    who: Literal["agent", "user"]
    state: str
    start_ns: int
    end_ns: int | None


@dataclass(frozen=True, slots=True)
class ToolCall:
    call_id: str
    name: str
    arguments: Value
    output: Value
    is_error: bool | None
    start_ns: int
    end_ns: int | None
    duration_ms: float | None
    agent: str
    turn: int | None
    span_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class Failure:
    """One thing that went wrong, once, however many records speak of it."""

    kind: Literal["llm", "tts", "stt", "realtime", "tool", "stall", "span", "log"]
    message: str
    error_type: str
    at_ns: int
    turn: int | None
    span_ids: tuple[str, ...]
    log_indexes: tuple[int, ...]
    attempts: int
    recovered: bool | None
    """True if a later attempt succeeded: of the same request, or the same call of a tool in the same turn."""


LogKind = Literal["runtime", "upload"]


@dataclass(frozen=True, slots=True)
class LogLine:
    index: int
    """Its place among the lines; it changes when one arrives late."""
    key: str
    """What links name it by: stays the same whatever arrives."""
    at_ns: int
    observed_ns: int
    severity_number: int
    severity_text: str
    logger: str
    body: Value
    kind: LogKind
    """upload: the client's own failed uploads, not the agent's doing."""
    attributes: Mapping[str, Value]
    trace_id: str
    span_id: str
    turn: int | None
