"""What SQLite leaves of deleted rows in its files: they are overwritten in the database (`secure_delete`), not in its
log. PostgreSQL's vacuum sees to it there."""

from django.conf import settings
from django.db import connection

WAIT_MS = 200
"""For readers to let go of the log; uploads wait as long. If they do not, the next call has another try."""


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
