"""Queries that Django writes once for a process, and only what is asked for changes.

To write a query out of its models takes Django several times what a database needs to answer it, and its text cannot be
prepared (config/statements.py). The models are made of the answer as Django makes them, `select_related` included.
"""

from collections.abc import Sequence
from typing import Any, Generic, TypeVar

from django.db import connections
from django.db.models import Expression, Model, QuerySet
from django.db.models.query import get_related_populators

from config.statements import fetched

M = TypeVar("M", bound=Model)


class Given(Expression):
    """Stands in a query for what is told with each asking, by this name."""

    def __init__(self, name: str, kind: Any) -> None:
        """`kind`: the field that it is compared with."""
        super().__init__(output_field=kind)
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        return "%s", (self,)

    def value_in(self, given: dict[str, Any], connection: Any) -> Any:
        return self.output_field.get_db_prep_value(given[self.name], connection)


class Written(Generic[M]):
    """A query of one model, with nothing annotated to it."""

    def __init__(self, query: QuerySet[M]) -> None:
        # On a connection that is never opened: what is written outlives the thread that was the first to ask.
        compiler = query.query.get_compiler(connection=connections.create_connection(query.db))
        self.alias = query.db
        self.statement, self.parameters = compiler.as_sql()
        columns = [column for column, *_ in compiler.select]
        self.converters = [
            (at, convert, column)
            for at, (converters, column) in compiler.get_converters(columns).items()
            for convert in converters
        ]
        self.model: type[M] = compiler.klass_info["model"]
        own = compiler.klass_info["select_fields"]
        self.own = slice(own[0], own[-1] + 1)
        self.names = [column.target.attname for column in columns[self.own]]
        self.related = get_related_populators(compiler.klass_info, compiler.select, self.alias)  # type: ignore[call-arg]  # the stubs are Django 6's

    def first(self, **given: Any) -> M | None:
        """Of those that the query finds, for values of all that it leaves to be `Given`. None if it finds nothing."""
        connection = connections[self.alias]
        connection.close_if_health_check_failed()  # as Django's cursors do: a page may be the first after a restart
        parameters = [
            each.value_in(given, connection) if isinstance(each, Given) else each for each in self.parameters
        ]
        found = fetched(self.statement, parameters, answers_with_bytes=False)
        return self.made(found[0], connection) if found else None

    def made(self, values: Sequence[Any], connection: Any) -> M:
        row = list(values)
        for at, convert, column in self.converters:
            row[at] = convert(row[at], column, connection)
        made = self.model.from_db(self.alias, self.names, row[self.own])
        for related in self.related:
            related.populate(row, made)
        return made
