"""Reads sessions' records, wherever they lie: sealed ones in the storage, the others in the journal."""

from dataclasses import dataclass

from django.db.models import Q

from observability.journal.archive import ArchiveLost, archived_records
from observability.journal.codec import decode
from observability.models import Archive, Batch, Session, Signal
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


@dataclass(frozen=True, slots=True)
class Later:
    """One list for each upload."""

    seq: int
    """The last of them."""
    batches: list[list[Record]]


def later_batches_of(session: Session, seq: int, *, with_others_than_logs: bool = False) -> Later | None:
    """Those after number `seq`, at least up to the cursor, and if asked for all before that are not of logs.

    None of a session that has been sealed.
    """
    wanted = Q(seq__gt=seq) | ~Q(signal=Signal.LOGS) if with_others_than_logs else Q(seq__gt=seq)
    rows = list(Batch.objects.filter(wanted, session=session).order_by("seq").values_list("seq", "payload"))
    later = [found for found, _ in rows if found > seq]
    is_whole = later == list(range(seq + 1, seq + 1 + len(later))) and seq + len(later) >= session.cursor
    if not is_whole or session.sealed_seq:
        return None
    return Later(seq + len(later), [decode(bytes(payload)) for _, payload in rows])


def rows_of(session: Session) -> list[tuple[int, bytes | memoryview]]:
    return list(Batch.objects.filter(session=session).order_by("seq").values_list("seq", "payload"))
