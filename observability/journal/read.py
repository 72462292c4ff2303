"""Reads sessions' records, wherever they lie: sealed ones in the storage, the others in the journal."""

from dataclasses import dataclass

from observability.journal.archive import ArchiveLost, archived_records
from observability.journal.codec import decode
from observability.models import Archive, Batch, Session
from observability.records import Record
from observability.storage.bucket import MissingFile


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
        return [decode(bytes(payload)) for _, payload in rows]
    later = [decode(bytes(payload)) for seq, payload in rows if seq > archive.through_seq]
    return [archived_records(archive), *later]


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
    digest = (
        Batch.objects.filter(session=session, seq=session.cursor).values_list("digest", flat=True).first()
    )
    return Place(session.cursor, bytes(digest or b""))


def later_batches_of(session: Session, after: Place) -> Later | None:
    """Those after that place, at least up to the cursor.

    None if the upload at the place is not the one that was there, and of a session that has been sealed.
    """
    found = Batch.objects.filter(session=session, seq__gte=after.seq).order_by("seq")
    rows = list(found.values_list("seq", "digest", "payload"))
    places = [Place(seq, bytes(digest)) for seq, digest, _ in rows]
    if after.seq == 0:
        places.insert(0, after)
    is_whole = [place.seq for place in places] == list(range(after.seq, after.seq + len(places)))
    if session.sealed_seq or not is_whole or places[:1] != [after] or places[-1].seq < session.cursor:
        return None
    return Later(places[-1], [decode(bytes(payload)) for seq, _, payload in rows if seq > after.seq])


def is_whole(rows: list[tuple[int, bytes | memoryview]], cursor: int) -> bool:
    """Numbers have no gaps."""
    return len(rows) >= cursor and (not rows or rows[0][0] == 1)


def rows_of(session: Session) -> list[tuple[int, bytes | memoryview]]:
    return list(Batch.objects.filter(session=session).order_by("seq").values_list("seq", "payload"))
