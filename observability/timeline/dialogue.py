"""Who said what, and how long it took: transcript items, turns, speeches, latencies."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from observability.records import Value


@dataclass(frozen=True, slots=True)
class TranscriptItem:
    id: str
    """The SDK's item id; made from the span id for items out of spans."""
    type: Literal[
        "message", "function_call", "function_call_output", "agent_handoff", "agent_config_update", "other"
    ]
    role: str
    """user, assistant, system, developer; "" for what is not a message."""
    text: str
    at_ns: int
    """Where the item stands on the axis: start of speech if known, else its creation."""
    created_ns: int | None = None
    started_speaking_ns: int | None = None
    stopped_speaking_ns: int | None = None
    source: Literal["chat_history", "chat_item_logs", "turn_spans"] = "turn_spans"
    state: Literal["final", "generated", "speaking_unconfirmed", "failed"] = "final"
    """generated: words of the model that nothing yet says were spoken; failed: the answer broke off
    with an error."""
    interrupted: bool | None = None
    confidence: float | None = None
    metrics: Mapping[str, float] = field(default_factory=dict)
    """`*_ms` and `llm_tokens_per_second`; only what was measured."""
    models: Mapping[str, str] = field(default_factory=dict)
    """llm, tts, stt: "provider/model"."""
    call_id: str = ""
    tool_name: str = ""
    arguments: Value = None
    output: Value = None
    is_error: bool | None = None
    old_agent: str = ""
    new_agent: str = ""
    config: Mapping[str, Value] = field(default_factory=dict)
    """instructions, tools_added, tools_removed of a config update."""
    turn: int | None = None
    agent: str = ""
    """The agent active at that time."""
    span_id: str = ""
    heard_in: str = ""
    """`speech_id` of the speech that it is part of; "" for what the agent did not say, or if spans are lost."""
    raw: Mapping[str, Value] = field(default_factory=dict)
    """As received."""


PartKind = Literal["transcription", "end_of_turn", "hook", "llm", "tool", "tts", "playback", "unexplained"]


@dataclass(frozen=True, slots=True)
class LatencyPart:
    """One stretch of the silence between the user's last word and the agent's first sound."""

    kind: PartKind
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class PathStep:
    """One link of the critical path through that silence."""

    kind: PartKind
    start_ns: int
    end_ns: int
    span_id: str
    """The span that was waited for; "" if nothing explains the time, or no span tells of it."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Figures as the SDK measured them; `parts` splits the whole of `e2e_ms` without gap or overlap. They
    are the waits until the turn had ended, and from then on the turn's critical path."""

    transcription_delay_ms: float | None = None
    end_of_turn_delay_ms: float | None = None
    """From the end of speech, so it contains the transcription delay."""
    hook_ms: float | None = None
    llm_ttft_ms: float | None = None
    tts_ttfb_ms: float | None = None
    playback_ms: float | None = None
    """From the first frame of sound that was handed on to its being played."""
    e2e_ms: float | None = None
    e2e_source: Literal["sdk", "spans", ""] = ""
    """spans: the SDK gave none, so it is the time from the user's last word to the agent's first sound."""
    unexplained_ms: float | None = None
    parts: tuple[LatencyPart, ...] = ()
    reason: str = ""
    """In a few words, what made it long, if that can be said ("book_table failed, the model was asked
    twice")."""
    measured_ms: float | None = None
    """The same silence, measured in the sound of the recording."""
    measured_reason: str = ""
    """Why not, in a sentence; "" if it was measured, or if there is nothing to measure."""
    impossible: tuple[str, ...] = ()
    """Names of figures that were received with a value that cannot be (negative, longer than a day)."""

    @property
    def tool_ms(self) -> float | None:
        """How long the answer waited for tools; None if it waited for none."""
        return sum(part.end_ns - part.start_ns for part in self.parts if part.kind == "tool") / 1e6 or None


@dataclass(frozen=True, slots=True)
class Stretch:
    start_ns: int
    end_ns: int


@dataclass(frozen=True, slots=True)
class Speech:
    """One thing the agent said or meant to say: all LLM steps of one speech handle."""

    speech_id: str
    kind: Literal["answer", "initiated", "discarded"]
    """initiated: nobody had asked (greeting, `generate_reply`); discarded: a preemptive answer that was
    never spoken."""
    start_ns: int
    end_ns: int
    text: str
    agent: str
    turn: int | None
    steps: int
    speaking: tuple[Stretch, ...]
    interrupted: bool | None
    interruption_source: str
    played_ms: float | None
    failed: bool
    error_type: str
    latency: Latency
    span_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EndOfTurn:
    """One wait for the end of the user's turn."""

    start_ns: int
    end_ns: int
    outcome: str
    """committed, user_resumed, dropped, or "" on SDKs that do not say."""
    source: str
    endpointing_delay_ms: float | None
    probability: float | None
    threshold: float | None
    decided_ns: int | None
    span_id: str


TurnOutcome = Literal["answered", "interrupted", "failed", "no_answer", "pending"]


@dataclass(frozen=True, slots=True)
class Turn:
    index: int
    outcome: TurnOutcome
    start_ns: int
    end_ns: int
    user_text: str
    user_start_ns: int | None
    user_end_ns: int | None
    """End of the user's last word."""
    user_speaking: tuple[Stretch, ...]
    committed_ns: int | None
    confidence: float | None
    end_of_turn: tuple[EndOfTurn, ...]
    answer_text: str
    answer_start_ns: int | None
    """The agent's first sound."""
    answer_end_ns: int | None
    agent: str
    interrupted: bool
    """The agent's answer was cut off."""
    preempted: bool
    """An answer was prepared before the turn ended and thrown away."""
    failed: bool
    no_answer: bool
    steps: int
    tool_calls: int
    latency: Latency
    critical_path: tuple[PathStep, ...]
    """What was really waited for in the silence of `latency`, without gap or overlap."""
    speech_ids: tuple[str, ...]
    span_ids: tuple[str, ...]
    source: Literal["spans", "transcript", "speech"]
    """speech: from speaking spans alone, words not known (a realtime model's live session)."""
