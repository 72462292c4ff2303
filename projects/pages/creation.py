"""A new project, with the person who makes it as its owner."""

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts.models import User
from projects.access import may_create_projects
from projects.actions import create_project
from projects.models import Project, Role
from projects.pages.forms import NewProjectForm
from projects.pages.frame import note, reader_of, signed_in

MAX_OWNED = 50
"""Projects of one person who is no operator."""


@require_http_methods(["GET", "POST"])
@signed_in
def project_create(request: HttpRequest) -> HttpResponse:
    reader = reader_of(request)
    if not may_create_projects(reader):
        raise Http404
    form = NewProjectForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and (project := _made(form, reader)):
        note(request, project, "project.created", project.slug)
        return redirect("observability:connect", project.slug)
    return render(request, "projects/new.html", {"form": form}, status=422 if form.errors else 200)


def _made(form: NewProjectForm, owner: User) -> Project | None:
    """None if it cannot be; then the form says why."""
    owned = Project.objects.filter(memberships__user=owner, memberships__role=Role.OWNER, deleted_at=None)
    if not owner.is_staff and owned.count() >= MAX_OWNED:
        form.add_error(None, f"You own {MAX_OWNED} projects. Delete one of them, or hand it over, first.")
        return None
    try:
        return create_project(form.cleaned_data["name"], form.cleaned_data["slug"], owner=owner)
    except ValidationError as error:
        form.add_error(None, error)
        return None
