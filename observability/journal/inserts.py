"""Small rows about a session, written as SQL before the transaction that inserts them, which others wait for.

To Django the words of an INSERT are ten times the work that they are to the database.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models

from config.statements import run

ROWS_AT_ONCE = 500
MAX_PARAMETERS = 10_000
"""Of one statement, where the database has no limit of its own."""


@dataclass(frozen=True, slots=True)
class Insert:
    """Of one table; the key is the database's to give. All its columns are written."""

    statements: list[tuple[str, list[Any]]]

    @classmethod
    def of(cls, model: type[models.Model], made: Sequence[models.Model]) -> "Insert":
        fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column or "") for field in fields)
        into = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES "  # noqa: S608  # our own names
        row = f"({', '.join('%s' for _ in fields)})"
        parameters = connection.features.max_query_params or MAX_PARAMETERS
        at_once = min(ROWS_AT_ONCE, max(parameters // len(fields), 1))
        parts = [made[at : at + at_once] for at in range(0, len(made), at_once)]
        return cls([(into + ", ".join([row] * len(part)), list(values_of(part, fields))) for part in parts])

    def run(self) -> None:
        with connection.cursor() as cursor:
            for statement, values in self.statements:
                cursor.execute(statement, values)


def remove_of_session(model: type[models.Model], session_id: int) -> None:
    """Index: that of each table by its session."""
    run(f"DELETE FROM {model._meta.db_table} WHERE session_id = %s", [session_id])  # noqa: S608  # our own names


def values_of(made: Iterable[models.Model], fields: Sequence[Any]) -> Iterator[Any]:
    for each in made:
        for field in fields:
            yield field.get_db_prep_save(field.pre_save(each, add=True), connection)
