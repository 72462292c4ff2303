"""Reads sessions' records, wherever they lie: sealed ones in the storage, the others in the journal."""

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
    archive = Archive.objects.filter(session=session).first()
    if archive is None or not archive.name:
        if (
            archive is not None
        ):  # it may have been opened again since the rows were read: they hold all of it now
            rows = rows_of(session)
        return [decode(bytes(payload)) for _, payload in rows]
    later = [decode(bytes(payload)) for seq, payload in rows if seq > archive.through_seq]
    return [archived_records(archive), *later]


def later_batches_of(session: Session, seq: int) -> list[list[Record]] | None:
    """One list for each upload after number `seq`, at least up to the cursor; None if the journal lacks any."""
    rows = list(
        Batch.objects.filter(session=session, seq__gt=seq).order_by("seq").values_list("seq", "payload")
    )
    is_whole = [found for found, _ in rows] == list(range(seq + 1, seq + 1 + len(rows)))
    if not is_whole or seq + len(rows) < session.cursor:
        return None
    return [decode(bytes(payload)) for _, payload in rows]


def rows_of(session: Session) -> list[tuple[int, bytes | memoryview]]:
    return list(Batch.objects.filter(session=session).order_by("seq").values_list("seq", "payload"))
