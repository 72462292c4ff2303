"""Finds or begins the session that records belong to."""

import hashlib
from datetime import timedelta

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from observability.journal.append import (
    HeldSession,
    has_session_without_job,
    session_of_id,
    session_of_job,
)
from observability.limits import MAX_SESSION_S
from observability.models import Session
from projects.models import Project

NS_PER_S = 1_000_000_000


def begin_session(project: Project, *, job_id: str, room_id: str, started_ns: int | None) -> HeldSession:
    """Begin the job's session, or take over the one that a recording without a job id began for its room."""
    lock_room(project, room_id)
    orphan = None
    if job_id and room_id and has_session_without_job(project.pk, room_id):
        orphan = session_of_room(project, room_id, started_ns, job_id="")
    if orphan is not None:
        orphan.job_id = job_id
        orphan.save(update_fields=["job_id"])
        return session_of_id(orphan.pk)
    # Another connection may begin the same session at this moment; one of the two rows stays.
    made = Session.objects.bulk_create(
        [new_session(project, job_id, room_id, started_ns)], ignore_conflicts=True
    )
    if job_id:
        found = session_of_job(project.pk, job_id)
        if found is None:
            raise Session.DoesNotExist(f"The session of job {job_id} went away while it began.")
        return found
    return session_of_id(Session.objects.get(public_id=made[0].public_id).pk)


def session_of_recording(project: Project, room_id: str, started_ns: int) -> HeldSession | None:
    """The room's session nearest to a recording that does not name its job (docs/contract.md §9.1)."""
    lock_room(project, room_id)
    nearest = session_of_room(project, room_id, started_ns or None)
    return session_of_id(nearest.pk) if nearest else None


def session_of_room(
    project: Project, room_id: str, started_ns: int | None, *, job_id: str | None = None
) -> Session | None:
    """The session of the room that began nearest to `started_ns`, or the newest if that is unknown."""
    if not room_id:
        return None
    sessions = Session.objects.for_project(project).filter(room_id=room_id).order_by("-id")
    if job_id is not None:
        sessions = sessions.filter(job_id=job_id)
    candidates = list(sessions[:50])
    if started_ns is None:
        return candidates[0] if candidates else None
    distances = {s: abs((s.started_ns or started_ns) - started_ns) for s in candidates}
    near = [s for s in candidates if distances[s] <= MAX_SESSION_S * NS_PER_S]
    return min(near, key=lambda s: distances[s], default=None)


def new_session(project: Project, job_id: str, room_id: str, started_ns: int | None) -> Session:
    """Its death date is fixed here, on the database's clock, and never moved."""
    privacy = project.privacy
    on = {
        "audio": privacy.audio,
        "transcript": privacy.transcripts,
        "traces": privacy.traces,
        "logs": privacy.logs,
    }
    return Session(
        project=project,
        job_id=job_id,
        room_id=room_id,
        started_ns=started_ns,
        first_received_at=Now(),
        last_received_at=Now(),
        expires_at=Now() + timedelta(days=project.plan.retention_days),
        switched_off=[signal for signal, kept in on.items() if not kept],
        is_redacted=privacy.redaction,
        in_model_improvement=settings.MODEL_IMPROVEMENT and project.plan.in_model_improvement,
    )


def lock_room(project: Project, room_id: str) -> None:
    """So that a recording without a job id and the first spans of its job, arriving at once, find one another.

    SQLite's transactions are serial anyway.
    """
    if connection.vendor != "postgresql" or not room_id:
        return
    digest = hashlib.blake2b(f"{project.pk} {room_id}".encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest, signed=True)])
