"""Opens a sealed journal again, because it must be changed: now, or as soon as its object can be read."""

import hashlib
import math
from collections import Counter
from collections.abc import Hashable, Sequence

from django.db.models.functions import Now
from django.utils import timezone

from observability import jobs
from observability.journal.archive import (
    DIGEST_BYTES,
    REDACT_SEALED,
    REMOVE_OBSOLETE,
    ArchiveLost,
    MissingFile,
    records_in,
)
from observability.journal.codec import encode
from observability.journal.compacted import withdraw
from observability.models import Archive, Batch, Session
from observability.records import Record
from observability.timeline.dedupe import look_of


def reopen(session_id: int) -> None:
    """Put sealed records back into the journal, within the caller's transaction, which holds the session.

    The object is obsolete from then on, as is Parquet that holds the session, and removed by a Job. Of one that is
    lost nothing comes back. Raises StorageFailed.
    """
    withdraw([session_id])
    archive = Archive.objects.filter(session_id=session_id).first()
    if archive is None:
        return
    if not archive.name:
        forsake_attempts(archive)
        return
    put_back(archive, records_or_none(archive.name, archive))
    archive.obsolete = [*archive.obsolete, archive.name, *archive.being_written]
    archive.name, archive.being_written = "", []
    archive.save(update_fields=["obsolete", "name", "being_written"])
    Session.objects.filter(pk=session_id).update(is_sealed=False)
    jobs.submit(REMOVE_OBSOLETE, session_id)


def withhold(session_id: int) -> None:
    """Instead of `reopen`, while the storage is out of reach: nobody reads what was sealed until a Job redacts it.

    Within the caller's transaction, which holds the session.
    """
    withdraw([session_id])
    archive = Archive.objects.get(session_id=session_id)
    archive.withheld, archive.name = archive.name, ""
    archive.save(update_fields=["withheld", "name"])
    forsake_attempts(archive)
    Session.objects.filter(pk=session_id).update(is_sealed=False)
    jobs.submit(REDACT_SEALED, session_id)


def is_withheld(session_id: int) -> bool:
    return Archive.objects.filter(session_id=session_id).exclude(withheld="").exists()


def withheld_records(session_id: int) -> tuple[Archive, list[Record]] | None:
    """Read before the session is held. None if nothing is withheld. Raises StorageFailed."""
    archive = Archive.objects.filter(session_id=session_id).exclude(withheld="").first()
    return (archive, records_or_none(archive.withheld, archive)) if archive else None


def give_back(archive: Archive, records: Sequence[Record]) -> bool:
    """Within the caller's transaction, which redacts them. False if the session went, or somebody else was first."""
    held = Session.objects.select_for_update().filter(pk=archive.session_id, expires_at__gt=Now())
    if not held.exists():
        return False
    now = Archive.objects.filter(pk=archive.pk, withheld=archive.withheld).first()
    if now is None:
        return False
    put_back(now, records)
    now.obsolete, now.withheld = [*now.obsolete, now.withheld], ""
    now.save(update_fields=["obsolete", "withheld"])
    jobs.submit(REMOVE_OBSOLETE, archive.session_id)
    return True


def records_or_none(name: str, archive: Archive) -> list[Record]:
    """Of an object that is lost nothing comes back. Raises StorageFailed."""
    try:
        return records_in(name, archive)
    except (ArchiveLost, MissingFile):
        return []


def put_back(archive: Archive, records: Sequence[Record]) -> None:
    parts = parts_of(records, at_most=archive.through_seq)
    session = Session.objects.only("project_id").get(pk=archive.session_id)
    Batch.objects.bulk_create(
        part_of_archive(archive, session.project_id, seq, part) for seq, part in enumerate(parts, start=1)
    )


def parts_of(records: Sequence[Record], *, at_most: int) -> list[list[Record]]:
    """Of about the same size. Log lines that look alike stay together: of equal ones in several batches only as many
    count as one of them has."""
    size = max(1, math.ceil(len(records) / at_most))
    parts: list[list[Record]] = []
    part_of_look: dict[Hashable, list[Record]] = {}
    for record in records:
        look = look_of(record) if record["signal"] == "log" else None
        if look in part_of_look:
            part_of_look[look].append(record)
            continue
        if not parts or len(parts[-1]) >= size:
            parts.append([])
        parts[-1].append(record)
        if look is not None:
            part_of_look[look] = parts[-1]
    return parts


def forsake_attempts(archive: Archive) -> None:
    """What is just being written holds what must not be kept."""
    if archive.being_written:
        archive.obsolete, archive.being_written = [*archive.obsolete, *archive.being_written], []
        archive.save(update_fields=["obsolete", "being_written"])
        jobs.submit(REMOVE_OBSOLETE, archive.session_id)


def part_of_archive(archive: Archive, project_id: int, seq: int, records: Sequence[Record]) -> Batch:
    [(signal, _)] = Counter(record["signal"] for record in records).most_common(1)
    named = f"part {seq} of revision {archive.revision} of session {archive.session_id}"
    return Batch(
        project_id=project_id,
        session_id=archive.session_id,
        seq=seq,
        signal=SIGNALS[signal],
        digest=hashlib.blake2b(named.encode(), digest_size=DIGEST_BYTES).digest(),
        payload=encode(records),
        record_count=len(records),
        received_at=archive.sealed_at or timezone.now(),
    )


SIGNALS = {
    "span": "traces",
    "log": "logs",
    "metric": "metrics",
    "chat_item": "recording",
    "recording_header": "recording",
}
