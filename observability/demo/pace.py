"""Chance with a seed: the same script always gets the same delays and ids."""

from hashlib import blake2b
from random import Random

NS_PER_MS = 1_000_000
NS_PER_S = 1_000_000_000


def ms(milliseconds: float) -> int:
    return round(milliseconds * 1000) * 1000


def seconds(ns: int) -> float:
    return ns / NS_PER_S


def next_whole_ms(ns: int) -> int:
    return -(-ns // NS_PER_MS) * NS_PER_MS


class Pace:
    """How long people and machines take. Draws lean to the quick end, as measured latencies do."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._random = Random(seed)  # noqa: S311  # the demo is to be the same each time
        self._given = 0

    def between(self, low_ms: float, high_ms: float) -> int:
        return ms(self._random.triangular(low_ms, high_ms, low_ms + 0.3 * (high_ms - low_ms)))

    def share(self, low: float, high: float) -> float:
        return round(self._random.uniform(low, high), 4)

    def id(self, prefix: str) -> str:
        self._given += 1
        return prefix + digest(f"{self._seed}/{self._given}", 6).hex()


def digest(text: str, size: int) -> bytes:
    return blake2b(text.encode(), digest_size=size).digest()
