"""What a process remembers of the sessions that it adds to, so that an upload need not say again what one before said.

Each request to a model repeats the conversation until then. So a long batch is compressed after the text of an earlier
one of its session, its base, and cannot be read without it (docs/decisions/0029-a-batch-leans-on-an-earlier-one.md).
"""

import time
from collections import OrderedDict
from contextlib import suppress
from dataclasses import dataclass
from threading import Lock, Timer

MIN_TEXT_BYTES = 8_000
"""Shorter ones repeat little but names, which the dictionary has."""
MAX_TEXT_BYTES = 128 * 1024
"""To compress after a text takes the time to read it: 0.6 ms for 100 kB."""
MAX_GROWTH, MIN_SHARE = 1.25, 0.33
"""A batch that is longer than its base by more says too much that is new, and is the next base itself. One that is much
shorter gains less than the base takes to read."""
MAX_REMEMBERED_BYTES = 16 * 1024 * 1024
"""Four hundred sessions."""
REMEMBERED_S = 120
"""Since it was last of use: turns of a conversation come more often. What a session held is not to stay in memory for
long after its end, or after it was deleted."""

Told = tuple[int, str, str]
"""Project, job and signal: lines of a log repeat nothing of a request to a model."""


@dataclass(frozen=True, slots=True)
class Base:
    """A batch that leans on no other."""

    seq: int
    digest: bytes
    text: bytes

    def suits(self, text: bytes) -> bool:
        shortest = max(MIN_TEXT_BYTES, MIN_SHARE * len(self.text))
        return shortest <= len(text) <= MAX_GROWTH * len(self.text)

    def is_next(self, text: bytes) -> bool:
        return len(text) > MAX_GROWTH * len(self.text)


class Bases:
    """The latest base of each session and signal; the longest unused go first. For all threads of a process."""

    def __init__(self, max_bytes: int = MAX_REMEMBERED_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = Lock()
        self._found: OrderedDict[Told, tuple[float, Base]] = OrderedDict()
        self._next_look: Timer | None = None

    def of(self, told: Told) -> Base | None:
        """To ask is no use: what nobody leans on goes, whoever asks for it."""
        with self._lock:
            self._make_room()
            _, base = self._found.get(told, (0, None))
            return base

    def remember(self, told: Told, base: Base) -> None:
        """As of use now."""
        with self._lock:
            self._taken(told)
            self._put(told, base)
            self._make_room()
            if self._next_look is None:
                self._look_later()

    def forget(self, told: Told) -> None:
        with self._lock:
            self._taken(told)

    def _put(self, told: Told, base: Base) -> None:
        self._bytes += len(base.text)
        self._found[told] = time.monotonic(), base

    def _taken(self, told: Told) -> Base | None:
        _, base = self._found.pop(told, (0, None))
        self._bytes -= len(base.text) if base else 0
        return base

    def _look_later(self) -> None:
        """Also if no upload comes any more."""
        look = Timer(REMEMBERED_S / 2, self._look)
        look.daemon = True
        with suppress(RuntimeError):  # no thread to be had: the next upload tries again
            look.start()
            self._next_look = look

    def _look(self) -> None:
        with self._lock:
            self._next_look = None
            self._make_room()
            if self._found:
                self._look_later()

    def _make_room(self) -> None:
        while self._found:
            told, (used_at, _) = next(iter(self._found.items()))
            if self._bytes <= self._max_bytes and used_at > time.monotonic() - REMEMBERED_S:
                return
            self._taken(told)
