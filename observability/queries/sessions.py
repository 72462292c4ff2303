"""Reads of sessions for pages and API. Everything begins at a project from projects.access."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from observability.models import Session
from projects.models import Project


@dataclass(frozen=True, slots=True)
class SessionPage:
    rows: list[Session]
    next_cursor: str | None
    """Where the next, older page begins; None at the end."""
    live_count: int


class BadCursor(Exception):
    """The cursor is not one that a page gave."""


def session_rows(
    project: Project,
    *,
    status: str = "",
    agent: str = "",
    room: str = "",
    text: str = "",
    before: str | None = None,
    limit: int = 50,
) -> SessionPage:
    """The project's sessions, newest first. Index: session_newest_first. Raises BadCursor."""
    all_of_project = Session.objects.for_project(project)
    sessions = all_of_project.filter(matching(status=status, agent=agent, room=room, text=text))
    if before:
        at, pk = parsed_cursor(before)
        sessions = sessions.filter(Q(first_received_at__lt=at) | Q(first_received_at=at, pk__lt=pk))
    rows = list(sessions.order_by("-first_received_at", "-pk")[: limit + 1])
    next_cursor = cursor_of(rows[limit - 1]) if len(rows) > limit else None
    return SessionPage(rows[:limit], next_cursor, all_of_project.filter(status=Session.Status.LIVE).count())


def session_in(project: Project, public_id: UUID) -> Session:
    """The project's session. A foreign one gets the same Http404 as one that never was."""
    session = (
        Session.objects.for_project(project).select_related("project").filter(public_id=public_id).first()
    )
    if session is None:
        raise Http404
    return session


def agents_of(project: Project) -> list[str]:
    """Names of the agents that sessions of the project have had, for a filter."""
    names = Session.objects.for_project(project).exclude(agent_name="").values_list("agent_name", flat=True)
    return sorted(set(names.order_by().distinct()[:100]))


def matching(*, status: str, agent: str, room: str, text: str) -> Q:
    wanted = Q()
    if status:
        wanted &= Q(status=status)
    if agent:
        wanted &= Q(agent_name=agent)
    if room:
        wanted &= Q(room_name=room) | Q(room_id=room)
    if text:
        wanted &= (
            Q(job_id__icontains=text)
            | Q(room_name__icontains=text)
            | Q(room_id__icontains=text)
            | Q(agent_name__icontains=text)
            | Q(participant__icontains=text)
        )
    return wanted


def cursor_of(session: Session) -> str:
    return (
        base64.urlsafe_b64encode(f"{session.first_received_at.isoformat()} {session.pk}".encode())
        .decode()
        .rstrip("=")
    )


def parsed_cursor(cursor: str) -> tuple[datetime, int]:
    try:
        text = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        at, _, pk = text.rpartition(" ")
        return datetime.fromisoformat(at), int(pk)
    except (ValueError, binascii.Error):
        raise BadCursor("The cursor is not one of this list's.") from None
