"""`/api/v1/projects/{project}/downloads/`: several sessions as one zip, with a folder each."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import ProjectView, may_hear
from observability.api.downloads import ACCEPTED, fields_of
from observability.api.file_answers import file_answer
from observability.api.trail import note, note_looks, onlooker_of
from observability.exports.ask import ask_for_export
from observability.exports.fetch import export_in, file_of
from observability.models import Export
from observability.queries.sessions import sessions_in


class DownloadView(ProjectView):
    def export(self, request: Request, export_id: UUID) -> Export:
        return export_in(self.project, export_id, may_hear=may_hear(request, self.project))

    def fields(self, request: Request, export: Export) -> dict[str, Any]:
        at = [self.project.slug, export.public_id]
        state, file = (reverse(f"api:download-{name}", args=at) for name in ("state", "file"))
        return fields_of(request, export, state_url=state, file_url=file)


class StartDownload(DownloadView):
    @extend_schema(
        operation_id="download",
        summary="Ask for several sessions as one zip",
        request=schema.ChosenSessions,
        responses={ACCEPTED: schema.Download},
    )
    def post(self, request: Request, **_: Any) -> Response:
        """Each in a folder of its own. One that is not there, or is not yours, makes it a 404 as a whole."""
        asked = schema.ChosenSessions(data=request.data)
        asked.is_valid(raise_exception=True)
        sessions = sessions_in(self.project, set(asked.validated_data["sessions"]))
        hears = may_hear(request, self.project)
        export = ask_for_export(self.project, sessions, asker=onlooker_of(request), may_hear=hears)
        for session in sessions:
            note(request, self.project, "download.asked", str(session.public_id))
        return Response(self.fields(request, export), status=ACCEPTED)


class DownloadState(DownloadView):
    @extend_schema(operation_id="download_state", summary="How far the zip is", responses=schema.Download)
    def get(self, request: Request, export: UUID, **_: Any) -> Response:
        """`ready` has a `file_url`; `failed` says why in `note`. An hour after it was made there is nothing here."""
        return Response(self.fields(request, self.export(request, export)))


class DownloadFile(DownloadView):
    @extend_schema(
        operation_id="download_file",
        summary="The zip of several sessions",
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (206, "application/zip"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, export: UUID, **_: Any) -> HttpResponseBase:
        """Whole or by ranges. docs/downloads.md says what is in it."""
        found = self.export(request, export)
        response = file_answer(request, file_of(found))
        ids = found.sessions.values_list("public_id", flat=True)
        note_looks(request, self.project, "session.downloaded", map(str, ids))
        return response
