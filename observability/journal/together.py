"""Commits several uploads' work at once, where the database lets only one write at a time.

SQLite's own way to wait for its turn is to sleep and try again, and each commit waits for the disk. So in one process
the work that came up while a commit went on is done by the next thread in turn, all in one transaction: eight
connections need one wait for the disk instead of eight. Nobody is answered before that commit.
"""

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from django.db import connection, transaction

MAX_TOGETHER = 32
"""Bounds how long the database is held for others, such as pages that write."""

T = TypeVar("T")


@dataclass(slots=True)
class Work:
    do: Callable[[], Any]
    is_done: bool = False
    result: Any = None
    error: BaseException | None = None

    def done(self) -> Any:
        if self.error is not None:
            raise self.error
        return self.result


@dataclass(slots=True)
class Queue:
    waiting: list[Work] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    turn: threading.Lock = field(default_factory=threading.Lock)

    def put(self, work: Work) -> None:
        with self.lock:
            self.waiting.append(work)

    def take(self) -> list[Work]:
        with self.lock:
            taken, self.waiting = self.waiting[:MAX_TOGETHER], self.waiting[MAX_TOGETHER:]
            return taken


_queue = Queue()


def committed(do: Callable[[], T]) -> T:
    """Do the work in a transaction and return its result once that is committed.

    The work may run on another thread, together with others' work. It must be safe to repeat after a rollback.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block:
        with transaction.atomic():
            return do()
    work = Work(do)
    _queue.put(work)
    while not work.is_done:
        with _queue.turn:
            if not work.is_done:
                do_together(_queue.take())
    return work.done()  # type: ignore[no-any-return]


def do_together(works: list[Work]) -> None:
    try:
        results = commit([work.do for work in works])
    except BaseException as error:
        if len(works) == 1:
            works[0].error, works[0].is_done = error, True
            return
        # Whoever failed must not cost the others: each on its own.
        for work in works:
            do_together([work])
        return
    for work, result in zip(works, results, strict=True):
        work.result, work.is_done = result, True


def commit(tasks: list[Callable[[], Any]]) -> list[Any]:
    with transaction.atomic():
        return [do() for do in tasks]
