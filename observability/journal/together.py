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
    task: Any
    woken: threading.Event = field(default_factory=threading.Event)
    """Set when it is done, or when it is its thread's turn to lead."""
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None

    def outcome(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


class Turns:
    """Work that waits for the database. One thread at a time leads for all that wait; the next is first of the rest."""

    def __init__(self, do_together: Callable[[list[Work]], None]) -> None:
        """`do_together` sets a result, or an error, for each of the works."""
        self._do_together = do_together
        self._waiting: list[Work] = []
        self._has_leader = False
        self._lock = threading.Lock()

    def outcome_of(self, task: Any) -> Any:
        """Have the task done, alone or with others, on this thread or another."""
        work = Work(task)
        if not self._join(work):
            work.woken.wait()
        if not work.is_done:
            self._lead()
        return work.outcome()

    def _join(self, work: Work) -> bool:
        """True if nobody leads, so that the work's own thread has to."""
        with self._lock:
            self._waiting.append(work)
            leads, self._has_leader = not self._has_leader, True
            return leads

    def _lead(self) -> None:
        """The leader's own work is the first of those that it takes."""
        with self._lock:
            works, self._waiting = self._waiting[:MAX_TOGETHER], self._waiting[MAX_TOGETHER:]
        try:
            self._do_together(works)
        finally:
            self._pass_on()
            for work in works:
                work.is_done = True
                work.woken.set()

    def _pass_on(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting[0].woken.set()
            else:
                self._has_leader = False


def committed(do: Callable[[], T]) -> T:
    """Do the work in a transaction and return its result once that is committed.

    The work may run on another thread, together with others' work. It must be safe to repeat after a rollback.
    """
    if connection.in_atomic_block:
        with transaction.atomic():
            return do()
    if connection.vendor != "sqlite":
        return repeated_after_deadlock(do)
    return _turns.outcome_of(do)  # type: ignore[no-any-return]


def committed_alone(do: Callable[[], T]) -> T:
    """As `committed`, for long work: on this thread, and nobody else's is rolled back or done again with it."""
    if connection.in_atomic_block:
        with transaction.atomic():
            return do()
    return repeated_after_deadlock(do)


def commit_together(works: list[Work]) -> None:
    try:
        results = commit([work.task for work in works])
    except BaseException as error:
        if len(works) == 1 or is_locked(error):
            for work in works:
                work.error = error
            return
        # Whoever failed must not cost the others: each on its own.
        for work in works:
            commit_together([work])
        return
    for work, result in zip(works, results, strict=True):
        work.result = result


_turns = Turns(commit_together)


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
