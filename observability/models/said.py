"""What was said, to find sessions by: docs/decisions/0023-words-are-found-in-their-own-rows.md."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from observability.models.facts import Fact


class WordsField(models.TextField[str, str]):
    """Words with one blank between two, and a line end between two blanks where a line ends.

    They are letters and digits alone: nothing of them is quoted or escaped.
    """


@WordsField.register_lookup
class HoldAll(models.Lookup[Sequence[str]]):
    """`words__hold_all=["refu", "order"]`: in one line, each begins one of the words. Reads the whole text.

    Positions of texts are found several times as fast as by LIKE.
    """

    lookup_name = "hold_all"
    prepare_rhs = False
    is_each_sought_first = True

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return self.each(compiler, connection, position="INSTR", in_one_line="REGEXP")

    def as_postgresql(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper
    ) -> tuple[str, tuple[Any, ...]]:
        return self.each(compiler, connection, position="STRPOS", in_one_line="~")

    def each(
        self, compiler: SQLCompiler, connection: BaseDatabaseWrapper, *, position: str, in_one_line: str
    ) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        text = f"(' ' || {column})"
        wanted = [f" {word}" for word in self.rhs] if self.is_each_sought_first else []
        conditions = [f"{position}({text}, %s) > 0"] * len(wanted)
        if len(self.rhs) > 1 or not wanted:
            conditions.append(f"{text} {in_one_line} %s")
            wanted.append(pattern_of(self.rhs))
        return f"({' AND '.join(conditions)})", tuple(
            part for pattern in wanted for part in (*params, pattern)
        )


@WordsField.register_lookup
class HoldTogether(HoldAll):
    """`words__hold_together`: the same, faster where most rows have all words in one line or another."""

    lookup_name = "hold_together"
    is_each_sought_first = False


def pattern_of(words: Sequence[str]) -> str:
    """All in one line, for Python and PostgreSQL alike. Two in either order are found faster without looking ahead."""
    if len(words) == 2:
        one, other = words
        return rf" {one}[^\n]* {other}| {other}[^\n]* {one}"
    return r"(^|\n)" + "".join(rf"(?=[^\n]* {word})" for word in words)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked up in a project."""

    project_id: int
    words: Sequence[str]
    is_begun: bool = True
    """Words are found by their beginnings."""


@WordsField.register_lookup
class AreIndexed(models.Lookup[Wanted]):
    """`words__are_indexed=Wanted(project.pk, ["refu", "order"])`: in one row, by the GIN index of such a column.

    PostgreSQL only. Each word has its project's key before it, so that none has to pass by the words of another.
    The function is our own, and only tells the database what it costs where no index is used: much.
    """

    lookup_name = "are_indexed"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        suffix = ":*" if self.rhs.is_begun else ""
        query = " & ".join(f"'{self.rhs.project_id}:{word}'{suffix}" for word in self.rhs.words)
        return f"observability_words({table}.project_id, {column}) @@ %s::tsquery", (*params, query)


class SaidLine(Fact):
    """Some lines of the transcript. Only to be found by: they are read where the session is."""

    words = WordsField()

    class Meta:
        indexes = [models.Index(fields=["project", "expires_at"], name="said_line_of_project")]
