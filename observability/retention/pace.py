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
SHORTEST_REST_S = 0.002
_last = threading.local()


def rest() -> None:
    """Where many may write, as long as the step took: half of a core at most, and less on a machine that is busy."""
    if connection.vendor == "sqlite":
        time.sleep(REST_S)
        return
    worked_s = time.monotonic() - getattr(_last, "rest", 0.0)
    time.sleep(min(max(worked_s, SHORTEST_REST_S), REST_S))
    _last.rest = time.monotonic()


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
