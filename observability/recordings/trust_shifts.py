"""How late the beginnings of speech in the sound are against those of the spans. Pure."""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

FURTHEST_MS = 15_000.0
"""A recording that is off by more has other faults to tell of first."""
SAME_SHIFT_MS = 150.0
SAME_ONSET_MS = 1_000.0
"""Around the common shift; single answers of old SDKs lie up to 0.9 s beside it."""
VOTERS = 200
ENOUGH = 9
"""Fewer spans tell nothing about beginning and end apart."""


@dataclass(frozen=True, slots=True)
class Shifts:
    """Sound − span, in milliseconds, for each span that was found, in order of time."""

    first: tuple[float, ...]
    """Of the first third; of all, if there are few."""
    middle: tuple[float, ...] = ()
    last: tuple[float, ...] = ()

    @property
    def all(self) -> tuple[float, ...]:
        return self.first + self.middle + self.last


def shifts_of(spans_ms: Sequence[float], sounds_ms: Sequence[float]) -> Shifts:
    """Of ascending onsets. Silence that was inserted shifts what comes after it, so thirds are looked at apart."""
    if len(spans_ms) < ENOUGH:
        return Shifts(_shifts(spans_ms, sounds_ms))
    one, two = len(spans_ms) // 3, 2 * len(spans_ms) // 3
    return Shifts(
        _shifts(spans_ms[:one], sounds_ms),
        _shifts(spans_ms[one:two], sounds_ms),
        _shifts(spans_ms[two:], sounds_ms),
    )


def _shifts(spans_ms: Sequence[float], sounds_ms: Sequence[float]) -> tuple[float, ...]:
    """First the shift that most of them share, then each span's own around it."""
    common_ms = _common_shift(spans_ms[:VOTERS], sounds_ms)
    if common_ms is None:
        return ()
    found: list[float] = []
    used = -1
    for span_ms in spans_ms:
        at = _nearest(sounds_ms, span_ms + common_ms)
        if at > used and abs(sounds_ms[at] - span_ms - common_ms) <= SAME_ONSET_MS:
            found.append(sounds_ms[at] - span_ms)
            used = at
    return tuple(found)


def _common_shift(spans_ms: Sequence[float], sounds_ms: Sequence[float]) -> float | None:
    """In the middle of the window that holds most differences; of equal ones, that nearest to none."""
    differences = sorted(
        sound_ms - span_ms
        for span_ms in spans_ms
        for sound_ms in sounds_ms[
            bisect_left(sounds_ms, span_ms - FURTHEST_MS) : bisect_right(sounds_ms, span_ms + FURTHEST_MS)
        ]
    )
    best: tuple[int, float, float] | None = None
    for first, difference in enumerate(differences):
        end = bisect_right(differences, difference + SAME_SHIFT_MS)
        middle = (difference + differences[end - 1]) / 2
        found = (end - first, -abs(middle), middle)
        best = found if best is None else max(best, found)
    return best[2] if best is not None else None


def _nearest(sounds_ms: Sequence[float], expected_ms: float) -> int:
    at = bisect_left(sounds_ms, expected_ms)
    if at == len(sounds_ms):
        return at - 1
    if at > 0 and expected_ms - sounds_ms[at - 1] < sounds_ms[at] - expected_ms:
        return at - 1
    return at
