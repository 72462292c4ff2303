"""Exact percentiles of many durations, linear between the two nearest as PostgreSQL's percentile_cont."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from observability.timeline.facts import ANSWER_TIMES

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
    """NaN is not measured. Sorting two million takes 6 ms, six times less than numpy's own percentiles."""
    import numpy as np  # as late as here: processes that show no figures stay smaller by 20 MB

    ordered = np.sort(durations)  # NaN comes last
    count = len(ordered) - int(np.count_nonzero(np.isnan(ordered)))
    return Spread(count, *(at_share(ordered, share, count) for share in SHARES)) if count else NOTHING


def at_share(ordered: "Durations", share: float, count: int) -> float:
    place = share * (count - 1)
    below = int(place)
    low, high = float(ordered[below]), float(ordered[min(below + 1, count - 1)])
    return low + (high - low) * (place - below)


def spread_of_values(durations_ms: Sequence[float]) -> Spread:
    import numpy as np

    return spread_of(np.array(durations_ms, np.float64))


def unpacked(chunks: Iterable[bytes]) -> "Durations":
    """What timeline.packed has packed."""
    import numpy as np

    return np.frombuffer(b"".join(chunks), "<f4")


def answer_times(chunks: Iterable[bytes]) -> "dict[str, Durations]":
    """By the names of ANSWER_TIMES, of each turn of some sessions."""
    import numpy as np

    table = np.ascontiguousarray(unpacked(chunks).reshape(-1, len(ANSWER_TIMES)).T)
    return dict(zip(ANSWER_TIMES, table, strict=True))
