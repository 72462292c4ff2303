"""Runs the journal's few statements on the driver's own cursor.

Django's cursors write the text anew at every call: for SQLite they look for each placeholder, for PostgreSQL they put
the parameters into it, so that it cannot be prepared, and planning is half the cost.
"""

import re
import sqlite3
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

NAMED = re.compile(r"%\((\w+)\)s")


def run(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> Any:
    """Run a statement with `%s` or `%(name)s` for each parameter, prepared, in the transaction of Django's connection.

    Returns the driver's cursor. Raises django.db's errors.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    with connection.wrap_database_errors:
        if connection.vendor == "sqlite":
            return sqlite3.Cursor(connection.connection).execute(as_sqlite_writes(statement), parameters)
        from psycopg import Cursor  # only where PostgreSQL is the database

        return Cursor(connection.connection).execute(statement, parameters, prepare=True)


@cache
def as_sqlite_writes(statement: str) -> str:
    return NAMED.sub(r":\1", statement).replace("%s", "?")
