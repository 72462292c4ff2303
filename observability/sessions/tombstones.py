"""Remembers that a session was here, and nothing else about it, so that its late data begins none anew.

Looked up only where a session would begin or has expired: the usual upload pays nothing for it.
"""

from collections.abc import Sequence
from datetime import timedelta

from django.db.models import F
from django.db.models.functions import Now
from django.utils import timezone

from observability.journal.archive import sealed_digests
from observability.models import Batch, Session, Tombstone
from observability.sessions.deletions import note_sessions
from projects.secrets import fingerprint, fingerprints

LIFE = timedelta(days=40)
"""Longer than any plan keeps a session, so that a sender's own backlog of that time is still known as late."""


def job_name(job_id: str) -> str:
    return f"job {job_id}"


def room_name(room_id: str) -> str:
    """For recordings that do not name their job."""
    return f"room {room_id}"


def upload_name(digest: bytes) -> str:
    return f"upload {digest.hex()}"


def names_of(session: Session) -> list[str]:
    """Whatever data of this session could be known by when it comes late."""
    names = [job_name(session.job_id)] if session.job_id else uploads_of(session)
    if session.room_id:
        names.append(room_name(session.room_id))
    return names


def uploads_of(session: Session) -> list[str]:
    """A session without a job is one of recordings that named none: few, and known by nothing else if sent again."""
    digests = Batch.objects.filter(session=session).values_list("digest", flat=True)
    return [upload_name(digest) for digest in [*map(bytes, digests), *sealed_digests(session.pk)]]


def bury(sessions: Sequence[Session]) -> None:
    """May run twice. Their rows are held, and the stones come in one order: so nobody waits in a circle."""
    stones = set[tuple[int, bytes]]()
    deleted: list[tuple[Session, list[bytes]]] = []
    for session in sessions:
        digests = [fingerprint(_within(session.project_id, name)) for name in names_of(session)]
        stones.update((session.project_id, digest) for digest in digests)
        deleted.append((session, digests))
    Tombstone.objects.bulk_create(
        [
            Tombstone(project_id=project_id, digest=digest, buried_at=Now(), until=Now() + LIFE)
            for project_id, digest in sorted(stones)
        ],
        update_conflicts=True,
        unique_fields=["project", "digest"],
        update_fields=["until"],
    )
    note_sessions(deleted, stones_until=timezone.now() + LIFE)


def is_buried(project_id: int, name: str, *, late_records: int) -> bool:
    """Whether data of this name comes too late; it is counted then. Index: tombstone_once."""
    digests = fingerprints(_within(project_id, name))
    stones = Tombstone.objects.filter(project_id=project_id, digest__in=digests, until__gt=Now())
    return bool(stones.update(discarded_count=F("discarded_count") + late_records))


def _within(project_id: int, name: str) -> str:
    return f"{project_id} {name}"
