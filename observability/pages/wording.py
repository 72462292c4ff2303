"""Figures as people read them: units spelled, a missing one shown as missing. Plain functions, no Django.

What lasts has one form: `duration` of a part of a session (also time-text.js), `length` of a whole one, of its
recording and of many together, `seconds` of an answer.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MISSING = "–"
LONGEST_FIGURE = 10
"""Characters; `1:02:22.123` is shown as words, which does it no harm."""
NS_PER_MS = 1_000_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Quantity:
    """A figure and its unit, which stands beside it and fainter."""

    value: str
    unit: str = ""

    def __str__(self) -> str:
        return f"{self.value} {self.unit}".strip()

    @property
    def is_words(self) -> bool:
        """Names and ids, which are longer than figures and need no large type."""
        return len(self.value) > LONGEST_FIGURE


NOTHING = Quantity(MISSING)


def duration(ms: float | None) -> Quantity:
    """`0.3 ms`, `254 ms`, `1.36 s`, `2:22`, `1:02:22`; rounded before the unit is chosen. A clock needs no unit."""
    if ms is None:
        return NOTHING
    if ms < 9.95:
        return Quantity(f"{ms:.1f}", "ms")
    if ms < 999.5:
        return Quantity(f"{ms:.0f}", "ms")
    if ms < 59_995:
        return Quantity(f"{ms / 1000:.2f}", "s")
    return Quantity(clock(round(ms, -3)))


def length(ms: float | None) -> Quantity:
    """How long a session or a recording was, to the nearest second wherever it is told: `0:50`, `1:02:22`."""
    if ms is None:
        return NOTHING
    if ms < 500:
        return Quantity("< 0:01")
    return Quantity(clock(round(ms, -3)))


def seconds(ms: float | None) -> Quantity:
    """Answer times, always in seconds so that they can be compared: `0.78 s`."""
    return NOTHING if ms is None else Quantity(f"{ms / 1000:.2f}", "s")


def clock(ms: float | None) -> str:
    """`2:22`, `1:02:22`."""
    if ms is None:
        return MISSING
    minutes, whole_seconds = divmod(int(ms / 1000), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{whole_seconds:02d}" if hours else f"{minutes}:{whole_seconds:02d}"


def offset(ms: float | None, *, decimals: int = 0) -> str:
    """Time since the session began: `0:49`, `0:49.71`, `−0:00.05` for what came before it."""
    if ms is None:
        return MISSING
    sign = "−" if ms < 0 else ""
    shown_ms = int(round(abs(ms), 1))  # a clock has passed what it shows, also in static/js/offset-text.js
    fraction = f"{shown_ms % 1000:03d}"[:decimals]
    return f"{sign}{clock(shown_ms)}" + (f".{fraction}" if decimals else "")


def count(number: int, one: str, many: str = "") -> str:
    """`1 span`, `270 spans`."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def moment(time_ns: int | None) -> datetime | None:
    return None if time_ns is None else EPOCH + timedelta(microseconds=time_ns // 1000)


def milliseconds(start_ns: int, end_ns: int) -> float:
    return (end_ns - start_ns) / NS_PER_MS
