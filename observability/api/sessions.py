"""`/api/v1/projects/{project}/sessions/` and `…/{session}/`"""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import ProjectView, SessionView, may_delete
from observability.api.paging import limit_of, page_of
from observability.api.session_fields import session_fields
from observability.api.trail import note
from observability.queries.records import timeline_of
from observability.queries.sessions import session_rows
from observability.recordings.erase import erase_session
from observability.sessions.summary import summary_of

SESSIONS_A_PAGE = 50
MAX_SESSIONS_A_PAGE = 200


class Sessions(ProjectView):
    @extend_schema(
        operation_id="sessions",
        summary="Sessions, newest first",
        parameters=schema.SESSION_FILTERS,
        responses=schema.SessionPage,
    )
    def get(self, request: Request, project: str) -> Response:
        filters = {
            name: request.GET.get(name, "").replace("\x00", "")
            for name in ("status", "agent", "room", "text")
        }
        page = session_rows(
            self.project,
            **filters,
            before=request.GET.get("cursor"),
            limit=limit_of(request, default=SESSIONS_A_PAGE, most=MAX_SESSIONS_A_PAGE),
        )
        return page_of(request, [session_fields(session) for session in page.rows], page.next_cursor)


class OneSession(SessionView):
    @extend_schema(operation_id="session", summary="One session", responses=schema.SessionFields)
    def get(self, request: Request, **_: Any) -> Response:
        """Its figures are made from the records at this moment, so they are never behind."""
        return Response(session_fields(self.session, summary_of(timeline_of(self.session))))

    @extend_schema(operation_id="session_delete", summary="Delete a session", responses={204: None})
    def delete(self, request: Request, **_: Any) -> Response:
        """Records and audio go at once and for good. Only for people who administer the project."""
        if not may_delete(request, self.project):
            raise PermissionDenied("Sessions are deleted by the project's owners and admins.")
        erase_session(self.session)
        note(request, self.project, "session.deleted", str(self.session.public_id))
        return Response(status=204)
