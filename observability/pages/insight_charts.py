"""The chart over time: how long answers took, and how many sessions there were, one column for each hour, day or week.

Drawn as SVG whose x is in per cent of the width and y in pixels, so that it fills any screen without a script and
without a letter out of shape.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import tzinfo

from django.utils.dateformat import format as date_text

from observability.insights.percentiles import Spread
from observability.insights.shapes import Column, Insights, Version
from observability.pages.answer_time import TARGET_MS
from observability.pages.insight_links import SessionsOf
from observability.pages.wording import Quantity, count, seconds

ANSWERS_PX, SESSIONS_PX, TOP_PX = 176, 56, 16
TICKS = (1, 2, 5)
LEAST_FULL_MS = 2000
"""What the height stands for at least, so that charts compare."""
LABELS = 8
"""Along the time axis, at most."""
ROOM = 15
"""Per cent of the width that the name of a version takes; one that has less is a line alone, and New in its table."""
GAP = 0.22
"""Of a column, left free between two."""
SHAPES = {"5 minutes": "H:i", "hour": "H:i", "day": "j M", "week": "j M"}
LONG_SHAPES = {"5 minutes": "D j M, H:i", "hour": "D j M, H:i", "day": "D j M", "week": "j M"}
"""As django.utils.dateformat has them."""


@dataclass(frozen=True, slots=True)
class Box:
    """y and height in px."""

    kind: str
    y: float
    height: float


@dataclass(frozen=True, slots=True)
class Drawn:
    """One column; x and width in per cent."""

    x: float
    width: float
    left: float
    whole: float
    """Of the column with the gap, which is all clickable."""
    answers: Sequence[Box]
    sessions: Sequence[Box]
    told: str
    href: str
    name: str
    figures: Sequence[Quantity]
    counts: object


@dataclass(frozen=True, slots=True)
class Flag:
    """Where a version of the SDK was seen first."""

    x: float
    text: str
    anchor: str
    """start, or end where the right edge is near."""


@dataclass(frozen=True, slots=True)
class Chart:
    columns: Sequence[Drawn]
    labels: Sequence[tuple[float, str, bool]]
    """x, text, and whether a narrow screen has room for it too."""
    flags: Sequence[Flag]
    target_y: float
    full: str
    half: str
    most: int
    """Sessions that the lower part's height stands for."""
    unit: str
    answers_px: int = ANSWERS_PX
    sessions_px: int = SESSIONS_PX
    top_px: int = TOP_PX


def chart_of(insights: Insights, sessions: SessionsOf) -> Chart:
    columns, scope = insights.columns, sessions.scope
    slowest = [column.latency["e2e_ms"].p99_ms or 0 for column in columns]
    full_ms = next_tick(max([LEAST_FULL_MS, *slowest]))
    most = max(column.counts.sessions for column in columns) or 1
    step = 100 / len(columns)
    return Chart(
        columns=[
            drawn(column, at * step, step, full_ms, most, sessions) for at, column in enumerate(columns)
        ],
        labels=labels_of(columns, step, scope.unit, scope.zone),
        flags=flags_of(insights.versions, step),
        target_y=y_of(TARGET_MS, full_ms),
        full=str(seconds(full_ms)),
        half=str(seconds(full_ms / 2)),
        most=most,
        unit=scope.unit,
    )


def next_tick(ms: float) -> int:
    """2, 5, 10, 20, 50 s ..."""
    power = 1000
    while True:
        for tick in TICKS:
            if tick * power >= ms:
                return tick * power
        power *= 10


def y_of(ms: float, full_ms: float) -> float:
    return round(TOP_PX + (ANSWERS_PX - TOP_PX) * (1 - ms / full_ms), 1)


