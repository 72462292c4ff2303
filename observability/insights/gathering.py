"""Many values of one group in one answer of the database: the same on SQLite and PostgreSQL."""

import json
from collections.abc import Sequence
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Aggregate, Field, FloatField, TextField
from django.db.models.sql.compiler import SQLCompiler

SqlAndParams = tuple[str, Any]


class Joined(Aggregate):
    """Binary fields behind one another, in any order of the rows."""

    function = "STRING_AGG"
    template = "%(function)s(%(expressions)s, ''::bytea)"
    output_field: Field[Any, Any] = TextField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> SqlAndParams:
        return self.as_sql(compiler, connection, template="GROUP_CONCAT(HEX(%(expressions)s), '')")

    def convert_value(self, value: Any, *_: Any) -> bytes:
        return bytes.fromhex(value) if isinstance(value, str) else bytes(value or b"")


class Gathered(Aggregate):
    """Numbers, those that are not known left out."""

    function = "ARRAY_AGG"
    output_field: Field[Any, Any] = FloatField()

    def as_sqlite(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, **_: Any) -> SqlAndParams:
        return self.as_sql(compiler, connection, function="JSON_GROUP_ARRAY")

    def convert_value(self, value: Any, *_: Any) -> Sequence[float]:
        values = json.loads(value) if isinstance(value, str) else value or []
        return [number for number in values if number is not None]
