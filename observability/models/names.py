"""Names of sessions, to look up a part of one: docs/decisions/0023-words-are-found-in-their-own-rows.md."""

from dataclasses import dataclass
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models.sql.compiler import SQLCompiler

from observability.models.facts import Fact

PIECE_CHARS = 3
"""Of the longest pieces that the index holds; those of one and two are there for texts as short."""
MAX_CHARS_ASKED = 60
"""Of a text that is looked up; few sessions have as much of it in their names."""


class NamesField(models.TextField[str, str]):
    """Names with a line end between two."""


@dataclass(frozen=True, slots=True)
class Part:
    """Of a name in a project."""

    project_id: int
    text: str


@NamesField.register_lookup
class HoldPiecesOf(models.Lookup[Part]):
    """`names__hold_pieces_of=Part(project.pk, "clin")`: all of them, in any order. Whoever asks reads the names too.

    PostgreSQL only, by the index `session_names_pieces`. Each piece has its project's key before it, so that none has
    to pass by those of another. The function is our own, and core alone is needed.
    """

    lookup_name = "hold_pieces_of"
    prepare_rhs = False

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        column, params = self.process_lhs(compiler, connection)
        table = column.rpartition(".")[0]
        text = self.rhs.text[:MAX_CHARS_ASKED]
        asked = (self.rhs.project_id, text, min(len(text), PIECE_CHARS))
        return (
            f"observability_pieces({table}.project_id, {column}, 1) @> observability_pieces(%s, %s, %s)",
            (*params, *asked),
        )


class SessionNames(Fact):
    """Those that a session had when it was over."""

    names = NamesField()

    class Meta:
        indexes = [models.Index(fields=["project", "expires_at"], name="session_names_of_project")]
