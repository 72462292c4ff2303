"""Runs the statements of hot paths on the driver's own cursor.

Django's cursors write the text anew at every call: for SQLite they look for each placeholder, for PostgreSQL they put
the parameters into it, so that it cannot be prepared, and planning is half the cost. To write a query out of its models
takes several times what the database needs to answer.
"""

import re
import sqlite3
from collections.abc import Callable, Mapping, Sequence
from functools import cache, partial
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections

NAMED = re.compile(r"%\((\w+)\)s")
IN_ORDER = re.compile(r"(?<!%)%s")


def run(
    statement: str, parameters: Sequence[Any] | Mapping[str, Any], *, answers_with_bytes: bool = False
) -> Any:
    """Run a statement with `%s` or `%(name)s` for each parameter, prepared, in the transaction of Django's connection.

    Returns the driver's cursor. PostgreSQL writes bytes as text of twice their length, unless told before that there
    will be some. Raises django.db's errors.
    """
    connection = connections[DEFAULT_DB_ALIAS]
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    if connection.queries_logged:
        connection.queries_log.append({"sql": statement, "time": ""})
    with connection.wrap_database_errors:
        return watched(connection, partial(on_driver, connection, answers_with_bytes), statement, parameters)


def fetched(
    statement: str, parameters: Sequence[Any] | Mapping[str, Any], *, answers_with_bytes: bool = True
) -> list[Any]:
    """All that a query answers. SQLite looks for most of it, and may fail, when it is fetched."""
    cursor = run(statement, parameters, answers_with_bytes=answers_with_bytes)
    with connections[DEFAULT_DB_ALIAS].wrap_database_errors:
        return cursor.fetchall()  # type: ignore[no-any-return]


def watched(connection: Any, execute: Callable[[str, Any], Any], statement: str, parameters: Any) -> Any:
    """Through whatever watches the connection's statements (`execute_wrapper`), as those of Django's cursors go."""

    def innermost(statement: str, parameters: Any, many: bool, context: Any) -> Any:
        return execute(statement, parameters)

    do: Callable[..., Any] = innermost
    for wrapper in reversed(connection.execute_wrappers):
        do = partial(wrapper, do)
    return do(statement, parameters, False, {"connection": connection, "cursor": None})


def on_driver(connection: Any, answers_with_bytes: bool, statement: str, parameters: Any) -> Any:
    if connection.vendor == "sqlite":
        return sqlite3.Cursor(connection.connection).execute(as_sqlite_writes(statement), parameters)
    from psycopg import Cursor  # only where PostgreSQL is the database

    cursor = Cursor(connection.connection)
    return cursor.execute(statement, parameters, prepare=True, binary=answers_with_bytes)


@cache
def as_sqlite_writes(statement: str) -> str:
    return IN_ORDER.sub("?", NAMED.sub(r":\1", statement)).replace("%%", "%")
