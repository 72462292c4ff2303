"""`POST …/imports/`: sessions out of files, in one request. See docs/import.md."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.authentication import SessionAuthentication
from rest_framework.exceptions import PermissionDenied
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import ApiView
from observability.api.errors import Conflict
from observability.api.trail import note
from observability.imports.run import Outcome, as_json, import_files
from observability.imports.upload import receiving, sources_in
from projects.access import INGEST, may_add, project_for_token, project_for_viewer_under_any_slug
from projects.authentication import AccessTokenAuthentication
from projects.models import AccessToken, Project

READ_ONLY = "This token may only read. Make one that may import too, under Settings, API keys."
VIEWERS = "Sessions are imported by the project's members, admins and owners."


class UncheckedSession(SessionAuthentication):
    """Who is signed in, before it is known that no other site has sent the form: that check reads the body."""

    def enforce_csrf(self, request: Request) -> None:
        """`Imports.post` does."""


class Imports(ApiView):
    authentication_classes = [AccessTokenAuthentication, UncheckedSession]
    parser_classes = [MultiPartParser]

    project: Project

    def project_asked_for(self, request: Request) -> Project:
        """Nothing here reads the body: strangers' files would fill the disk."""
        self.project = project_to_add_to(request, self.kwargs["project"])
        return self.project

    @extend_schema(
        operation_id="import",
        auth=[{"accessToken": []}, {"cookieAuth": []}],  # type: ignore[list-item]  # OpenAPI security requirements
        summary="Import sessions from files",
        request={"multipart/form-data": schema.ImportFiles},
        responses={200: schema.Imported, 201: schema.Imported},
    )
    def post(self, request: Request, **_: Any) -> Response:
        """A zip of “Download data”, OTLP/JSON files, or an Ogg recording with its chat history: each part is a file.

        201 if anything was added; 200 if all of it was here already; 409 if every session was refused. A token needs
        the scope ingest, a person to be at least a member.
        """
        with receiving(request._request) as upload:
            if request.auth is None:
                SessionAuthentication().enforce_csrf(request)
            with sources_in(request, upload) as sources:
                self.look_again(request)
                outcomes = import_files(self.project, sources, now=timezone.now())
        for outcome in outcomes:
            if outcome.has_changed:
                note(request, self.project, "session.imported", outcome.session_id)
        return Response({"sessions": [as_json(each) for each in outcomes]}, status=status_of(outcomes))

    def look_again(self, request: Request) -> None:
        """Files take their time, in which a token is revoked and a member leaves."""
        if request.auth is not None:
            AccessTokenAuthentication().authenticate(request)
        self.project_asked_for(request)


def project_to_add_to(request: Request, slug: str) -> Project:
    """Who may only look is told so; for everybody else it is not there."""
    if isinstance(request.auth, AccessToken):
        if request.auth.project.slug == slug and INGEST not in request.auth.scopes:
            raise PermissionDenied(READ_ONLY)
        return project_for_token(request.auth, slug, scope=INGEST)
    project = project_for_viewer_under_any_slug(request.user, slug)
    if not may_add(project, request.user):
        raise PermissionDenied(VIEWERS)
    return project


def status_of(outcomes: list[Outcome]) -> int:
    """Raises Conflict."""
    if all(outcome.state == "refused" for outcome in outcomes):
        raise Conflict(" ".join(dict.fromkeys(outcome.message for outcome in outcomes)))
    return 201 if any(outcome.has_changed for outcome in outcomes) else 200
