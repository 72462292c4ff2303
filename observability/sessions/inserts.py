"""Rows written as SQL before the transaction that inserts them, which others wait for.

To Django the words of an INSERT are ten times the work that they are to the database.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, models


@dataclass(frozen=True, slots=True)
class Insert:
    """Of one table; the key is the database's to give."""

    statement: str
    rows: list[list[Any]]

    @classmethod
    def of(cls, model: type[models.Model], made: Sequence[models.Model]) -> "Insert":
        fields = [field for field in model._meta.local_concrete_fields if not field.primary_key]
        quote = connection.ops.quote_name
        names = ", ".join(quote(field.column or "") for field in fields)
        values = ", ".join("%s" for _ in fields)
        statement = f"INSERT INTO {quote(model._meta.db_table)} ({names}) VALUES ({values})"  # noqa: S608  # our own names
        rows = [
            [field.get_db_prep_save(field.pre_save(each, add=True), connection) for field in fields]
            for each in made
        ]
        return cls(statement, rows)

    def run(self) -> None:
        if self.rows:
            with connection.cursor() as cursor:
                cursor.executemany(self.statement, self.rows)
