"""What is said of a session as a whole: evaluations, usage, metrics, report, figures, completeness."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from observability.records import Value
from observability.timeline.dialogue import Stretch
from observability.timeline.words import State


@dataclass(frozen=True, slots=True)
class Evaluation:
    name: str
    verdict: str
    reasoning: str
    instructions: str
    tag: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class Outcome:
    outcome: str
    reason: str
    at_ns: int


@dataclass(frozen=True, slots=True)
class Tag:
    name: str
    metadata: Value = None
    at_ns: int | None = None


UsageType = Literal["llm", "tts", "stt", "realtime", "interruption", "eot", "other"]
UsageSource = Literal["spans", "report", "summary", "metrics"]


@dataclass(frozen=True, slots=True)
class Usage:
    """What one model used. Figures that were not measured are absent from `figures`."""

    type: UsageType
    provider: str
    model: str
    figures: Mapping[str, float]
    """input_tokens, input_cached_tokens, output_tokens, characters, audio_duration_ms,
    session_duration_ms, requests …"""
    source: UsageSource
    firsts_ms: tuple[float, ...] = ()
    """First token or byte of each of its requests after the request's start, where a span tells."""


@dataclass(frozen=True, slots=True)
class Metric:
    """All delta points of one name and one set of attributes, added up."""

    name: str
    unit: str
    kind: str
    attributes: Mapping[str, Value]
    points: int
    value: float | None
    count: int | None
    sum: float | None
    min: float | None
    max: float | None
    first_ns: int
    last_ns: int


@dataclass(frozen=True, slots=True)
class Report:
    options: Mapping[str, Value]
    sdk_version: str
    reported_ns: int | None
    summary: Mapping[str, Value]
    """The session summary of the recording header, parsed (docs/contract.md §9.3); empty before Python
    1.8.9."""
    errors: Mapping[str, int]
    close_reason: str
    user_turns: int | None


@dataclass(frozen=True, slots=True)
class Spread:
    """Percentiles over the turns of one session."""

    count: int
    p50_ms: float | None
    p95_ms: float | None
    max_ms: float | None


@dataclass(frozen=True, slots=True)
class Figures:
    turns: int
    answered: int
    no_answer: int
    failed: int
    """Turns, as every figure up to here."""
    interrupted: int
    tool_calls: int
    tool_failures: int
    errors: int
    handoffs: int
    slowest_turn: int | None
    latency: Mapping[str, Spread]
    """e2e, transcription_delay, end_of_turn_delay, hook, llm_ttft, tts_ttfb, playback, unexplained, measured."""
    user_speech_ms: float | None
    agent_speech_ms: float | None
    counts: Mapping[str, int]
    """spans, logs, chat_items, metric_points, errors."""


@dataclass(frozen=True, slots=True)
class Completeness:
    state: State
    reason: str
    """One sentence for people."""
    count: int
    discarded: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """Who speaks when in the sound of the recording itself, whatever the spans say."""

    user: tuple[Stretch, ...]
    agent: tuple[Stretch, ...] | None
    """None for a recording with one channel."""


@dataclass(frozen=True, slots=True)
class Recording:
    start_ns: int
    """Wall clock of the file's time 0: position in file = time - start."""
    duration_ms: float | None
    present: bool
    announced_ms: float | None = None
    """How long the SDK said that it recorded, the closing of the session included."""
    heard: Heard | None = None
    """None until a worker has listened to the file, or if its time 0 is not known."""
