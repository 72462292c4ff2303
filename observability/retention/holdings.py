"""Which room holds which files. A room that keeps files says so here; what nobody holds is never touched."""

from collections.abc import Collection, Iterator
from typing import Protocol, cast

from django.utils.module_loading import import_string

from observability.models import Session


class Holding(Protocol):
    """A room's files. Keys are as the storage has them."""

    @property
    def prefix(self) -> str:
        """What all its keys begin with: "recordings/"."""

    @property
    def is_backed_up(self) -> bool:
        """Whether a backup has its files. What people can ask for anew is left out."""

    def prefix_of(self, session: Session) -> str | None:
        """What the keys of this session begin with, and no other session's. None where files hold several."""

    def prefix_of_project(self, project_id: int) -> str:
        """What the keys of this project begin with, and no other project's."""

    def claimed(self, keys: Collection[str]) -> set[str]:
        """Those of `keys` that a row accounts for, or is about to."""

    def expected(self) -> Iterator[str]:
        """Every key that a row says is there."""

    def note_lost(self, key: str) -> None:
        """Show that the file is missing. May run twice."""

    def shown_lost(self) -> Iterator[str]:
        """The keys that are shown as missing."""

    def note_found(self, key: str) -> None:
        """Show it as missing no more: it has come back."""


COMPACTED = (
    *("SESSIONS", "SPANS", "LOGS", "METRICS"),
    *("TURNS", "TOOLS", "MODELS", "ERRORS", "VERDICTS"),
)
HOLDINGS = [
    *(f"observability.compaction.holding.{table}" for table in COMPACTED),
    "observability.exports.holding.EXPORTS",
    "observability.journal.holding.ARCHIVES",
    "observability.recordings.holding.RECORDINGS",
]
"""By name, because rooms beside this one may not be imported."""


def holdings() -> list[Holding]:
    return [cast(Holding, import_string(name)) for name in HOLDINGS]


def prefixes_of(session: Session) -> list[str]:
    """Below which everything is this session's."""
    return [prefix for holding in holdings() if (prefix := holding.prefix_of(session))]


def prefixes_of_project(project_id: int) -> list[str]:
    return [holding.prefix_of_project(project_id) for holding in holdings()]
