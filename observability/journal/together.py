"""Commits several uploads' work at once, where the database lets only one write at a time.

SQLite's own way to wait for its turn is to sleep and try again, and each commit waits for the disk. So in one process
the work that came up while a commit went on is done by the next thread in turn, all in one transaction: eight
connections need one wait for the disk instead of eight. Nobody is answered before that commit.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import OperationalError, connection, transaction

MAX_TOGETHER = 32
"""Bounds how long the database is held for others, such as pages that write."""

MAX_DEADLOCKS = 2
DEADLOCK_DETECTED = "40P01"

T = TypeVar("T")


@dataclass(slots=True)
class Work:
    do: Callable[[], Any]
    woken: threading.Event = field(default_factory=threading.Event)
    """Set when it is done, or when it is its thread's turn to commit for everybody."""
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None

    def outcome(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


class Queue:
    """Work that waits for the database. One thread at a time leads; the next one is the first that waits."""

    def __init__(self) -> None:
        self._waiting: list[Work] = []
        self._has_leader = False
        self._lock = threading.Lock()

    def join(self, work: Work) -> bool:
        """True if nobody leads, so that the work's own thread has to."""
        with self._lock:
            self._waiting.append(work)
            leads, self._has_leader = not self._has_leader, True
            return leads

    def take(self) -> list[Work]:
        with self._lock:
            taken, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
            return taken

    def pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].woken.set()
            else:
                self._has_leader = False


_queue = Queue()


def committed(do: Callable[[], T]) -> T:
    """Do the work in a transaction and return its result once that is committed.

    The work may run on another thread, together with others' work. It must be safe to repeat after a rollback.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return do()
    if connection.vendor != "sqlite":
        return repeated_after_deadlock(do)
    work = Work(do)
    if not _queue.join(work):
        work.woken.wait()
    if not work.is_done:
        lead()
    return work.outcome()  # type: ignore[no-any-return]


def lead() -> None:
    """The leader's own work is the first of those that it takes."""
    works = _queue.take()
    try:
        do_together(works)
    finally:
        _queue.pass_on()
        for work in works:
            work.woken.set()


def do_together(works: list[Work]) -> None:
    try:
        results = commit([work.do for work in works])
    except BaseException as error:
        if len(works) == 1 or is_locked(error):
            for work in works:
                work.error, work.is_done = error, True
            return
        # Whoever failed must not cost the others: each on its own.
        for work in works:
            do_together([work])
        return
    for work, result in zip(works, results, strict=True):
        work.result, work.is_done = result, True


def is_locked(error: BaseException) -> bool:
    """Another process holds the database. Each on its own would only wait as long again, and exporters give up."""
    return isinstance(error, OperationalError) and "locked" in str(error)


def commit(tasks: list[Callable[[], Any]]) -> list[Any]:
    with transaction.atomic():
        return [do() for do in tasks]


def repeated_after_deadlock(do: Callable[[], T]) -> T:
    """PostgreSQL ends one of two transactions that wait for each other; the other has gone on meanwhile."""
    for _ in range(MAX_DEADLOCKS):
        try:
            with transaction.atomic():
                return do()
        except OperationalError as error:
            if getattr(error.__cause__, "sqlstate", "") != DEADLOCK_DETECTED:
                raise
    with transaction.atomic():
        return do()
