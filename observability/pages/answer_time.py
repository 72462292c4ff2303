"""When an answer counts as slow."""

from typing import Literal

TARGET_MS = 1200
"""People begin to wonder whether anybody is there after about a second of silence; agents that call a model and a voice
reach 0.8 s at their best."""

Pace = Literal["", "slow"]


def is_slow(ms: float | None) -> bool:
    return ms is not None and ms > TARGET_MS
