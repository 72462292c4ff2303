from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from django_htmx.http import replace_url
from django_htmx.middleware import HtmxDetails

from accounts.models import User
from observability.pages.reader_clock import zone_of
from observability.pages.saved_views import views_context
from observability.pages.session_filters import FILTERS_FORM, chips_of, fields_of, headings_of, loosen_of
from observability.pages.session_rows import LETTER_STATES, LETTERS, RowGroup, grouped_by_day, row_of
from observability.queries.arrivals import have_come_and_gone
from observability.queries.session_filters import Asked, read_filters
from observability.queries.session_names import names_lately
from observability.queries.session_order import ORDERS, BadCursor
from observability.queries.sessions import SessionPage, in_the_way, is_any_live, session_rows
from projects.access import grant_in, project_for_viewer, role_in, roles_from
from projects.members import admins_of
from projects.models import Project, Role
from projects.pages.frame import page, reader_of, signed_in

LIVE_REFRESH_S, QUIET_REFRESH_S = 3, 15


@dataclass(frozen=True, slots=True)
class Newcomer:
    """Who sees the list without a session in it, and what they can do about that."""

    is_member: bool
    may_add: bool
    may_administer: bool
    admins: Sequence[User]
    had_sessions: bool

    @classmethod
    def of(cls, request: HttpRequest, project: Project) -> "Newcomer":
        is_member = grant_in(project, reader_of(request)) is None
        role = role_in(project, request.user)
        may_add, may_administer = role in roles_from(Role.MEMBER), role in roles_from(Role.ADMIN)
        admins = [] if may_administer else admins_of(project)
        return cls(is_member, may_add, may_administer, admins, have_come_and_gone(project))


@require_safe
@never_cache
@signed_in
def session_list(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    asked = read_filters(request.GET.dict(), zone_of(request))
    named = rows_context(request, project, asked) | fields_of(asked, names_lately(project))
    named |= views_context(project, asked)
    named |= {"letters": LETTERS.values(), "letter_states": LETTER_STATES}
    return page(request, "observability/session_list.html", project, section="sessions", **named)


@require_safe
@signed_in
def session_list_rows(request: HttpRequest, slug: str) -> HttpResponse:
    """What the list swaps into itself. Whoever changed a filter has it in the address from then on."""
    project = project_for_viewer(request.user, slug)
    asked = read_filters(request.GET.dict(), zone_of(request))
    named = rows_context(request, project, asked) | {"project": project}
    response = render(request, "observability/_session_rows.html", named)
    if HtmxDetails(request).trigger == FILTERS_FORM:
        query = asked.as_query()
        replace_url(
            response, reverse("observability:session-list", args=[slug]) + (f"?{query}" if query else "")
        )
    return response


def rows_context(request: HttpRequest, project: Project, asked: Asked) -> dict[str, Any]:
    cursor = request.GET.get("cursor", "")
    found = page_of(project, asked, cursor)
    is_empty = not found.rows and not cursor
    return {
        "asked": asked,
        "problems": [*asked.problems.values()],
        "chips": chips_of(asked),
        "loosen": loosen_of(asked, in_the_way(project, asked)) if is_empty else [],
        "groups": groups_of(request, found, asked),
        "columns": headings_of(),
        "is_first_page": not cursor,
        "first_query": asked.as_query(),
        "next_query": asked.as_query(cursor=found.next_cursor) if found.next_cursor else "",
        "refresh_query": asked.as_query(**asked.left_out, cursor=cursor),
        "refresh_every_s": LIVE_REFRESH_S if is_any_live(project) else QUIET_REFRESH_S,
        "newcomer": SimpleLazyObject(lambda: Newcomer.of(request, project)),
    }


def groups_of(request: HttpRequest, found: SessionPage, asked: Asked) -> list[RowGroup]:
    """By their days, unless they are sorted by something else."""
    rows = [row_of(session) for session in found.rows]
    if asked.is_newest_first:
        return grouped_by_day(rows, zone=zone_of(request), now=timezone.now())
    return [RowGroup("all", ORDERS[asked.sort].label, rows)] if rows else []


def page_of(project: Project, asked: Asked, cursor: str) -> SessionPage:
    try:
        return session_rows(project, asked, cursor=cursor or None)
    except BadCursor:
        raise Http404 from None
