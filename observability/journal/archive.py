"""Sealed journals: where the object of a session lies, and what of it is remembered in its row."""

import hashlib
from datetime import UTC
from uuid import uuid4

from observability.journal.archive_format import DamagedArchive, unpacked
from observability.models import Archive, Session
from observability.records import Record
from observability.storage import objects
from observability.storage.bucket import MissingFile

SUFFIX = ".jsonl.zst"
CONTENT_TYPE = "application/zstd"
DIGEST_BYTES = 16
PREFIX = "archive/"
REMOVE_OBSOLETE = "remove-obsolete-archives"
REDACT_SEALED = "redact-sealed"


class ArchiveLost(Exception):
    """The storage answers, and does not have the session's records, or not as they were written."""


def new_key(session: Session, *, revision: int) -> str:
    """Of this attempt alone, made of ids and the day of the first receipt: a layout that engines for buckets know."""
    return f"{prefix_of(session)}{revision}-{uuid4().hex[:8]}{SUFFIX}"


def prefix_of(session: Session) -> str:
    """What the keys of its revisions begin with."""
    day = session.first_received_at.astimezone(UTC).date().isoformat()
    return f"{PREFIX}project={session.project_id}/date={day}/{session.public_id}/"


def archived_records(archive: Archive) -> list[Record]:
    """Raises MissingFile, ArchiveLost if it is damaged, and StorageFailed."""
    return records_in(archive.name, archive)


def records_in(name: str, archive: Archive) -> list[Record]:
    """Of the object that the row's digest is of. Raises as `archived_records`."""
    try:
        return unpacked(content_of(name, archive))
    except DamagedArchive as fault:
        raise ArchiveLost(f"{name}: {fault}") from fault


def content_of(name: str, archive: Archive) -> bytes:
    """Of the object that the row's digest is of. Raises MissingFile, ArchiveLost and StorageFailed."""
    content = objects.read(name)
    if hashlib.sha256(content).digest() != bytes(archive.sha256):
        raise ArchiveLost(f"{name} is not what was written.")
    return content


def is_sealed_in(session_id: int, digest: bytes) -> bool:
    """Whether a batch with this digest has been sealed."""
    return digest in sealed_digests(session_id)


def sealed_digests(session_id: int) -> list[bytes]:
    digests = Archive.objects.filter(session_id=session_id).values_list("digests", flat=True).first()
    known = bytes(digests or b"")
    return [known[at : at + DIGEST_BYTES] for at in range(0, len(known), DIGEST_BYTES)]


def remove_obsolete(session_id: int) -> None:
    """For the Job as well: earlier revisions go, whose records are in a later one or were withdrawn. May run twice.

    Raises StorageFailed.
    """
    archive = Archive.objects.filter(session_id=session_id).first()
    if archive is None:
        return
    for name in archive.obsolete:
        objects.remove(name)
    # Only if no other revision became obsolete meanwhile; that one's own call comes after.
    Archive.objects.filter(pk=archive.pk, obsolete=archive.obsolete).update(obsolete=[])


def names_in(archive: Archive) -> list[str]:
    """All objects that hold, or may hold, records of its session."""
    return [
        name for name in [archive.name, archive.withheld, *archive.obsolete, *archive.being_written] if name
    ]


__all__ = [
    "ArchiveLost",
    "MissingFile",
    "archived_records",
    "is_sealed_in",
    "names_in",
    "new_key",
    "remove_obsolete",
]
