"""The spans of a session as rows of a tree, each with its bar on a common time axis."""

from collections.abc import Sequence
from dataclasses import dataclass

from observability.pages.wording import duration, milliseconds, offset
from observability.timeline.marks import TimelineSpan
from observability.timeline.model import Timeline
from observability.timeline.words import Lane

ROWS_AT_ONCE = 300
"""Rendering takes about 30 ms for as many; the rest is one click away."""
DEEPEST_SHOWN = 9
AXIS_WIDTH, NARROWEST = 100.0, 0.8

SWATCHES = {
    Lane.USER_SPEECH: "user",
    Lane.AGENT_SPEECH: "agent",
    Lane.EOU: "eou",
    Lane.LLM: "llm",
    Lane.TTS: "tts",
    Lane.STT: "stt",
    Lane.REALTIME: "llm",
    Lane.TOOLS: "tool",
    Lane.STALLS: "error",
    Lane.TURNS: "turn",
    Lane.AGENT: "handoff",
}


@dataclass(frozen=True, slots=True)
class SpanRow:
    key: str
    """`<trace id>-<span id>`, as in the address of its details."""
    name: str
    label: str
    swatch: str
    level: int
    """From 1, for the tree."""
    indent: int
    is_parent: bool
    is_error: bool
    error: str
    start_ms: float
    start: str
    duration: str
    turn: int | None
    bar_x: float
    bar_width: float


@dataclass(frozen=True, slots=True)
class SpanPage:
    rows: Sequence[SpanRow]
    total: int
    shown: int
    axis: str
    """The stretch of time that the bars cover: `0:46.6 – 0:54.8`."""
    next_after: int | None


@dataclass(frozen=True, slots=True)
class Axis:
    start_ns: int
    end_ns: int

    def share(self, at_ns: int) -> float:
        return AXIS_WIDTH * (at_ns - self.start_ns) / max(1, self.end_ns - self.start_ns)


def span_page(timeline: Timeline, *, turn: int | None = None, text: str = "", after: int = 0) -> SpanPage:
    found = [span for span in timeline.spans if (turn is None or span.turn == turn) and matches(span, text)]
    axis = axis_of(found)
    rows_from = found[after : after + ROWS_AT_ONCE]
    parents = {span.parent_span_id for span in found}
    base = min((span.depth for span in found), default=0)
    rows = [row_of(span, timeline, axis, base=base, is_parent=span.span_id in parents) for span in rows_from]
    shown = after + len(rows)
    origin_ns = timeline.session.start_ns
    ends = [offset(milliseconds(origin_ns, at), decimals=1) for at in (axis.start_ns, axis.end_ns)]
    return SpanPage(
        rows, len(found), shown, " – ".join(ends) if found else "", shown if shown < len(found) else None
    )


def matches(span: TimelineSpan, text: str) -> bool:
    wanted = text.lower()
    return not wanted or any(
        wanted in part.lower() for part in (span.name, span.label, span.error, span.span_id)
    )


def axis_of(spans: Sequence[TimelineSpan]) -> Axis:
    if not spans:
        return Axis(0, 1)
    return Axis(min(span.start_ns for span in spans), max(span.end_ns for span in spans))


def row_of(span: TimelineSpan, timeline: Timeline, axis: Axis, *, base: int, is_parent: bool) -> SpanRow:
    start_ms = milliseconds(timeline.session.start_ns, span.start_ns)
    width = max(NARROWEST, axis.share(span.end_ns) - axis.share(span.start_ns))
    return SpanRow(
        key=f"{span.trace_id}-{span.span_id}",
        name=span.name,
        label=span.label,
        swatch=swatch_of(span),
        level=span.depth - base + 1,
        indent=min(span.depth - base, DEEPEST_SHOWN),
        is_parent=is_parent,
        is_error=span.is_error,
        error=span.error,
        start_ms=start_ms,
        start=offset(start_ms, decimals=2),
        duration=str(duration(milliseconds(span.start_ns, span.end_ns))),
        turn=span.turn,
        bar_x=round(min(axis.share(span.start_ns), AXIS_WIDTH - NARROWEST), 2),
        bar_width=round(width, 2),
    )


def swatch_of(span: TimelineSpan) -> str:
    return "error" if span.is_error else SWATCHES.get(span.lane, "hook")
