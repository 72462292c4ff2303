"""What is made of a session's records: `…/timeline/` and `…/transcript/`."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import SessionView
from observability.api.trail import note_look
from observability.queries.records import timeline_read_of
from observability.timeline import as_json


class TimelineSnapshot(SessionView):
    @extend_schema(operation_id="session_timeline", summary="The timeline", responses=schema.Snapshot)
    def get(self, request: Request, **_: Any) -> Response:
        """The snapshot (docs/timeline-snapshot.md) and the number of its last batch, to go on from live."""
        cursor = self.session.cursor
        timeline = as_json(timeline_read_of(self.session))
        note_look(request, self.project, "session.viewed", str(self.session.public_id))
        return Response({"id": str(self.session.public_id), "cursor": cursor, "timeline": timeline})


class Transcript(SessionView):
    @extend_schema(
        operation_id="session_transcript",
        summary="The transcript",
        responses=schema.page(schema.TranscriptItem),
    )
    def get(self, request: Request, **_: Any) -> Response:
        """All items in order, in one page; times are milliseconds since the session began."""
        timeline = as_json(timeline_read_of(self.session))
        note_look(request, self.project, "transcript.viewed", str(self.session.public_id))
        return Response({"results": timeline["transcript"], "next": None})
