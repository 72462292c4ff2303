"""The little chart of a list row: one bar for each turn, as high as the agent took to answer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from observability.pages.answer_time import TARGET_MS, is_slow
from observability.pages.wording import count, seconds

WIDTH, HEIGHT = 136, 24
LEAST_FULL_MS = 2000
"""What the chart's height stands for, so that rows compare; a slower answer stretches the scale, never the truth."""
WIDEST_STEP, GAP = 5.2, 1.0
MOST_BARS = 60
"""Beyond it a bar stands for several turns, and shows the slowest of them."""


@dataclass(frozen=True, slots=True)
class Bar:
    x: float
    y: float
    width: float
    height: float
    kind: Literal["", "slow", "none", "now"]
    """none: no answer; now: the turn that is still going on."""


@dataclass(frozen=True, slots=True)
class Spark:
    bars: tuple[Bar, ...]
    label: str
    """The chart in words."""
    target_y: float


def spark_of(answers_ms: Sequence[float | None], *, is_live: bool) -> Spark:
    groups = grouped(answers_ms)
    step = min(WIDEST_STEP, WIDTH / (len(groups) + 1))
    full_ms = max([LEAST_FULL_MS, *(ms for ms in answers_ms if ms is not None)])
    bars = [bar_of(group, at * step, step, full_ms) for at, group in enumerate(groups)]
    if is_live:
        bars.append(Bar(round(len(groups) * step, 1), HEIGHT - 6, round(step - GAP, 1), 6, "now"))
    return Spark(tuple(bars), label_of(answers_ms), round(HEIGHT - HEIGHT * TARGET_MS / full_ms, 1))


def grouped(answers_ms: Sequence[float | None]) -> list[Sequence[float | None]]:
    size = -(-len(answers_ms) // MOST_BARS) or 1
    return [answers_ms[at : at + size] for at in range(0, len(answers_ms), size)]


def bar_of(group: Sequence[float | None], x: float, step: float, full_ms: float) -> Bar:
    known = [ms for ms in group if ms is not None]
    slowest = max(known) if len(known) == len(group) else None
    height = HEIGHT - 2 if slowest is None else max(2.0, slowest / full_ms * HEIGHT)
    kind: Literal["slow", "none", ""] = "none" if slowest is None else "slow" if is_slow(slowest) else ""
    return Bar(round(x, 1), round(HEIGHT - height, 1), round(max(1.0, step - GAP), 1), round(height, 1), kind)


def label_of(answers_ms: Sequence[float | None]) -> str:
    known = [ms for ms in answers_ms if ms is not None]
    parts = [count(len(answers_ms), "turn")]
    if known:
        parts.append(f"answered after {seconds(min(known))} to {seconds(max(known))}")
    if missing := len(answers_ms) - len(known):
        parts.append(f"{missing} without an answer")
    return ", ".join(parts)
