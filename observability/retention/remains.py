"""What SQLite leaves of deleted rows in its files: they are overwritten in the database (`secure_delete`), not in its
log, and their room stays. PostgreSQL's vacuum sees to it there."""

from collections.abc import Callable

from django.conf import settings
from django.db import connection, transaction

WAIT_MS = 200
"""For readers to let go of the log; uploads wait as long. If they do not, the next call has another try."""
PAGES_AT_ONCE = 100
"""Of 4 kB, from the end of the file to where room is: some milliseconds, for which uploads wait."""
MOST_PAGES = 100_000
"""400 MB, in half a minute with the rests. The next purge goes on."""
INCREMENTAL = 2


def give_room_back(*, rest: Callable[[], None]) -> None:
    """Free pages to the disk, which has them once the log is emptied.

    A database that is older than this keeps them for new rows: docs/retention.md#the-disk.
    """
    if connection.vendor != "sqlite" or connection.in_atomic_block or _number("auto_vacuum") != INCREMENTAL:
        return
    for _ in range(0, min(_number("freelist_count"), MOST_PAGES), PAGES_AT_ONCE):
        with transaction.atomic(), connection.cursor() as cursor:
            for _page in range(PAGES_AT_ONCE):
                # Asked for all of them, Python's driver takes one step all the same.
                cursor.execute("PRAGMA incremental_vacuum(1)")
        rest()


def empty_the_log() -> None:
    """The write-ahead log holds pages as they were."""
    if connection.in_atomic_block:
        return
    _sqlite(f"PRAGMA busy_timeout = {WAIT_MS}")
    try:
        _sqlite("PRAGMA wal_checkpoint(TRUNCATE)")
    finally:
        _sqlite(f"PRAGMA busy_timeout = {_usual_wait_ms()}")


def _usual_wait_ms() -> int:
    return int(settings.DATABASES["default"].get("OPTIONS", {}).get("timeout", 5) * 1000)


def _sqlite(statement: str) -> None:
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(statement)


def _number(pragma: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA {pragma}")
        return int(cursor.fetchone()[0])
