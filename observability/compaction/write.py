"""Writes a part: its sessions as lines of JSON on this server's disk, then as Parquet in the storage.

For the Job; may run twice, since a part's files have one name each. A reader of the storage may see a part's files
before the row says that they are whole: each of them is, and no other part has the same sessions.
"""

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import disk_usage
from typing import IO

import orjson
from django.db.models import QuerySet, Sum
from django.db.models.functions import Now

from observability.compaction.engine import Lines, convert
from observability.compaction.rows import (
    FACTS,
    TABLE_OF,
    Row,
    head_of,
    row_of,
    row_of_session,
    rows_of_facts,
)
from observability.compaction.tables import SESSIONS, SUFFIX, TABLES, Columns, key_of
from observability.jobs import NotYet
from observability.journal.archive import ArchiveLost, MissingFile, archived_records
from observability.limits import MAX_RECORDING_BYTES
from observability.models import Archive, CompactedPart, Session
from observability.recordings import files, spool
from observability.records import Record
from observability.storage import objects

logger = logging.getLogger(__name__)

LINES_TO_ARCHIVE = 60
"""How much larger the lines of a session may be than its archive: 40 times, of usual ones (`benchmarks/parquet.py`)."""
SPARE_BYTES = 2 * MAX_RECORDING_BYTES
"""Of the disk that is left alone: the next uploads go there, and they are worth more."""


class NoRoom(NotYet):
    """The disk would be full."""


@dataclass(slots=True)
class Table:
    """While it is written."""

    file: IO[bytes]
    path: Path
    target: Path
    rows: int = 0
    longest_bytes: int = 0

    def write(self, row: Row) -> None:
        line = orjson.dumps(row) + b"\n"
        self.file.write(line)
        self.rows += 1
        self.longest_bytes = max(self.longest_bytes, len(line))

    def as_lines(self, columns: Columns) -> Lines:
        self.file.flush()
        return Lines(self.path, self.target, columns, self.longest_bytes)


def write_part(part_id: int) -> None:
    """Raises NotYet while the storage is down, the disk is full or DuckDB is not there."""
    part = CompactedPart.objects.filter(pk=part_id).first()
    if part is None or not wanted(part).exists():
        return
    look_for_room(part)
    with ExitStack() as stack:
        tables = {name: stack.enter_context(opened_table()) for name in TABLES}
        records = sum(write_session(session, tables) for session in sessions_of(part))
        written = {name: table for name, table in tables.items() if table.rows}
        convert([table.as_lines(TABLES[name]) for name, table in written.items()])
        finish(part, {name: table.target for name, table in written.items()}, records)


def wanted(part: CompactedPart) -> QuerySet[CompactedPart]:
    """It, unless somebody has written it or one of its sessions is not what it was."""
    return CompactedPart.objects.filter(pk=part.pk, is_void=False, state=CompactedPart.State.WAITING)


def look_for_room(part: CompactedPart) -> None:
    spool.incoming_dir().mkdir(parents=True, exist_ok=True)
    sealed = Archive.objects.filter(session__in=part.members.values("session"))
    expected = (sealed.aggregate(all=Sum("size_bytes"))["all"] or 0) * LINES_TO_ARCHIVE
    free_bytes = disk_usage(spool.incoming_dir()).free
    if expected + SPARE_BYTES > free_bytes:
        raise NoRoom(f"{free_bytes} bytes are free.")


@contextmanager
def opened_table() -> Iterator[Table]:
    """What a killed worker leaves of it is found as forsaken, as uploads are."""
    with spool.passing_file(".jsonl") as path, path.open("wb") as file:
        target = path.with_suffix(SUFFIX)
        try:
            yield Table(file, path, target)
        finally:
            target.unlink(missing_ok=True)


def sessions_of(part: CompactedPart) -> Iterator[Session]:
    """One after the other: only one of them stands in memory. One that has expired meanwhile is left out."""
    members = part.members.order_by("session__first_received_at", "session")
    for session_id in list(members.values_list("session", flat=True)):
        session = Session.objects.filter(pk=session_id, expires_at__gt=Now()).first()
        if session is not None:
            yield session


def write_session(session: Session, tables: Mapping[str, Table]) -> int:
    """How many records it has."""
    head, records = head_of(session), 0
    for record in records_of(session):
        if record["signal"] in TABLE_OF:
            name, columns = TABLE_OF[record["signal"]]
            tables[name].write(head | row_of(record, columns))
            records += 1
    tables["sessions"].write(head | row_of_session(session, SESSIONS))
    for name in FACTS:
        for row in rows_of_facts(session, name):
            tables[name].write(head | row)
    return records


def records_of(session: Session) -> list[Record]:
    """One whose object is lost has its facts alone. If it was sealed anew, the part is void. Raises StorageFailed."""
    try:
        return archived_records(Archive.objects.get(session=session))
    except (Archive.DoesNotExist, ArchiveLost, MissingFile) as fault:
        logger.warning("Session %s has no records for Parquet (%s).", session.pk, type(fault).__name__)
        return []


def finish(part: CompactedPart, made: Mapping[str, Path], records: int) -> None:
    """If the part became void meanwhile, what was put here goes again."""
    keys, size_bytes = [], 0
    for table, path in made.items():
        if not wanted(part).exists():
            break
        keys.append(key_of(table, part.project_id, part.day.isoformat(), str(part.public_id)))
        size_bytes += path.stat().st_size
        files.put_object(path, keys[-1])
    is_written = wanted(part).update(
        state=CompactedPart.State.READY,
        keys=keys,
        record_count=records,
        size_bytes=size_bytes,
        written_at=Now(),
    )
    if not is_written and not CompactedPart.objects.filter(pk=part.pk, is_void=False).exists():
        for key in part.keys:
            objects.remove(key)
