"""What was said, to find sessions by: docs/decisions/0023-words-are-found-in-their-own-rows.md."""

from collections.abc import Sequence
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from observability.models.facts import Fact


class WordsField(models.TextField[str, str]):
    """Words as `observability.timeline.said.words_in` gives them, with one blank between two."""


@WordsField.register_lookup
class HoldAll(models.Lookup[Sequence[str]]):
    """`words__hold_all=["refu", "order"]`: each begins one of the words, which are neither quoted nor escaped."""

    lookup_name = "hold_all"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        patterns = [f"% {word}%" for word in self.rhs]
        each = " AND ".join([f"(' ' || {column}) LIKE %s"] * len(patterns))
        return f"({each})", tuple(part for pattern in patterns for part in (*params, pattern))

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        """As the index `said_line_words` has it, or it would not be used."""
        column, params = self.process_lhs(compiler, connection)
        query = " & ".join(f"'{word}':*" for word in self.rhs)
        return f"array_to_tsvector(string_to_array({column}, ' ')) @@ %s::tsquery", (*params, query)


class SaidLine(Fact):
    """One line of the transcript; of a long one a part. Only to be found by: it is read where the session is."""

    words = WordsField()

    class Meta:
        indexes = [models.Index(fields=["project", "expires_at"], name="said_line_of_project")]
