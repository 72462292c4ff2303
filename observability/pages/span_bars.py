"""The bars of spans: faint where children were at work, solid where a span was itself, and underlined where it was
waited for."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from observability.timeline.marks import TimelineSpan
from observability.timeline.tree import own_stretches

AXIS_WIDTH, NARROWEST = 100.0, 0.8
FINEST = 0.1
"""Less than a pixel at any width of the column."""
OWN_TOP, OWN_HEIGHT = 0.5, 7
PATH_TOP, PATH_HEIGHT = 8.5, 1.5

Stretches = Sequence[tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Axis:
    start_ns: int
    end_ns: int

    def share(self, at_ns: int) -> float:
        """Where on the axis; what lies outside is drawn at its edge."""
        share = AXIS_WIDTH * (at_ns - self.start_ns) / max(1, self.end_ns - self.start_ns)
        return min(max(share, 0.0), AXIS_WIDTH)


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    width: float
    own: str
    """As the data of an SVG path, like the next."""
    path: str


def bar_of(span: TimelineSpan, children: Iterable[TimelineSpan], path: Stretches, axis: Axis) -> Bar:
    left, right = axis.share(span.start_ns), axis.share(span.end_ns)
    own = own_stretches(span.start_ns, span.end_ns, ((child.start_ns, child.end_ns) for child in children))
    x = round(min(left, AXIS_WIDTH - NARROWEST), 2)
    width = round(max(NARROWEST, right - left), 2)
    is_dot = right - left < NARROWEST
    return Bar(
        x=x,
        width=width,
        own=box(x, width, OWN_TOP, OWN_HEIGHT)
        if is_dot and is_own(span)
        else boxes(own, axis, OWN_TOP, OWN_HEIGHT),
        path=boxes(path, axis, PATH_TOP, PATH_HEIGHT),
    )


def is_own(span: TimelineSpan) -> bool:
    """Whether most of it was its own time."""
    return 2 * span.self_ms * 1e6 >= span.end_ns - span.start_ns


def boxes(stretches: Iterable[tuple[int, int]], axis: Axis, top: float, height: float) -> str:
    drawn = ((axis.share(start_ns), axis.share(end_ns)) for start_ns, end_ns in stretches)
    return "".join(box(left, right - left, top, height) for left, right in drawn if right - left >= FINEST)


def box(x: float, width: float, top: float, height: float) -> str:
    return f"M{x:.2f} {top}h{width:.2f}v{height}h-{width:.2f}z"
