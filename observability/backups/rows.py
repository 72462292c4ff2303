"""What both databases have in common."""

from django.db import connection

NOT_BACKED_UP = ("django_session", "usersessions_usersession", "cache_entry")
"""Whoever holds the key of a browser's session is signed in; after a restore everybody signs in anew.

Caches fill themselves.
"""
TELLING = ("accounts_user", "projects_project", "observability_session")
"""A database without rows in these has nothing that a restore could cost."""


def holds_rows() -> bool:
    tables = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for table in tables.intersection(TELLING):
            cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608  (our own names)
            if cursor.fetchone():
                return True
    return False


def point_to(name: str) -> None:
    """Have this process work on another database of the same server, or another file."""
    connection.close()
    connection.settings_dict["NAME"] = name
