"""The database's clock, by which sessions live and die."""

from datetime import UTC, datetime

from django.db import connection


def database_now() -> datetime:
    """To the second. SQLite's is this machine's own."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_TIMESTAMP")
        (now,) = cursor.fetchone()
    if isinstance(now, datetime):
        return now
    return datetime.fromisoformat(now).replace(tzinfo=UTC)
