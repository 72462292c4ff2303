"""The sessions of an export, as long as all of them may be seen."""

import hashlib
from collections.abc import Iterable

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Now

from observability.models import Export, Session
from observability.queries.records import recordings_of


def sessions_of(export: Export) -> list[Session] | None:
    """In the order in which they came. None once one of them is gone or has expired: then the export is void."""
    if export.project is None:
        return None
    living = Session.objects.for_project(export.project).filter(exports=export)
    sessions = list(living.select_related("project").order_by("pk"))
    return sessions if len(sessions) == export.session_count else None


def version_of(sessions: Iterable[Session]) -> str:
    """Another one means that a zip made now would hold something else."""
    states = [
        (
            str(session.public_id),
            session.cursor,
            session.status,
            session.is_redacted,
            sorted(recordings_of(session).values_list("revision", "duration_ms", "channels", "problem")),
        )
        for session in sorted(sessions, key=lambda session: session.pk)
    ]
    return hashlib.sha256(repr(states).encode()).hexdigest()


def with_living_sessions(exports: QuerySet[Export]) -> QuerySet[Export]:
    """Each with `living`, the number of its sessions that may be seen."""
    return exports.annotate(living=Count("sessions", filter=Q(sessions__expires_at__gt=Now())))
