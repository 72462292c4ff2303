"""When an answer counts as slow."""

from typing import Literal

from observability.timeline.figures import TARGET_MS

__all__ = ["TARGET_MS", "Pace", "is_slow"]

Pace = Literal["", "slow"]


def is_slow(ms: float | None) -> bool:
    return ms is not None and ms > TARGET_MS
