"""Spans, log lines, turns and raw records of a session: filtered lists, and the details of one."""

from math import ceil
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from observability.models import Session
from observability.pages import log_rows, span_rows
from observability.pages.details import log_pane, span_pane
from observability.pages.log_rows import LEAST, LogPage, log_page
from observability.pages.raw_rows import KINDS, keyed, raw_page, raw_pane
from observability.pages.span_rows import SpanPage, Wanted, span_page
from observability.pages.turn_details import turn_pane
from observability.queries.records import records_of, timeline_of
from observability.queries.sessions import session_in
from observability.records import SpanRecord
from observability.timeline import span_details
from observability.timeline.model import Timeline
from projects.access import project_for_viewer
from projects.audit import note_look, onlooker_of
from projects.pages.frame import signed_in

MAX_TEXT = 200
MOST_ROWS_AGAIN = 3000
"""Of those that a page shows already. Each refresh of a live session writes them once more, in about 0.3 s."""


@require_safe
@signed_in
def span_list(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    named = {"project": project, "session": session, "spans": spans_asked_for(request, timeline_of(session))}
    return render(request, "observability/_span_rows.html", named)


@require_safe
@signed_in
def log_list(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    named = {"project": project, "session": session, "logs": logs_asked_for(request, timeline_of(session))}
    return render(request, "observability/_log_rows.html", named)


@require_safe
@signed_in
def span_show(request: HttpRequest, slug: str, public_id: UUID, trace_id: str, span_id: str) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    timeline, records = timeline_of(session), spans_of(session)
    span = next(
        (span for span in timeline.spans if (span.trace_id, span.span_id) == (trace_id, span_id)), None
    )
    record = next(
        (record for record in records if (record["trace_id"], record["span_id"]) == (trace_id, span_id)), None
    )
    if span is None or record is None:
        raise Http404
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    pane = span_pane(timeline, span, span_details(record, records))
    return render(request, "observability/_span_details.html", {"pane": pane})


@require_safe
@signed_in
def log_show(request: HttpRequest, slug: str, public_id: UUID, key: str) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    timeline = timeline_of(session)
    line = next((line for line in timeline.logs if line.key == key), None)
    if line is None:
        raise Http404
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    named = {"project": project, "session": session, "pane": log_pane(timeline, line)}
    return render(request, "observability/_log_details.html", named)


@require_safe
@signed_in
def turn_show(request: HttpRequest, slug: str, public_id: UUID, index: int) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    timeline = timeline_of(session)
    turn = next((turn for turn in timeline.turns if turn.index == index), None)
    if turn is None:
        raise Http404
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    return render(request, "observability/_turn_details.html", {"pane": turn_pane(timeline, turn)})


@require_safe
@signed_in
def raw_list(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    records = records_of(session)
    kind = request.GET.get("raw_kind", "")
    found = raw_page(
        records,
        start_ns=timeline_of(session).session.start_ns,
        kind=kind if kind in KINDS else "",
        text=words(request, "raw_text"),
        after=number(request, "after"),
    )
    named = {"project": project, "session": session, "raw": found, "has_records": bool(records)}
    return render(request, "observability/_raw_rows.html", named)


@require_safe
@signed_in
def raw_show(request: HttpRequest, slug: str, public_id: UUID, key: str) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    record = dict(keyed(records_of(session))).get(key)
    if record is None:
        raise Http404
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    return render(request, "observability/_raw_details.html", {"pane": raw_pane(record)})


def spans_of(session: Session) -> list[SpanRecord]:
    return [record for record in records_of(session) if record["signal"] == "span"]


def spans_asked_for(request: HttpRequest, timeline: Timeline, *, most: int = 0) -> SpanPage:
    """By `span_turn`, `span_text`, `span_path` and how many are on the page already; at most `most`, if given."""
    wanted = Wanted(
        turn=number(request, "span_turn") or None,
        text=words(request, "span_text"),
        path_only=bool(words(request, "span_path")),
        after=number(request, "after"),
    )
    return span_page(timeline, wanted, most=most)


def logs_asked_for(request: HttpRequest, timeline: Timeline, *, most: int = 0) -> LogPage:
    level = request.GET.get("log_level", "")
    return log_page(
        timeline,
        level=level if level in LEAST else "",
        text=words(request, "log_text"),
        after=number(request, "after"),
        most=most,
    )


def span_rows_again(request: HttpRequest) -> int:
    return rows_again(number(request, "spans_shown"), span_rows.ROWS_AT_ONCE)


def log_rows_again(request: HttpRequest) -> int:
    return rows_again(number(request, "logs_shown"), log_rows.ROWS_AT_ONCE)


def rows_again(shown: int, at_once: int) -> int:
    """Of a list of which so many rows are on the page: in full steps, so that what has come since shows at its end."""
    return min(max(1, ceil(shown / at_once)) * at_once, MOST_ROWS_AGAIN)


def words(request: HttpRequest, name: str) -> str:
    return request.GET.get(name, "")[:MAX_TEXT].strip()


def number(request: HttpRequest, name: str) -> int:
    """A number that is none counts as not given."""
    value = request.GET.get(name, "")
    return int(value) if value.isascii() and value.isdigit() and len(value) < 10 else 0
