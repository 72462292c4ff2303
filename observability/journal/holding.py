"""Which files of the storage are sealed journals, and what it means when one is missing."""

from collections.abc import Collection, Iterator
from uuid import UUID

from observability.journal.archive import PREFIX, names_in, prefix_of
from observability.models import Archive, Session

ROWS_AT_ONCE = 500


class ArchiveHolding:
    """As `retention.holdings` asks of every room."""

    prefix = PREFIX
    is_backed_up = True

    def prefix_of(self, session: Session) -> str:
        return prefix_of(session)

    def prefix_of_project(self, project_id: int) -> str:
        return f"{PREFIX}project={project_id}/"

    def claimed(self, keys: Collection[str]) -> set[str]:
        """Obsolete ones too: their own job removes them. What is just being sealed is too young to be looked at."""
        asked = set(keys)
        rows = Archive.objects.filter(
            session__public_id__in={session for key in asked if (session := _session_of(key))}
        )
        return {name for row in rows for name in names_in(row)} & asked

    def expected(self) -> Iterator[str]:
        last = 0
        while rows := list(
            Archive.objects.filter(pk__gt=last)
            .exclude(name="", withheld="")
            .order_by("pk")
            .values_list("pk", "name", "withheld")[:ROWS_AT_ONCE]
        ):
            yield from (name or withheld for _, name, withheld in rows)
            last = rows[-1][0]

    def note_lost(self, key: str) -> None:
        """Page and API find out by themselves, and say so."""

    def shown_lost(self) -> Iterator[str]:
        return iter(())

    def note_found(self, key: str) -> None:
        """There was nothing to note."""


ARCHIVES = ArchiveHolding()


def _session_of(key: str) -> UUID | None:
    try:
        return UUID(key.split("/")[-2])
    except (IndexError, ValueError):
        return None
