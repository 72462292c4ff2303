"""`/api/v1/projects/{project}/sessions/` and `…/{session}/`"""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import PermissionDenied
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import ProjectView, SessionView, may_delete
from observability.api.paging import limit_of, page_of
from observability.api.parameters import names_of, zone_of
from observability.api.trail import note
from observability.queries.records import timeline_read_of
from observability.queries.session_fields import session_fields
from observability.queries.session_filters import BadFilter, read_filters
from observability.queries.sessions import session_rows
from observability.queries.work import tasks_by_session, tasks_of, work_fields
from observability.retention.delete import delete_session
from observability.sessions.summary import summary_of

SESSIONS_A_PAGE = 50
MAX_SESSIONS_A_PAGE = 200


class Sessions(ProjectView):
    takes = names_of(schema.SESSION_FILTERS)

    @extend_schema(
        operation_id="sessions",
        summary="Sessions, the newest first unless sorted",
        parameters=schema.SESSION_FILTERS,
        responses=schema.SessionPage,
    )
    def get(self, request: Request, project: str) -> Response:
        """Simulated sessions are left out unless `simulated` asks for them."""
        asked = read_filters(request.GET.dict(), zone_of(request))
        if asked.problems:
            raise BadFilter(" ".join(asked.problems.values()))
        page = session_rows(
            self.project,
            asked,
            cursor=request.GET.get("cursor"),
            limit=limit_of(request, default=SESSIONS_A_PAGE, most=MAX_SESSIONS_A_PAGE),
        )
        tasks = tasks_by_session(page.rows)
        rows = [session_fields(each) | {"processing": work_fields(tasks[each.pk])} for each in page.rows]
        return page_of(request, rows, page.next_cursor)


class OneSession(SessionView):
    @extend_schema(operation_id="session", summary="One session", responses=schema.SessionFields)
    def get(self, request: Request, **_: Any) -> Response:
        """Its figures are made from the records at this moment, so they are never behind."""
        fields = session_fields(self.session, summary_of(timeline_read_of(self.session)))
        return Response(fields | {"processing": work_fields(tasks_of(self.session))})

    @extend_schema(operation_id="session_delete", summary="Delete a session", responses={202: schema.Receipt})
    def delete(self, request: Request, **_: Any) -> Response:
        """For good. From this answer on nobody can reach it; its bytes are gone from database and storage by `gone_by`.

        Only for people who administer the project. Data that its agent still sends is acknowledged and discarded.
        """
        if not may_delete(request, self.project):
            raise PermissionDenied("Sessions are deleted by the project's owners and admins.")
        receipt = delete_session(self.session)
        if receipt is None:
            raise Http404
        note(request, self.project, "session.deleted", receipt.id)
        return Response(receipt.as_json(), status=202)
