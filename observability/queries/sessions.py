"""Reads of sessions for pages and API. Everything begins at a project from projects.access."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q
from django.http import Http404

from observability.models import Session
from projects.models import Project

MAX_CURSOR_DIGITS = 18
"""Fits the 64 bits that both databases keep keys in."""


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
    """The project's sessions, newest first, by their keys. Raises BadCursor.

    Times would not do: SQLite compares them as text, and writes those of its own clock shorter than a parameter.
    """
    all_of_project = Session.objects.for_project(project)
    sessions = all_of_project.filter(matching(status=status, agent=agent, room=room, text=text))
    if before:
        sessions = sessions.filter(pk__lt=parsed_cursor(before))
    rows = list(sessions.order_by("-pk")[: limit + 1])
    next_cursor = str(rows[limit - 1].pk) if len(rows) > limit else None
    return SessionPage(rows[:limit], next_cursor, all_of_project.filter(status=Session.Status.LIVE).count())


def session_in(project: Project, public_id: UUID) -> Session:
    """The project's session. A foreign one gets the same Http404 as one that never was."""
    session = (
        Session.objects.for_project(project).select_related("project").filter(public_id=public_id).first()
    )
    if session is None:
        raise Http404
    return session


def sessions_in(project: Project, public_ids: Collection[UUID]) -> list[Session]:
    """All of them, or Http404: a foreign one is as one that never was."""
    sessions = Session.objects.for_project(project).select_related("project").filter(public_id__in=public_ids)
    found = list(sessions.order_by("pk"))
    if len(found) != len(public_ids):
        raise Http404
    return found


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


def parsed_cursor(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= MAX_CURSOR_DIGITS):
        raise BadCursor("The cursor is not one of this list's.")
    return int(cursor)
