"""Reads of sessions for pages and API. Everything begins at a project from projects.access."""

from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When
from django.http import Http404

from observability.models import SaidLine, Session
from observability.timeline.said import words_in
from projects.models import Project

MAX_CURSOR_DIGITS = 18
"""Fits the 64 bits that both databases keep keys in."""

MAX_WORDS = 10
"""Of a question; each further one costs a look at every line."""


@dataclass(frozen=True, slots=True)
class SessionPage:
    rows: list[Session]
    next_cursor: str | None
    """Where the next, older page begins; None at the end."""
    live_count: int


@dataclass(frozen=True, slots=True)
class Wanted:
    """What sessions of a list have in common; an empty text asks for nothing."""

    status: str = ""
    agent: str = ""
    room: str = ""
    text: str = ""
    """In the names of room and agent, in ids, or in the participant's identity."""
    q: str = ""
    """Said in the session: all of its words in one line of the transcript, each at least begun."""
    anywhere: str = ""
    """As `text` or as `q`."""


class BadCursor(Exception):
    """The cursor is not one that a page gave."""


def session_rows(
    project: Project, wanted: Wanted, *, before: str | None = None, limit: int = 50
) -> SessionPage:
    """The project's sessions, newest first, by their keys. Raises BadCursor.

    Times would not do: SQLite compares them as text, and writes those of its own clock shorter than a parameter.
    """
    all_of_project = Session.objects.for_project(project)
    sessions = all_of_project.filter(matching(project, wanted))
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


def matching(project: Project, wanted: Wanted) -> Q:
    found = Q()
    if wanted.status:
        found &= Q(status=wanted.status)
    if wanted.agent:
        found &= Q(agent_name=wanted.agent)
    if wanted.room:
        found &= Q(room_name=wanted.room) | Q(room_id=wanted.room)
    if wanted.text:
        found &= named(wanted.text)
    if wanted.q:
        found &= said(project, wanted.q)
    if wanted.anywhere:
        found &= named(wanted.anywhere) | said(project, wanted.anywhere)
    return found


def named(text: str) -> Q:
    return (
        Q(job_id__icontains=text)
        | Q(room_name__icontains=text)
        | Q(room_id__icontains=text)
        | Q(agent_name__icontains=text)
        | Q(participant__icontains=text)
    )


def said(project: Project, text: str) -> Q:
    """Nothing is found by a text without a word in it.

    A condition within a CASE stays one. PostgreSQL would make a join of it otherwise, and read the lines of each
    session from the newest on: 3 s for a rare word among 600,000 lines, which it finds in 30 ms by their index.
    """
    words = words_in(text)[:MAX_WORDS]
    if not words:
        return Q(pk__in=[])
    lines = SaidLine.objects.filter(session=OuterRef("pk"), words__hold_all=words)
    return Q(
        Case(When(Exists(lines.for_project(project)), then=True), default=False, output_field=BooleanField())
    )


def parsed_cursor(cursor: str) -> int:
    if not (cursor.isascii() and cursor.isdigit() and len(cursor) <= MAX_CURSOR_DIGITS):
        raise BadCursor("The cursor is not one of this list's.")
    return int(cursor)
