"""What SQLite would leave of deleted rows in its files. PostgreSQL's vacuum sees to it there."""

from django.conf import settings
from django.db import connection

WAIT_MS = 200
"""For readers to let go of the log; uploads wait as long. If they do not, the next call has another try."""


def overwrite_what_is_deleted() -> None:
    """From here on, on this connection: else it lies in the file until something is written over it."""
    _sqlite("PRAGMA secure_delete = ON")


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
