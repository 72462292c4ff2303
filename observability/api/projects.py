"""`/api/v1/projects/`, `…/{project}/` and its saved views."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from observability.api import project_schema as schema
from observability.api.doors import ApiView, ProjectView
from observability.models import SavedView
from projects.access import READ, projects_of, role_in, roles_in
from projects.models import AccessToken, Project, Role


class Projects(ApiView):
    @extend_schema(
        operation_id="projects", summary="Projects that you may look at", responses=schema.ProjectList
    )
    def get(self, request: Request) -> Response:
        """By name. A token has one."""
        projects = projects_asked_for(request)
        roles = {} if is_script(request) else roles_in(projects, request.user)
        results = [project_fields(project, roles.get(project.pk)) for project in projects]
        return Response({"results": results, "next": None})


class OneProject(ProjectView):
    @extend_schema(operation_id="project", summary="One project", responses=schema.ProjectFields)
    def get(self, request: Request, **_: Any) -> Response:
        role = None if is_script(request) else role_in(self.project, request.user)
        return Response(project_fields(self.project, role))


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


def is_script(request: Request) -> bool:
    return isinstance(request.auth, AccessToken)


def project_fields(project: Project, role: Role | None) -> dict[str, Any]:
    return {
        "slug": project.slug,
        "name": project.name,
        "plan": project.plan_id,
        "role": role,
        "created_at": project.created_at,
    }
