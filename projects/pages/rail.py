"""What rail and account menu show on pages that belong to no project: the project that the reader comes from."""

from collections.abc import Sequence
from typing import Any, cast

from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts.models import User
from projects.access import may_create_projects, projects_of
from projects.models import Project

LAST_PROJECT = "last_project"


def rail(request: HttpRequest) -> dict[str, Any]:
    """For every template; asked of the database only by those that show it, and not by a project's own pages."""
    projects = SimpleLazyObject(lambda: projects_of(request.user) if isinstance(request.user, User) else [])
    return {
        "projects": projects,
        "may_create_projects": SimpleLazyObject(
            lambda: isinstance(request.user, User) and may_create_projects(request.user)
        ),
        "last_project": SimpleLazyObject(lambda: last_project_of(request, cast(list[Project], projects))),
    }


def last_project_of(request: HttpRequest, projects: Sequence[Project]) -> Project | None:
    """Of these the one that the reader looked at last, else the first by name."""
    slug = request.session.get(LAST_PROJECT)
    return next((each for each in projects if each.slug == slug), next(iter(projects), None))