def drawn(column: Column, left: float, step: float, full_ms: float, most: int, sessions: SessionsOf) -> Drawn:
    e2e, scope = column.latency["e2e_ms"], sessions.scope
    name = name_of(column, scope.unit, scope.zone)
    return Drawn(
        x=round(left + step * GAP / 2, 3),
        width=round(step * (1 - GAP), 3),
        left=round(left, 3),
        whole=round(step, 3),
        answers=answer_boxes(e2e, full_ms),
        sessions=session_boxes(column, most),
        told=f"{name}: {told_of(column)}",
        href=sessions.within(column.since, column.until) if column.counts.sessions else "",
        name=name,
        figures=[seconds(ms) for ms in (e2e.p50_ms, e2e.p95_ms, e2e.p99_ms)],
        counts=column.counts,
    )


def answer_boxes(e2e: Spread, full_ms: float) -> list[Box]:
    """Up to the median, from there to the 95th percentile, and a line at the 99th; what exceeds the target is warm."""
    if e2e.p50_ms is None or e2e.p95_ms is None or e2e.p99_ms is None:
        return []
    boxes = [
        *split("p50", 0, e2e.p50_ms, full_ms),
        *split("p95", e2e.p50_ms, e2e.p95_ms, full_ms),
    ]
    return [*boxes, Box("p99", y_of(e2e.p99_ms, full_ms) - 1, 2)]


def split(kind: str, from_ms: float, to_ms: float, full_ms: float) -> list[Box]:
    cut_ms = min(max(from_ms, TARGET_MS), to_ms)
    parts = [(kind, from_ms, cut_ms), (f"{kind}-slow", cut_ms, to_ms)]
    return [box(name, low, high, full_ms) for name, low, high in parts if high > low]


def box(kind: str, low_ms: float, high_ms: float, full_ms: float) -> Box:
    top = y_of(high_ms, full_ms)
    return Box(kind, top, round(max(1.0, y_of(low_ms, full_ms) - top), 1))


def session_boxes(column: Column, most: int) -> list[Box]:
    all_of_it = column.counts.sessions / most * SESSIONS_PX
    failed = column.counts.error_sessions / most * SESSIONS_PX
    parts = [("sessions", all_of_it), ("errors", failed)]
    return [Box(kind, round(SESSIONS_PX - max(2, px), 1), round(max(2, px), 1)) for kind, px in parts if px]


def told_of(column: Column) -> str:
    counts, e2e = column.counts, column.latency["e2e_ms"]
    if not counts.sessions:
        return "no session"
    told = [
        count(counts.sessions, "session"),
        f"{counts.error_sessions:,} with errors",
        count(counts.turns, "turn"),
    ]
    if e2e.p50_ms is not None:
        told.append(f"answered after {seconds(e2e.p50_ms)} in the median")
        told.append(f"95 % within {seconds(e2e.p95_ms)}, 99 % within {seconds(e2e.p99_ms)}")
    return ", ".join(told)


def name_of(column: Column, unit: str, zone: tzinfo) -> str:
    name = date_text(column.since.astimezone(zone), LONG_SHAPES[unit])
    return f"Week of {name}" if unit == "week" else name


def labels_of(
    columns: Sequence[Column], step: float, unit: str, zone: tzinfo
) -> list[tuple[float, str, bool]]:
    every = -(-len(columns) // LABELS)
    shown = list(range(0, len(columns), every))
    return [
        (
            round((at + 0.5) * step, 3),
            date_text(columns[at].since.astimezone(zone), SHAPES[unit]),
            number % 2 == 0,
        )
        for number, at in enumerate(shown)
    ]


def flags_of(versions: Sequence[Version], step: float) -> list[Flag]:
    new: dict[int, list[str]] = {}
    for version in versions:
        if version.is_new and version.sdk:
            new.setdefault(version.first_column, []).append(f"{version.agent or 'SDK'} on {version.sdk}")
    flags, taken_to = [], 0.0
    for at, names in sorted(new.items()):
        x, more = round(at * step, 3), f" +{len(names) - 1}" if len(names) > 1 else ""
        begins, anchor = (x - ROOM, "end") if x > 75 else (x, "start")
        has_room = begins >= taken_to
        taken_to = begins + ROOM if has_room else taken_to
        flags.append(Flag(x, f"{names[0]}{more}" if has_room else "", anchor))
    return flags
