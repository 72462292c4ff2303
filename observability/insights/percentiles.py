"""Exact percentiles of many durations, linear between the two nearest as PostgreSQL's percentile_cont."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Durations = NDArray[np.float32]

SHARES = (0.5, 0.95, 0.99)


@dataclass(frozen=True, slots=True)
class Spread:
    """In milliseconds; None if nothing was measured."""

    count: int = 0
    p50_ms: float | None = None
    p95_ms: float | None = None
    p99_ms: float | None = None


NOTHING = Spread()


def spread_of(durations: "Durations") -> Spread:
    """NaN is not measured. To put six of two million in their places takes 20 ms; to sort them all, up to 75."""
    import numpy as np  # as late as here: processes that show no figures stay smaller by 20 MB

    count = len(durations) - int(np.count_nonzero(np.isnan(durations)))
    if not count:
        return NOTHING
    places = [share * (count - 1) for share in SHARES]
    needed = {near for place in places for near in neighbours(place, count)}
    ordered = np.partition(durations, sorted(needed))  # NaN comes last
    return Spread(count, *(at_place(ordered, place, count) for place in places))


def neighbours(place: float, count: int) -> tuple[int, int]:
    return int(place), min(int(place) + 1, count - 1)


def at_place(ordered: "Durations", place: float, count: int) -> float:
    low, high = (float(ordered[near]) for near in neighbours(place, count))
    return low + (high - low) * (place - int(place))


def spread_of_values(durations_ms: Sequence[float]) -> Spread:
    import numpy as np

    return spread_of(np.array(durations_ms, np.float64))


def unpacked(chunks: Iterable[bytes]) -> "Durations":
    """What timeline.packed has packed."""
    import numpy as np

    return np.frombuffer(b"".join(chunks), "<f4")


def times_by_name(chunks: Iterable[bytes], names: Sequence[str]) -> "dict[str, Durations]":
    """Of each turn of some sessions, packed in the order of the names."""
    import numpy as np

    table = np.ascontiguousarray(unpacked(chunks).reshape(-1, len(names)).T)
    return dict(zip(names, table, strict=True))
