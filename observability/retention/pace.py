"""How erasing keeps out of the way of uploads."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection, transaction

from observability.models import Session

ROWS_AT_ONCE = 20
"""A batch may be megabytes. Each chunk is a transaction of its own, some milliseconds long."""
SMALL_ROWS_AT_ONCE = 500
"""Of rows without bytes in them."""
REST_S = 0.02
"""Between two small steps: whoever waits for SQLite's only writer gets its turn."""
LONGEST_ALONE_S = 0.1
"""Of work without that rest while no session is live: a page may be waiting all the same."""
LOOK_EVERY_S = 0.25
"""Whether a session is live."""
LONGEST_STRETCH_S = 1.0
SHORTEST_STRETCH_S = 0.005
"""Of work. A sleep costs the machine more than it gives, if there was nothing to rest from."""
RESTS_TO_WORK = 3.0
MOST_TIMES_SLOWER = 4.0
"""However busy others are, what has expired has to go: a thirteenth of the time is spent on it."""
SMOOTHED_OVER = 8
"""Commits. A single one may be lucky or unlucky."""
DOES_NOT_WAIT = "SET LOCAL synchronous_commit = off"
WRITES = ("INSERT", "UPDATE", "DELETE")
_mine = threading.local()


def rest() -> None:
    """Where many may write, thrice as long as the step took, and longer still where commits take longer than they can.

    So it takes a quarter of a core at most, and gives way where uploads want the disk or the processor. While no
    session is live there is little to give way to.
    """
    worked_s = time.monotonic() - getattr(_mine, "rested_at", 0.0)
    if rest_s := _rest_s(worked_s):
        time.sleep(rest_s)
        begin_to_work()


def _rest_s(worked_s: float) -> float:
    if not _is_anybody_live():
        return REST_S if worked_s >= LONGEST_ALONE_S else 0.0
    if connection.vendor == "sqlite":
        return REST_S
    if worked_s < SHORTEST_STRETCH_S:
        return 0.0
    return min(worked_s, LONGEST_STRETCH_S) * RESTS_TO_WORK * float(getattr(_mine, "times_slower", 1.0))


def _is_anybody_live() -> bool:
    now_s = time.monotonic()
    if now_s - getattr(_mine, "looked_at", -LOOK_EVERY_S) >= LOOK_EVERY_S:
        _mine.is_live = Session.objects.filter(status=Session.Status.LIVE).exists()
        _mine.looked_at = now_s
    return bool(_mine.is_live)


def begin_to_work() -> None:
    """What was done before, or not done, was nothing to rest from."""
    _mine.rested_at = time.monotonic()


@contextmanager
def commits_felt() -> Iterator[None]:
    """Of what is committed within, which waits for the disk as uploads do: how long that takes sets the pace."""
    _mine.is_felt, began = True, time.monotonic()
    try:
        yield
    finally:
        _mine.is_felt = False
        _feel(time.monotonic() - began)


def _feel(commit_s: float) -> None:
    usual_s = getattr(_mine, "usual_s", commit_s)
    _mine.usual_s = usual_s + (commit_s - usual_s) / SMOOTHED_OVER
    _mine.calmest_s = min(_mine.usual_s, getattr(_mine, "calmest_s", _mine.usual_s))
    _mine.times_slower = min(_mine.usual_s / _mine.calmest_s, MOST_TIMES_SLOWER)


@contextmanager
def commits_that_do_not_wait() -> Iterator[None]:
    """PostgreSQL's commits here do not wait for the disk: steps that a power cut takes back are done again.

    They are taken back in order, the last ones first, so a session's row is never gone before what it tells of.
    Each transaction is told by itself: behind a pooler the connection's next one may be an upload's, which has to wait.
    """
    if connection.vendor != "postgresql":
        yield
        return
    with connection.execute_wrapper(_without_waiting):
        yield


def _without_waiting(
    execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]
) -> Any:
    """Tells a transaction before its first statement; a statement that writes on its own gets one for this."""
    is_begun = bool(connection.connection.info.transaction_status)
    if is_begun or getattr(_mine, "is_felt", False):
        return execute(sql, params, many, context)
    if connection.in_atomic_block:
        connection.connection.execute(DOES_NOT_WAIT)
        return execute(sql, params, many, context)
    if not sql.startswith(WRITES):
        return execute(sql, params, many, context)
    with transaction.atomic():
        connection.connection.execute(DOES_NOT_WAIT)
        return execute(sql, params, many, context)
