"""How erasing keeps out of the way of uploads."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from django.db import Error, connection

ROWS_AT_ONCE = 20
"""A batch may be megabytes. Each chunk is a transaction of its own, some milliseconds long."""
SMALL_ROWS_AT_ONCE = 500
"""Of rows without bytes in them."""
REST_S = 0.02
"""Between two small steps: whoever waits for SQLite's only writer gets its turn."""
LONGEST_STRETCH_S = 1.0
SHORTEST_STRETCH_S = 0.005
"""Of work. A sleep costs the machine more than it gives, if there was nothing to rest from."""
RESTS_TO_WORK = 3.0
MOST_TIMES_SLOWER = 4.0
"""However busy others are, what has expired has to go: a thirteenth of the time is spent on it."""
SMOOTHED_OVER = 8
"""Commits. A single one may be lucky or unlucky."""
_mine = threading.local()


def rest() -> None:
    """Where many may write, thrice as long as the step took, and longer still where commits take longer than they can.

    So it takes a quarter of a core at most, and gives way where uploads want the disk or the processor.
    """
    if connection.vendor == "sqlite":
        time.sleep(REST_S)
        return
    worked_s = time.monotonic() - getattr(_mine, "rested_at", 0.0)
    if worked_s < SHORTEST_STRETCH_S:
        return
    times = RESTS_TO_WORK * getattr(_mine, "times_slower", 1.0)
    time.sleep(min(worked_s, LONGEST_STRETCH_S) * times)
    _mine.rested_at = time.monotonic()


def begin_to_work() -> None:
    """What was done before, or not done, was nothing to rest from."""
    _mine.rested_at = time.monotonic()


@contextmanager
def commits_felt() -> Iterator[None]:
    """Of what is committed within, which waits for the disk as uploads do: how long that takes sets the pace."""
    _on_postgresql("RESET synchronous_commit")
    began = time.monotonic()
    try:
        yield
    finally:
        _feel(time.monotonic() - began)
        _on_postgresql("SET synchronous_commit = off")


def _feel(commit_s: float) -> None:
    usual_s = getattr(_mine, "usual_s", commit_s)
    _mine.usual_s = usual_s + (commit_s - usual_s) / SMOOTHED_OVER
    _mine.calmest_s = min(_mine.usual_s, getattr(_mine, "calmest_s", _mine.usual_s))
    _mine.times_slower = min(_mine.usual_s / _mine.calmest_s, MOST_TIMES_SLOWER)


@contextmanager
def commits_that_do_not_wait() -> Iterator[None]:
    """PostgreSQL's commits here do not wait for the disk: steps that a power cut takes back are done again.

    They are taken back in order, the last ones first, so a session's row is never gone before what it tells of.
    """
    _on_postgresql("SET synchronous_commit = off")
    try:
        yield
    finally:
        with suppress(Error):  # the connection may be what failed, and a new one waits
            _on_postgresql("RESET synchronous_commit")


def _on_postgresql(statement: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(statement)
