"""What a session's page begins with: of its socket's snapshot what the timeline draws. The socket goes on from it."""

import gzip
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_safe

from observability.encodings import takes_gzip
from observability.live.changes import version_of
from observability.live.reading import parts_of
from observability.models import Session
from observability.queries.records import kept_timeline_of
from observability.queries.sessions import session_in
from observability.timeline import as_json
from observability.timeline.model import Timeline
from projects.access import project_for_viewer
from projects.audit import note_look, onlooker_of
from projects.pages.frame import signed_in

DRAWN = (
    *("session", "figures", "recording", "turns", "speeches", "agents"),
    *("handoffs", "interruptions", "errors", "spans", "logs"),
)
NOT_DRAWN_OF_SPANS = frozenset({"depth", "parent_known", "self_ms"})
NOT_DRAWN_OF_LOGS = frozenset({"attributes", "observed_ms", "kind", "trace_id", "span_id"})
GZIP_LEVEL = 5
"""15,000 spans and 10,000 log lines in some 0.15 s; level 9 saves a twentieth and takes three times as long."""


@require_safe
@signed_in
def session_snapshot(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    project = project_for_viewer(request.user, slug)
    session = session_in(project, public_id)
    note_look(project, onlooker_of(request), "session.viewed", str(session.public_id))
    packed = packed_snapshot(session)
    is_taken = takes_gzip(request.headers.get("Accept-Encoding", ""))
    response = HttpResponse(packed if is_taken else gzip.decompress(packed), content_type="application/json")
    if is_taken:
        response["Content-Encoding"] = "gzip"
    patch_vary_headers(response, ["Accept-Encoding"])
    response["Cache-Control"] = "private, no-store"
    return response


def packed_snapshot(session: Session) -> bytes:
    """Made once for all who look at the same state."""
    kept = kept_timeline_of(session)

    def make(timeline: Timeline) -> bytes:
        version = version_of(parts_of(session, kept), session.cursor)
        body = {"id": str(session.public_id), "cursor": session.cursor, "timeline": drawn(as_json(timeline))}
        frame = orjson.dumps({"type": "snapshot", "version": version, "snapshot": body}, default=str)
        return gzip.compress(frame, GZIP_LEVEL, mtime=0)

    return kept.once("snapshot", make)


def drawn(timeline: Mapping[str, Any]) -> dict[str, Any]:
    """Without what no lane shows: transcript, attributes, metrics and the like are asked for elsewhere.

    An hour's 9 MB become 6, which is 15 MB less in the browser that reads them.
    """
    kept = {name: timeline[name] for name in DRAWN}
    kept["spans"] = list(without(NOT_DRAWN_OF_SPANS, kept["spans"]))
    kept["logs"] = list(without(NOT_DRAWN_OF_LOGS, kept["logs"]))
    return kept


def without(names: frozenset[str], items: Iterable[Mapping[str, Any]]) -> Iterable[dict[str, Any]]:
    return ({name: value for name, value in item.items() if name not in names} for item in items)
