"""What PostgreSQL's planner is told for some statements. SQLite has nothing of the kind."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction


@contextmanager
def planned_with(**settings: str) -> Iterator[None]:
    """In a transaction, at whose end PostgreSQL forgets them."""
    if connection.vendor != "postgresql":
        yield
        return
    with transaction.atomic(), connection.cursor() as cursor:
        for setting in settings.items():
            cursor.execute("SELECT set_config(%s, %s, TRUE)", setting)
        yield
