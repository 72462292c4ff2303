"""The audit trail of a project, for its admins: who did or saw what, when, and from where."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from projects.access import project_for_admin
from projects.models import AuditEvent, Project
from projects.pages.forms import TrailForm
from projects.pages.frame import note, page, signed_in
from projects.trail import (
    PAGE_SIZE,
    Place,
    all_of,
    events_of,
    members_among,
    names_of_sessions,
    page_of,
    people_in,
    who_did,
)
from projects.trail_words import action_of, person_of, subject_of

MAX_EXPORTED = 100_000
COLUMNS = ["time (UTC)", "who", "action", "verb", "about", "address", "operator's reason"]
BEGINS_A_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
"""In a spreadsheet, which would run what somebody chose as a name."""


@dataclass(frozen=True, slots=True)
class TrailRow:
    event: AuditEvent
    who: str
    action: str
    about: str
    href: str
    """Where the session or the member is that it was about, if still here."""
    session_id: str
    """Of a session that it was about and that is not here any more."""


@require_safe
@signed_in
def trail_show(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    form = TrailForm(request.GET, people=people_in(project))
    events = events_of(project, form.wanted)
    after = Place.read(request.GET.get("after", ""))
    found = page_of(events, after)
    shown = found[:PAGE_SIZE]
    query = form.query
    named: dict[str, Any] = {
        "form": form,
        "rows": rows_of(project, shown),
        "is_filtered": bool(query),
        "is_first_page": after is None,
        "first_query": urlencode(query),
        "next_query": urlencode(query | {"after": str(Place.of(shown[-1]))})
        if len(found) > PAGE_SIZE
        else "",
    }
    status = 422 if form.errors else 200
    return page(
        request, "projects/trail.html", project, section="settings", place="trail", status=status, **named
    )


@require_safe
@signed_in
def trail_export(request: HttpRequest, slug: str) -> StreamingHttpResponse:
    """The newest MAX_EXPORTED of what is wanted, as CSV."""
    project = project_for_admin(request.user, slug)
    form = TrailForm(request.GET, people=people_in(project))
    events = all_of(events_of(project, form.wanted), at_most=MAX_EXPORTED)
    note(request, project, "trail.exported")
    return StreamingHttpResponse(
        csv_lines(events),
        content_type="text/csv; charset=utf-8",
        headers={
            "Content-Disposition": f'attachment; filename="audit-{project.slug}.csv"',
            "Cache-Control": "private, no-store",
        },
    )


class Line:
    """What csv writes to, so that each line can be sent by itself."""

    def write(self, text: str) -> str:
        return text


def csv_lines(events: Iterable[AuditEvent]) -> Iterator[str]:
    writer = csv.writer(Line())
    yield "\ufeff" + writer.writerow(COLUMNS)
    for event in events:
        at = event.at.astimezone(UTC).isoformat(sep=" ", timespec="milliseconds").removesuffix("+00:00")
        what = [action_of(event.verb), event.verb, event.target]
        cells = [at, who_of(event), *what, event.address or "", event.grant.reason if event.grant else ""]
        yield writer.writerow([harmless(cell) for cell in cells])


def harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(BEGINS_A_FORMULA) else cell


def rows_of(project: Project, events: Sequence[AuditEvent]) -> list[TrailRow]:
    """Two queries for what they are about, however many there are, and none where no session and nobody is named."""
    sessions = names_of_sessions(project, {id_ for event in events if (id_ := session_in(event))})
    members = members_among(project, {email for event in events if (email := person_in(event))})
    return [row_of(event, project, sessions, members) for event in events]


def row_of(
    event: AuditEvent, project: Project, sessions: Mapping[UUID, str], members: Mapping[str, int]
) -> TrailRow:
    session, person = session_in(event), person_in(event)
    about, href = subject_of(event.verb, event.target), ""
    if session and session in sessions:
        about, href = sessions[session], reverse("observability:session-show", args=[project.slug, session])
    elif person in members:
        href = f"{reverse('projects:member-list', args=[project.slug])}#member-{members[person]}"
    gone = str(session) if session and not href else ""
    return TrailRow(event, who_of(event), action_of(event.verb), about, href, gone)


def who_of(event: AuditEvent) -> str:
    return who_did(event, server="this server")


def session_in(event: AuditEvent) -> UUID | None:
    try:
        return UUID(event.target)
    except ValueError:
        return None


def person_in(event: AuditEvent) -> str:
    return person_of(event.verb, event.target)
