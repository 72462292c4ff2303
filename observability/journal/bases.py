"""What a process remembers of the sessions that it adds to, so that an upload need not say again what one before said.

Each request to a model repeats the conversation until then. So a long batch is compressed after the text of an earlier
one of its session, its base, and cannot be read without it (docs/decisions/0029-a-batch-leans-on-an-earlier-one.md).
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from threading import Lock

MIN_TEXT_BYTES = 8_000
"""Shorter ones repeat little but names, which the dictionary has."""
MAX_TEXT_BYTES = 256 * 1024
MAX_GROWTH = 1.25
"""A batch that is longer than its base by more says too much that is new, and is the next base itself."""
MAX_REMEMBERED_BYTES = 16 * 1024 * 1024
"""Four hundred sessions."""
REMEMBERED_S = 600
"""Since it was last of use. What a session held is not to stay in memory for long after it was deleted."""

JobOfProject = tuple[int, str]


@dataclass(frozen=True, slots=True)
class Base:
    """A batch that leans on no other."""

    seq: int
    digest: bytes
    text: bytes

    def suits(self, text: bytes) -> bool:
        return MIN_TEXT_BYTES <= len(text) <= MAX_GROWTH * len(self.text)


class Bases:
    """The latest base of each session; the longest unused go first. For all threads of a process."""

    def __init__(self, max_bytes: int = MAX_REMEMBERED_BYTES) -> None:
        self._max_bytes = max_bytes
        self._bytes = 0
        self._lock = Lock()
        self._found: OrderedDict[JobOfProject, tuple[float, Base]] = OrderedDict()

    def of(self, session: JobOfProject) -> Base | None:
        with self._lock:
            base = self._taken(session)
            if base is not None:
                self._put(session, base)
            self._make_room()
            return base

    def remember(self, session: JobOfProject, base: Base) -> None:
        with self._lock:
            self._taken(session)
            self._put(session, base)
            self._make_room()

    def forget(self, session: JobOfProject) -> None:
        with self._lock:
            self._taken(session)

    def _put(self, session: JobOfProject, base: Base) -> None:
        self._bytes += len(base.text)
        self._found[session] = time.monotonic(), base

    def _taken(self, session: JobOfProject) -> Base | None:
        _, base = self._found.pop(session, (0, None))
        self._bytes -= len(base.text) if base else 0
        return base

    def _make_room(self) -> None:
        while self._found:
            session, (used_at, _) = next(iter(self._found.items()))
            if self._bytes <= self._max_bytes and used_at > time.monotonic() - REMEMBERED_S:
                return
            self._taken(session)
