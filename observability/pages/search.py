"""Search within a session: transcript, spans and log lines, as hits that the page leads to."""

from collections.abc import Iterator
from dataclasses import asdict
from itertools import chain
from uuid import UUID

from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from observability.models import Session
from observability.pages.records import words
from observability.pages.transcript_lines import Line, transcript_lines
from observability.queries.records import records_and_timeline_of
from observability.queries.sessions import session_in
from observability.timeline.model import Timeline
from observability.timeline.passages import Passage
from observability.timeline.search import KINDS, Found, Kind, Searchable, search
from observability.timeline.searchable import searchable_logs, searchable_spans
from projects.access import project_for_viewer
from projects.audit import note_look, onlooker_of
from projects.pages.frame import signed_in

LEAST_CHARS = 2
"""One letter is in nearly everything."""
MOST_HITS = 500
"""At once: more than anybody steps through, and some 150 KB."""
TITLES = {"handoff": "Handoff", "config": "Configuration"}


@require_safe
@signed_in
def session_search(request: HttpRequest, slug: str, public_id: UUID) -> JsonResponse:
    """`q` in any case, `kind` as often as wanted; without one, all kinds."""
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "records.viewed", str(session.public_id))
    wanted = words(request, "q")
    response = JsonResponse({"q": wanted, **asdict(found_in(session, wanted, kinds_asked_for(request)))})
    response["Cache-Control"] = "private, no-store"
    return response


def found_in(session: Session, wanted: str, kinds: set[Kind]) -> Found:
    needle = wanted.lower()
    if len(wanted) < LEAST_CHARS:
        return search([], needle, most=0)
    records, timeline = records_and_timeline_of(session)
    spans = (record for record in records if record["signal"] == "span")
    things = chain(
        searchable_lines(timeline),
        searchable_spans(timeline, spans, needle),
        searchable_logs(timeline, needle),
    )
    return search(things, needle, most=MOST_HITS, kinds=kinds)


def kinds_asked_for(request: HttpRequest) -> set[Kind]:
    asked = set(request.GET.getlist("kind"))
    return {kind for kind in KINDS if kind in asked} or set(KINDS)


def searchable_lines(timeline: Timeline) -> Iterator[Searchable]:
    """The transcript as the page shows it, so that each hit is a line to go to."""
    for line in transcript_lines(timeline):
        yield Searchable("words", line.key, line.at_ms, line.turn, title_of(line), passages_of(line))


def title_of(line: Line) -> str:
    return TITLES.get(line.kind) or line.tool_name or line.who


def passages_of(line: Line) -> Iterator[Passage]:
    if line.kind in {"handoff", "failure"}:
        yield Passage("", line.who)
    yield Passage("", line.text)
    yield Passage("", line.tool_name)
    yield Passage("arguments", line.arguments)
    yield Passage("output", line.output)
