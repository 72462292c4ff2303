"""The timelines that this process has built last.

A page, its snapshot, its live updates and each row that is opened in it need the same timeline, which takes a second or
two to build for a long call. Whoever asks has obtained the session's row through projects.access; that row says which
timeline is wanted, so nothing outlives its session and nobody sees more than before.
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from observability.timeline.model import Timeline

T = TypeVar("T")
FOR_A_PAGE_NS = 15 * 60 * 1_000_000_000
"""A timeline that no page has asked for in this time goes: its session may have been deleted on another server."""
FOR_A_READER_NS = 60 * 1_000_000_000
"""Scripts, jobs and live updates want several things of a session one after the other and then those of the next:
what they have read through shall not fill the memory."""
STRIPES = 32
"""Locks that sessions share, so that none has to be made or forgotten."""


@dataclass(slots=True)
class Kept:
    timeline: Timeline
    facts: object
    """All that it was built from, the clock apart."""
    holds_until_ns: int | None = None
    """By the clock alone it is another one from then on; None if it never is."""
    wanted_until_ns: int = 0
    made: dict[str, Any] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    @property
    def records(self) -> int:
        return len(self.timeline.spans) + len(self.timeline.logs)

    def is_of(self, facts: object, now_ns: int) -> bool:
        return self.facts == facts and (self.holds_until_ns is None or now_ns < self.holds_until_ns)

    def once(self, name: str, make: Callable[[Timeline], T]) -> T:
        """What is made of the timeline, kept as long as that is. One thing may be made of another."""
        with self.lock:
            if name not in self.made:
                self.made[name] = make(self.timeline)
            made: T = self.made[name]
            return made


class KeptTimelines:
    """The last ones, up to so many spans and log lines in all. Who needs one that is being built waits for it."""

    def __init__(self, max_records: int) -> None:
        self.max_records = max_records
        self.by_session: OrderedDict[UUID, Kept] = OrderedDict()
        self.lock = threading.Lock()
        self.building = [threading.Lock() for _ in range(STRIPES)]

    def get(
        self,
        session: UUID,
        facts: object,
        now_ns: int,
        build: Callable[[], Kept],
        keep_ns: int = FOR_A_PAGE_NS,
    ) -> Kept:
        """Wanted for so long at least."""
        with self.building[hash(session) % STRIPES]:
            kept = before = self.by_session.get(session)
            if kept is None or not kept.is_of(facts, now_ns):
                kept = build()
            until_ns = before.wanted_until_ns if before is not None else 0
            kept.wanted_until_ns = max(until_ns, now_ns + keep_ns)
            self.put(session, kept, now_ns)
            return kept

    def find(self, session: UUID, facts: object, now_ns: int) -> Kept | None:
        """If it has been built already."""
        kept = self.by_session.get(session)
        return kept if kept is not None and kept.is_of(facts, now_ns) else None

    def forget(self, session: UUID) -> None:
        with self.lock:
            self.by_session.pop(session, None)

    def put(self, session: UUID, kept: Kept, now_ns: int = 0) -> None:
        """As the newest. What nobody wants any more goes, and of what is too much the oldest."""
        with self.lock:
            self.by_session[session] = kept
            self.by_session.move_to_end(session)
            for unwanted in [key for key, each in self.by_session.items() if each.wanted_until_ns < now_ns]:
                del self.by_session[unwanted]
            total = sum(each.records for each in self.by_session.values())
            while total > self.max_records:
                _session, gone = self.by_session.popitem(last=False)
                total -= gone.records
