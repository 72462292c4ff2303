"""Reads sessions' records, wherever they lie: sealed ones in the storage, the others in the journal."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from config.statements import fetched
from observability.journal.append import BATCH_TABLE
from observability.journal.archive import ArchiveLost, archived_records
from observability.journal.codec import records_from, text_of
from observability.models import Archive, Batch, Session
from observability.records import Record
from observability.storage.bucket import MissingFile

AnyRow = TypeVar("AnyRow", "Row", Batch)
OF_SESSION = f"FROM {BATCH_TABLE} WHERE session_id = %(session_id)s"
ROW = f"SELECT seq, digest, payload, base_seq {OF_SESSION}"  # our own names
ROWS = f"{ROW} ORDER BY seq"
ROWS_FROM = f"""
    {ROW} AND seq >= %(first_seq)s UNION ALL
    {ROW} AND seq < %(first_seq)s AND seq IN (SELECT base_seq {OF_SESSION} AND seq >= %(first_seq)s)
    ORDER BY seq
"""  # our own names
DIGEST = f"SELECT digest FROM {BATCH_TABLE} WHERE session_id = %s AND seq = %s"  # noqa: S608  # our own names
"""Index of all of them: batch_numbered."""


def batches_of(session: Session) -> list[list[Record]]:
    """What is sealed as one list, then one list for each upload since, in order of arrival.

    Raises ArchiveLost, or StorageFailed while the storage cannot be reached.
    """
    try:
        return batches_now(session)
    except MissingFile:
        pass  # it may have been sealed anew since the row was read
    try:
        return batches_now(session)
    except MissingFile as fault:
        raise ArchiveLost(f"{fault} is not in the storage.") from fault


def batches_now(session: Session) -> list[list[Record]]:
    """The journal is read first: what is sealed meanwhile is then in both, and passed over."""
    rows = rows_of(session)
    is_all = not session.sealed_seq and is_whole(rows, session.cursor)
    archive = None if is_all else Archive.objects.filter(session=session).first()
    if archive is not None and not archive.name:
        # It may have been opened again since the rows were read: they hold all of it now.
        rows, archive = rows_of(session), None
    if archive is None:
        return [records_from(text) for _, text in texts_of(rows)]
    later = [row for row in rows if row.seq > archive.through_seq]
    return [archived_records(archive), *(records_from(text) for _, text in texts_of(later))]


@dataclass(frozen=True, slots=True)
class Place:
    """Up to where a journal was read. After a restore, or on a promoted standby, another upload may have its number."""

    seq: int
    digest: bytes
    """b"" before the first upload."""


@dataclass(frozen=True, slots=True)
class Later:
    """One list for each upload."""

    place: Place
    """Of the last of them."""
    batches: list[list[Record]]


def place_of(session: Session) -> Place:
    found = fetched(DIGEST, [session.pk, session.cursor])
    return Place(session.cursor, bytes(found[0][0]) if found else b"")


def later_batches_of(session: Session, after: Place) -> Later | None:
    """Those after that place, at least up to the cursor.

    None if the upload at the place is not the one that was there, and of a session that has been sealed.
    """
    rows = rows_from(session.pk, after.seq)
    places = [Place(row.seq, row.digest) for row in rows if row.seq >= after.seq]
    if after.seq == 0:
        places.insert(0, after)
    is_whole = [place.seq for place in places] == list(range(after.seq, after.seq + len(places)))
    if session.sealed_seq or not is_whole or places[:1] != [after] or places[-1].seq < session.cursor:
        return None
    texts = texts_of(rows, first_seq=after.seq + 1)
    return Later(places[-1], [records_from(text) for _, text in texts])


@dataclass(frozen=True, slots=True)
class Row:
    """A batch, without what readers do not ask for."""

    seq: int
    digest: bytes
    payload: bytes
    base_seq: int | None


def rows_of(session: Session) -> list[Row]:
    return rows_in(ROWS, {"session_id": session.pk})


def rows_from(session_id: int, first_seq: int) -> list[Row]:
    """With this number or a later one, and before them those that they lean on, as all were at one moment."""
    return rows_in(ROWS_FROM, {"session_id": session_id, "first_seq": first_seq})


def rows_in(statement: str, parameters: dict[str, int]) -> list[Row]:
    return [
        Row(seq, bytes(digest), bytes(payload), base_seq)
        for seq, digest, payload, base_seq in fetched(statement, parameters)
    ]


def is_whole(rows: list[Row], cursor: int) -> bool:
    """Numbers have no gaps."""
    return len(rows) >= cursor and (not rows or rows[0].seq == 1)


def texts_of(rows: Sequence[Row], *, first_seq: int = 1) -> Iterator[tuple[int, bytes]]:
    """The lines of each batch from that number on, with its number. Raises as `with_text`."""
    bases = {row.base_seq for row in rows if row.base_seq and row.seq >= first_seq}
    needed = [row for row in rows if row.seq >= first_seq or row.seq in bases]
    return ((row.seq, text) for row, text in with_text(needed, bases) if row.seq >= first_seq)


def batches_with_text(session_id: int) -> Iterator[tuple[Batch, bytes]]:
    """A few at a time. Raises as `with_text`."""
    batches = Batch.objects.filter(session_id=session_id)
    bases = set(batches.filter(base_seq__gt=0).values_list("base_seq", flat=True).distinct())
    return with_text(batches.order_by("seq").iterator(chunk_size=20), bases)


def with_text(batches: Iterable[AnyRow], bases: Collection[int | None]) -> Iterator[tuple[AnyRow, bytes]]:
    """Each with its lines; none comes before the one that it leans on.

    Raises ArchiveLost if that is not there, ValueError if a payload is damaged.
    """
    texts: dict[int, bytes] = {}
    for batch in batches:
        if batch.base_seq and batch.base_seq not in texts:
            raise ArchiveLost(f"Upload {batch.seq} leans on {batch.base_seq}, which is not in the journal.")
        text = text_of(bytes(batch.payload), texts[batch.base_seq] if batch.base_seq else None)
        if batch.seq in bases:
            texts[batch.seq] = text
        yield batch, text
