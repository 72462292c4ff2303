"""Parts of a session's page that come after it, for they would hold up the first picture.

They lie below the edge of what is seen at first, or in a tab that nobody has looked at yet.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observability.models import Session
from observability.pages.latency_table import latency_table
from observability.pages.records import logs_asked_for, spans_asked_for
from observability.pages.transcript_lines import Line, transcript_lines
from observability.queries.kept import Kept
from observability.queries.records import kept_timeline_of, timeline_of
from observability.queries.sessions import session_in
from observability.timeline.model import Timeline
from projects.access import project_for_viewer
from projects.audit import note_look, onlooker_of
from projects.models import Project
from projects.pages.frame import signed_in

LINES_AT_ONCE, SPANS_AT_ONCE = 24, 24
"""As many as a usual screen shows. Each takes the server some 0.3 ms to write and the browser as long to lay out."""
LOGS_AT_ONCE, TURNS_AT_ONCE = 20, 12
"""Of what lies in a tab that is not seen at first: so few are not worth a request."""


def with_parts_later(named: dict[str, Any]) -> dict[str, Any]:
    """What a page shows, without what it fetches itself."""
    timeline: Timeline = named["timeline"]
    return named | {
        "lines": named["lines"][:LINES_AT_ONCE],
        "has_lines_later": len(named["lines"]) > LINES_AT_ONCE,
        "has_spans_later": named["spans"].next_after is not None,
        "has_logs_later": len(timeline.logs) > LOGS_AT_ONCE,
        "has_metrics_later": len(timeline.turns) > TURNS_AT_ONCE,
    }


def lines_of(kept: Kept) -> Sequence[Line]:
    """Made once for the page and the rest of them, which is asked for right after it."""
    return kept.once("lines", transcript_lines)


@require_safe
@signed_in
def session_lines(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    _project, session = looked_at(request, slug, public_id)
    return render(
        request, "observability/_lines.html", {"lines": lines_of(kept_timeline_of(session))[LINES_AT_ONCE:]}
    )


@require_safe
@signed_in
def session_spans(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project, session = looked_at(request, slug, public_id)
    named = {"project": project, "session": session, "spans": spans_asked_for(request, timeline_of(session))}
    return render(request, "observability/_span_rows.html", named)


@require_safe
@signed_in
def session_logs(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project, session = looked_at(request, slug, public_id)
    named = {"project": project, "session": session, "logs": logs_asked_for(request, timeline_of(session))}
    return render(request, "observability/_log_rows.html", named)


@require_safe
@signed_in
def session_metrics(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    _project, session = looked_at(request, slug, public_id)
    return render(
        request, "observability/_metrics_panel.html", {"latency": latency_table(timeline_of(session))}
    )


def looked_at(request: HttpRequest, slug: str, public_id: UUID) -> tuple[Project, Session]:
    """A part of the page is not another look than the page."""
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "session.viewed", str(session.public_id))
    return project, session
