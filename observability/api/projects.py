"""`/api/v1/projects/`, `…/{project}/` and its saved views."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from observability.api import project_schema as schema
from observability.api.doors import ApiView, ProjectView
from observability.models import SavedView
from projects.access import READ, projects_of, role_in
from projects.models import AccessToken, Project


class Projects(ApiView):
    @extend_schema(
        operation_id="projects", summary="Projects that you may look at", responses=schema.ProjectList
    )
    def get(self, request: Request) -> Response:
        """By name. A token has one."""
        return Response(
            {
                "results": [project_fields(request, project) for project in projects_asked_for(request)],
                "next": None,
            }
        )


class OneProject(ProjectView):
    @extend_schema(operation_id="project", summary="One project", responses=schema.ProjectFields)
    def get(self, request: Request, **_: Any) -> Response:
        return Response(project_fields(request, self.project))


class SavedViews(ProjectView):
    @extend_schema(
        operation_id="saved_views", summary="Saved views of the list", responses=schema.SavedViewList
    )
    def get(self, request: Request, **_: Any) -> Response:
        """`query` holds filters of the list of sessions, as `…/sessions/` takes them too."""
        views = SavedView.objects.filter(project=self.project).order_by("name")
        return Response(
            {"results": [{"name": each.name, "query": each.query} for each in views], "next": None}
        )


def projects_asked_for(request: Request) -> list[Project]:
    token = request.auth
    if isinstance(token, AccessToken):
        return [token.project] if READ in token.scopes else []
    return projects_of(request.user) if isinstance(request.user, User) else []


def project_fields(request: Request, project: Project) -> dict[str, Any]:
    return {
        "slug": project.slug,
        "name": project.name,
        "plan": project.plan_id,
        "role": None if isinstance(request.auth, AccessToken) else role_in(project, request.user),
        "created_at": project.created_at,
    }
