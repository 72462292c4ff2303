"""Reads of sessions for pages and API. Everything begins at a project from projects.access."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import cache
from uuid import UUID

from django.http import Http404

from config.written import Given, Written
from observability.models import Session
from observability.queries.session_filters import Asked
from observability.queries.session_order import NEWEST, ORDERS, after, cursor_at
from observability.queries.session_search import found_first
from projects.models import Project


@dataclass(frozen=True, slots=True)
class SessionPage:
    rows: list[Session]
    next_cursor: str | None
    """Where the next, older page begins; None at the end."""


def session_rows(
    project: Project, asked: Asked, *, cursor: str | None = None, limit: int = 50
) -> SessionPage:
    """The project's sessions in the order asked for, by the sorted figure and their keys. Raises BadCursor.

    Times would not do: SQLite compares them as text, and writes those of its own clock shorter than a parameter.
    """
    order = ORDERS[asked.sort or NEWEST]
    sessions = Session.objects.for_project(project)
    if cursor:
        sessions = sessions.filter(after(order, cursor))
    rows = found_first(sessions, project, asked, order, most=limit + 1)
    next_cursor = cursor_at(order, rows[limit - 1]) if len(rows) > limit else None
    return SessionPage(rows[:limit], next_cursor)


def is_any_live(project: Project) -> bool:
    return Session.objects.for_project(project).filter(status=Session.Status.LIVE).exists()


def in_the_way(project: Project, asked: Asked) -> list[str]:
    """Names of the filters without any one of which something would be found; it costs as much as they do."""
    names = [*asked.texts] if "simulated" in asked.texts else [*asked.texts, "simulated"]
    return [name for name in names if is_any(project, loosened(asked, name))]


def is_any(project: Project, asked: Asked) -> bool:
    sessions = Session.objects.for_project(project)
    return bool(found_first(sessions, project, asked, ORDERS[NEWEST], most=1))


def loosened(asked: Asked, name: str) -> Asked:
    """Simulated sessions are left out where nothing is said of them."""
    without = asked.without(name)
    return replace(without, values={**without.values, name: "any"}) if name == "simulated" else without


def session_in(project: Project, public_id: UUID) -> Session:
    """The project's session. A foreign one gets the same Http404 as one that never was."""
    session = session_by_id().first(project=project.pk, public_id=public_id)
    if session is None:
        raise Http404
    session.project = project
    return session


@cache
def session_by_id() -> Written[Session]:
    """Index: that of `public_id`."""
    project, public_id = (Given(name, Session._meta.get_field(name)) for name in ("project", "public_id"))
    theirs = Session.objects.for_project(project)  # type: ignore[arg-type]  # any project
    return Written(theirs.filter(public_id=public_id))


def sessions_in(project: Project, public_ids: Collection[UUID]) -> list[Session]:
    """All of them, or Http404: a foreign one is as one that never was."""
    sessions = Session.objects.for_project(project).select_related("project").filter(public_id__in=public_ids)
    found = list(sessions.order_by("pk"))
    if len(found) != len(public_ids):
        raise Http404
    return found


def those_in(project: Project, public_ids: Collection[UUID]) -> list[Session]:
    """Those of them that are the project's and still there."""
    return list(Session.objects.for_project(project).filter(public_id__in=public_ids).order_by("pk"))
