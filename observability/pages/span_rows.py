"""The spans of a session as rows of a tree, each with its bar on a common time axis."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from observability.pages.span_bars import Axis, Bar, Stretches, bar_of
from observability.pages.span_path import PathLine, path_line
from observability.pages.span_swatches import swatch_of
from observability.pages.wording import duration, milliseconds, offset
from observability.timeline.dialogue import PathStep, Turn
from observability.timeline.marks import TimelineSpan
from observability.timeline.model import Timeline

ROWS_AT_ONCE = 300
"""Rendering takes about 30 ms for as many; the rest is one click away."""
DEEPEST_SHOWN = 9
SMALL_SHARE = 0.1
"""Of a span's duration; its own time is then not what makes it long."""


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
    own: str
    is_own_small: bool
    turn: int | None
    is_on_path: bool
    bar: Bar


@dataclass(frozen=True, slots=True)
class SpanPage:
    rows: Sequence[SpanRow]
    total: int
    shown: int
    axis: str
    """The stretch of time that the bars cover: `0:46.6 – 0:54.8`."""
    next_after: int | None
    path: PathLine | None
    """Of the chosen turn."""
    is_path_only: bool


@dataclass(frozen=True, slots=True)
class Wanted:
    """What of the spans someone wants to see."""

    turn: int | None = None
    text: str = ""
    path_only: bool = False
    """Only with a turn."""
    after: int = 0


@dataclass(frozen=True, slots=True)
class Drawing:
    """What all rows have in common."""

    origin_ns: int
    axis: Axis
    base: int | None
    """Depth of the outermost row; None for rows that are no tree."""
    parents: frozenset[str]
    """Those of which children are shown."""
    children: Mapping[str, Sequence[TimelineSpan]]
    path: Mapping[str, Stretches]


def span_page(timeline: Timeline, wanted: Wanted, *, most: int = 0) -> SpanPage:
    turn = next((turn for turn in timeline.turns if turn.index == wanted.turn), None)
    is_path_only = wanted.path_only and turn is not None
    path = stretches_by_span(turn.critical_path if turn else ())
    found = [
        span
        for span in timeline.spans
        if (wanted.turn is None or span.turn == wanted.turn)
        and (span.span_id in path or not is_path_only)
        and matches(span, wanted.text)
    ]
    axis = axis_of_path(turn) if is_path_only and turn else axis_of(found)
    rows_from = found[wanted.after : wanted.after + (most or ROWS_AT_ONCE)]
    drawing = Drawing(
        origin_ns=timeline.session.start_ns,
        axis=axis,
        base=None if is_path_only else min((span.depth for span in found), default=0),
        parents=frozenset() if is_path_only else frozenset(span.parent_span_id for span in found),
        children=children_of(timeline, rows_from),
        path=path,
    )
    shown = wanted.after + len(rows_from)
    ends = [offset(milliseconds(drawing.origin_ns, at), decimals=1) for at in (axis.start_ns, axis.end_ns)]
    return SpanPage(
        rows=[row_of(span, drawing) for span in rows_from],
        total=len(found),
        shown=shown,
        axis=" – ".join(ends) if found else "",
        next_after=shown if shown < len(found) else None,
        path=path_line(timeline, turn) if turn else None,
        is_path_only=is_path_only,
    )


def stretches_by_span(path: Sequence[PathStep]) -> dict[str, list[tuple[int, int]]]:
    stretches: dict[str, list[tuple[int, int]]] = {}
    for step in path:
        if step.span_id:
            stretches.setdefault(step.span_id, []).append((step.start_ns, step.end_ns))
    return stretches


def matches(span: TimelineSpan, text: str) -> bool:
    wanted = text.lower()
    return not wanted or any(
        wanted in part.lower() for part in (span.name, span.label, span.error, span.span_id)
    )


def axis_of(spans: Sequence[TimelineSpan]) -> Axis:
    if not spans:
        return Axis(0, 1)
    return Axis(min(span.start_ns for span in spans), max(span.end_ns for span in spans))


def axis_of_path(turn: Turn) -> Axis:
    path = turn.critical_path
    return Axis(path[0].start_ns, path[-1].end_ns) if path else Axis(0, 1)


def children_of(timeline: Timeline, parents: Sequence[TimelineSpan]) -> dict[str, list[TimelineSpan]]:
    """By start, as the timeline has them."""
    children: dict[str, list[TimelineSpan]] = {span.span_id: [] for span in parents}
    for span in timeline.spans:
        if span.parent_span_id in children:
            children[span.parent_span_id].append(span)
    return children


def row_of(span: TimelineSpan, drawing: Drawing) -> SpanRow:
    start_ms = milliseconds(drawing.origin_ns, span.start_ns)
    lasts_ms = milliseconds(span.start_ns, span.end_ns)
    path = drawing.path.get(span.span_id, ())
    depth = 0 if drawing.base is None else span.depth - drawing.base
    return SpanRow(
        key=f"{span.trace_id}-{span.span_id}",
        name=span.name,
        label=span.label,
        swatch=swatch_of(span),
        level=depth + 1,
        indent=min(depth, DEEPEST_SHOWN),
        is_parent=span.span_id in drawing.parents,
        is_error=span.is_error,
        error=span.error,
        start_ms=start_ms,
        start=offset(start_ms, decimals=2),
        duration=str(duration(lasts_ms)),
        own=str(duration(span.self_ms)),
        is_own_small=span.self_ms < SMALL_SHARE * lasts_ms,
        turn=span.turn,
        is_on_path=bool(path),
        bar=bar_of(span, drawing.children[span.span_id], path, drawing.axis),
    )
