"""Figures across sessions, as page and API show them. Durations are milliseconds; None is "not known", never 0."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from observability.insights.percentiles import Spread
from observability.models import Session

MOST = 50
"""Of versions, tools, models, errors and verdicts; a screen of them is more than anybody reads in the morning."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Sums over some sessions. `…_sessions` of them have at least one."""

    sessions: int = 0
    duration_ms: int = 0
    turns: int = 0
    unanswered: int = 0
    interrupted: int = 0
    preempted: int = 0
    tool_calls: int = 0
    tool_failures: int = 0
    error_sessions: int = 0
    slow_sessions: int = 0
    """With an answer slower than the target."""
    unanswered_sessions: int = 0
    interrupted_sessions: int = 0
    preempted_sessions: int = 0

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))


@dataclass(frozen=True, slots=True)
class Period:
    counts: Counts
    latency: Mapping[str, Spread]
    """By the names of timeline.facts.ANSWER_TIMES and WAITED_TIMES."""


@dataclass(frozen=True, slots=True)
class Column:
    """Of the charts over time."""

    since: datetime
    until: datetime
    counts: Counts
    latency: Mapping[str, Spread]


@dataclass(frozen=True, slots=True)
class Version:
    """The sessions of one agent on one version of the SDK."""

    agent: str
    sdk: str
    counts: Counts
    e2e: Spread
    first_column: int
    """The column that its first session in this range is in."""
    is_new: bool
    """The agent had sessions in an earlier column or the stretch before, and none on this version, which is told."""


@dataclass(frozen=True, slots=True)
class Tool:
    name: str
    calls: int
    failed: int
    unknown: int
    """Calls of which nobody told how they ended."""
    sessions: int
    failed_sessions: int
    duration: Spread


@dataclass(frozen=True, slots=True)
class Model:
    type: str
    provider: str
    model: str
    sessions: int
    requests: int | None
    input_tokens: int | None
    input_cached_tokens: int | None
    output_tokens: int | None
    characters: int | None
    audio_duration_ms: float | None
    first: Spread
    """First token or byte of a request after its start."""


@dataclass(frozen=True, slots=True)
class Error:
    kind: str
    error_type: str
    count: int
    not_recovered: int
    sessions: int


@dataclass(frozen=True, slots=True)
class Verdict:
    kind: str
    name: str
    verdict: str
    sessions: int


@dataclass(frozen=True, slots=True)
class SlowTurn:
    session: Session
    turn: int
    agent: str
    e2e_ms: float


@dataclass(frozen=True, slots=True)
class Insights:
    total: Period
    before: Period | None
    """The same stretch of time before; None if it is not kept as a whole any more."""
    columns: Sequence[Column]
    versions: Sequence[Version]
    tools: Sequence[Tool]
    models: Sequence[Model]
    errors: Sequence[Error]
    verdicts: Sequence[Verdict]
    judged: int
    """Sessions of which an outcome is told."""
    slowest_turns: Sequence[SlowTurn]
    worst_sessions: Sequence[Session]
    live: int
    """Sessions of this range that are not counted because they are not over."""
    waiting: int
    """... or are over, and not processed yet."""
