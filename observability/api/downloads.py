"""`…/download/`: a session as one zip. Asked for, watched and fetched; a worker makes it meanwhile."""

from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.urls import reverse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import SessionView, may_hear
from observability.api.file_answers import file_answer
from observability.api.trail import note, note_look, onlooker_of
from observability.exports.ask import ask_for_export
from observability.exports.fetch import export_in, file_of
from observability.models import Export

ACCEPTED = 202


def fields_of(request: Request, export: Export, *, state_url: str, file_url: str) -> dict[str, Any]:
    """With the addresses to ask again and, once it is ready, to fetch."""
    is_ready = export.state == Export.State.READY
    return {
        "id": str(export.public_id),
        "state": export.state,
        "progress_percent": export.progress_percent,
        "note": export.note,
        "size_bytes": export.size_bytes,
        "sha256": export.sha256 or None,
        "created_at": export.created_at.isoformat(),
        "built_at": export.built_at.isoformat() if export.built_at else None,
        "expires_at": export.expires_at.isoformat() if export.expires_at else None,
        "url": request.build_absolute_uri(state_url),
        "file_url": request.build_absolute_uri(file_url) if is_ready else None,
    }


class DownloadView(SessionView):
    def export(self, request: Request, export_id: UUID) -> Export:
        hears = may_hear(request, self.project)
        return export_in(self.project, export_id, may_hear=hears, session=self.session)

    def fields(self, request: Request, export: Export) -> dict[str, Any]:
        at = [self.project.slug, self.session.public_id, export.public_id]
        state, file = (reverse(f"api:session-download-{name}", args=at) for name in ("state", "file"))
        return fields_of(request, export, state_url=state, file_url=file)


class StartDownload(DownloadView):
    @extend_schema(
        operation_id="session_download",
        summary="Ask for everything of a session as a zip",
        request=None,
        responses={ACCEPTED: schema.Download},
    )
    def post(self, request: Request, **_: Any) -> Response:
        """A worker makes it; `url` tells how far it is. Asked again, you get the same, unless something has arrived."""
        export = ask_for_export(
            self.project,
            [self.session],
            asker=onlooker_of(request),
            may_hear=may_hear(request, self.project),
        )
        note(request, self.project, "download.asked", str(self.session.public_id))
        return Response(self.fields(request, export), status=ACCEPTED)


class DownloadState(DownloadView):
    @extend_schema(
        operation_id="session_download_state", summary="How far the zip is", responses=schema.Download
    )
    def get(self, request: Request, export: UUID, **_: Any) -> Response:
        """`ready` has a `file_url`; `failed` says why in `note`. An hour after it was made there is nothing here."""
        return Response(self.fields(request, self.export(request, export)))


class DownloadFile(DownloadView):
    @extend_schema(
        operation_id="session_download_file",
        summary="The zip",
        responses={
            (200, "application/zip"): OpenApiTypes.BINARY,
            (206, "application/zip"): OpenApiTypes.BINARY,
        },
    )
    def get(self, request: Request, export: UUID, **_: Any) -> HttpResponseBase:
        """Whole or by ranges. docs/downloads.md says what is in it."""
        response = file_answer(request, file_of(self.export(request, export)))
        note_look(request, self.project, "session.downloaded", str(self.session.public_id))
        return response
