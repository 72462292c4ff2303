from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from observability.models import Session
from observability.pages.reader_clock import zone_of
from observability.pages.session_rows import grouped_by_day, row_of
from observability.queries.sessions import BadCursor, SessionPage, Wanted, agents_of, session_rows
from projects.access import project_for_viewer
from projects.models import Project
from projects.pages.frame import page, signed_in

MAX_TEXT = 200
LIVE_REFRESH_S, QUIET_REFRESH_S = 3, 15


@dataclass(frozen=True, slots=True)
class Filters:
    """What the address asks for. Unknown values are as if they had not been given."""

    status: str = ""
    agent: str = ""
    text: str = ""

    @classmethod
    def of(cls, request: HttpRequest) -> "Filters":
        asked = {
            name: request.GET.get(name, "").replace("\x00", "")[:MAX_TEXT].strip()
            for name in ("status", "agent", "text")
        }
        if asked["status"] not in Session.Status.values:
            asked["status"] = ""
        return cls(**asked)

    @property
    def are_set(self) -> bool:
        return bool(self.status or self.agent or self.text)

    def as_query(self, **more: str) -> str:
        named = {"status": self.status, "agent": self.agent, "text": self.text, **more}
        return urlencode({name: value for name, value in named.items() if value})


@require_safe
@never_cache
@signed_in
def session_list(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    filters = Filters.of(request)
    named = rows_context(request, project, filters) | {
        "statuses": Session.Status.choices,
        "agents": agents_of(project),
    }
    return page(request, "observability/session_list.html", project, section="sessions", **named)


@require_safe
@signed_in
def session_list_rows(request: HttpRequest, slug: str) -> HttpResponse:
    """What the list swaps into itself."""
    project = project_for_viewer(request.user, slug)
    named = rows_context(request, project, Filters.of(request)) | {"project": project}
    return render(request, "observability/_session_rows.html", named)


def rows_context(request: HttpRequest, project: Project, filters: Filters) -> dict[str, Any]:
    before = request.GET.get("before", "")
    found = page_of(project, filters, before)
    rows = [row_of(session) for session in found.rows]
    return {
        "filters": filters,
        "groups": grouped_by_day(rows, zone=zone_of(request), now=timezone.now()),
        "is_first_page": not before,
        "newest_query": filters.as_query(),
        "older_query": filters.as_query(before=found.next_cursor) if found.next_cursor else "",
        "refresh_query": filters.as_query(before=before),
        "refresh_every_s": LIVE_REFRESH_S if found.live_count else QUIET_REFRESH_S,
    }


def page_of(project: Project, filters: Filters, before: str) -> SessionPage:
    try:
        wanted = Wanted(status=filters.status, agent=filters.agent, anywhere=filters.text)
        return session_rows(project, wanted, before=before or None)
    except BadCursor:
        raise Http404 from None
