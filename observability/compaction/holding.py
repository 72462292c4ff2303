"""Which files of the storage are Parquet, a table at a time."""

from collections.abc import Collection, Iterator
from pathlib import PurePosixPath
from uuid import UUID

from observability.compaction.tables import SUFFIX, folder_of, folder_of_project
from observability.journal.compacted import withdraw_parts
from observability.models import CompactedPart, Session


class TableHolding:
    """As `retention.holdings` asks of every room."""

    is_backed_up = False

    def __init__(self, table: str) -> None:
        self.table = table
        self.prefix = folder_of(table)

    def prefix_of(self, session: Session) -> None:
        """Its rows stand among those of others; `journal.compacted` takes them out."""

    def prefix_of_project(self, project_id: int) -> str:
        return folder_of_project(self.table, project_id)

    def claimed(self, keys: Collection[str]) -> set[str]:
        """Those of void parts too: their own job removes them."""
        names = {name for key in keys if (name := _part_of(key))}
        rows = CompactedPart.objects.filter(public_id__in=names).values_list("keys", flat=True)
        return {key for part in rows for key in part}.intersection(keys)

    def expected(self) -> Iterator[str]:
        ready = CompactedPart.objects.filter(state=CompactedPart.State.READY, is_void=False)
        for keys in ready.order_by("pk").values_list("keys", flat=True).iterator(500):
            yield from (key for key in keys if key.startswith(self.prefix))

    def note_lost(self, key: str) -> None:
        """It can be made anew, so it is."""
        if name := _part_of(key):
            withdraw_parts(CompactedPart.objects.filter(public_id=name).values_list("pk", flat=True))

    def shown_lost(self) -> Iterator[str]:
        return iter(())

    def note_found(self, key: str) -> None:
        """There was nothing to note."""


SESSIONS, SPANS, LOGS, METRICS, TURNS, TOOLS, MODELS, ERRORS, VERDICTS = map(
    TableHolding, ("sessions", "spans", "logs", "metrics", "turns", "tools", "models", "errors", "verdicts")
)


def _part_of(key: str) -> UUID | None:
    try:
        return UUID(PurePosixPath(key).name.removesuffix(SUFFIX))
    except ValueError:
        return None
