"""The critical path of a turn in one line: what was waited for, one after the other, with durations."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from observability.pages.span_swatches import swatch_of
from observability.pages.wording import Quantity, duration, milliseconds, offset
from observability.timeline.dialogue import PathStep, Turn
from observability.timeline.marks import TimelineSpan
from observability.timeline.model import Timeline
from observability.timeline.words import Lane

NAMES = {
    "transcription": "transcription",
    "end_of_turn": "end of turn",
    "hook": "own code",
    "llm": "LLM",
    "tool": "tool",
    "tts": "TTS",
    "playback": "playback",
    "unexplained": "unexplained",
}
SWATCHES = {
    "transcription": "stt",
    "end_of_turn": "eou",
    "hook": "hook",
    "llm": "llm",
    "tool": "tool",
    "tts": "tts",
    "playback": "agent",
}
SHORTEST_MS, SHORTEST_GAP_MS = 5.0, 10.0
"""Shorter steps are told together, tools apart: there is a gap between any two spans."""
LEAST_TOLD_MS = 1.0
WAITS = ("transcription", "end_of_turn", "hook")


@dataclass(frozen=True, slots=True)
class PathPart:
    name: str
    took: Quantity
    swatch: str
    span_key: str
    """`<trace id>-<span id>`; "" for what no span explains."""
    start_ms: float
    at: str


@dataclass(frozen=True, slots=True)
class PathLine:
    turn: int
    parts: Sequence[PathPart]
    gaps: Quantity | None
    """The steps that are too short to be named."""
    total: Quantity
    beside: Sequence[tuple[str, Quantity]]
    """Waits for the end of the turn that an answer begun early took longer than."""
    reason: str
    """Why there is no path; "" if there is one."""


def path_line(timeline: Timeline, turn: Turn) -> PathLine:
    path = turn.critical_path
    spans = {span.span_id: span for span in timeline.spans if span.turn == turn.index}
    named = [step for step in path if ms_of(step) >= shortest_of(step)]
    gaps_ms = sum(map(ms_of, path)) - sum(map(ms_of, named))
    return PathLine(
        turn=turn.index,
        parts=[part_of(step, timeline, spans) for step in named],
        gaps=duration(gaps_ms) if gaps_ms >= LEAST_TOLD_MS else None,
        total=duration(sum(map(ms_of, path))),
        beside=beside(turn),
        reason="" if path else reason_of(turn),
    )


def ms_of(step: PathStep) -> float:
    return milliseconds(step.start_ns, step.end_ns)


def shortest_of(step: PathStep) -> float:
    if step.kind == "tool":
        return 0.0
    return SHORTEST_GAP_MS if step.kind == "unexplained" else SHORTEST_MS


def part_of(step: PathStep, timeline: Timeline, spans: Mapping[str, TimelineSpan]) -> PathPart:
    span = spans.get(step.span_id)
    start_ms = milliseconds(timeline.session.start_ns, step.start_ns)
    failed = span is not None and step.kind not in WAITS and span.is_error
    return PathPart(
        name=name_of(step, span),
        took=duration(ms_of(step)),
        swatch=swatch_of(span) if span is not None and failed else SWATCHES.get(step.kind, "rest"),
        span_key=f"{span.trace_id}-{span.span_id}" if span is not None else "",
        start_ms=start_ms,
        at=offset(start_ms, decimals=2),
    )


def name_of(step: PathStep, span: TimelineSpan | None) -> str:
    if span is not None and step.kind == "tool" and span.label:
        return span.label
    return "realtime model" if span is not None and span.lane is Lane.REALTIME else NAMES[step.kind]


def beside(turn: Turn) -> list[tuple[str, Quantity]]:
    on_path = {step.kind for step in turn.critical_path}
    waited = [part for part in turn.latency.parts if part.kind in WAITS and part.kind not in on_path]
    told = [(NAMES[part.kind], milliseconds(part.start_ns, part.end_ns)) for part in waited]
    return [(name, duration(ms)) for name, ms in told if ms >= LEAST_TOLD_MS]


def reason_of(turn: Turn) -> str:
    if turn.outcome == "pending":
        return f"Turn {turn.index} is not answered yet."
    if turn.outcome in {"no_answer", "failed"}:
        return f"Turn {turn.index} got no answer, so it has no critical path."
    return f"How long turn {turn.index} waited for its answer is not known, so it has no critical path."
