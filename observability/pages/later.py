"""Parts of a long session's page that come after it: words and figures of an hour would hold up its first minute."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observability.pages.latency_table import latency_table
from observability.pages.transcript_lines import transcript_lines
from observability.queries.records import timeline_of
from observability.queries.sessions import session_in
from observability.timeline.model import Timeline
from projects.access import project_for_viewer
from projects.audit import note_look, onlooker_of
from projects.pages.frame import signed_in

LINES_AT_ONCE, TURNS_AT_ONCE = 300, 100
"""As many as the other lists of the page have; each takes about 0.4 ms to write."""


def with_parts_later(named: dict[str, Any]) -> dict[str, Any]:
    """What a page shows, without what it fetches itself."""
    timeline: Timeline = named["timeline"]
    return named | {
        "lines": named["lines"][:LINES_AT_ONCE],
        "has_lines_later": len(named["lines"]) > LINES_AT_ONCE,
        "has_metrics_later": len(timeline.turns) > TURNS_AT_ONCE,
    }


@require_safe
@signed_in
def session_lines(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "session.viewed", str(session.public_id))
    lines = transcript_lines(timeline_of(session))[LINES_AT_ONCE:]
    return render(request, "observability/_lines.html", {"lines": lines})


@require_safe
@signed_in
def session_metrics(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "session.viewed", str(session.public_id))
    return render(
        request, "observability/_metrics_panel.html", {"latency": latency_table(timeline_of(session))}
    )
