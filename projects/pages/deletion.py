"""Deleting a whole project: by an owner, who types its name."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from projects.access import project_for_owner
from projects.actions import delete_project
from projects.pages.forms import ProjectNameForm
from projects.pages.frame import page, reader_of, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
def project_delete(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_owner(request.user, slug)
    form = ProjectNameForm(request.POST or None, project=project)
    if request.method == "POST" and form.is_valid():
        gone_by = delete_project(project, by=reader_of(request))
        messages.success(
            request,
            f"{project.name} is deleted. Nobody can reach it any more, its agents are refused, and nothing of it is "
            f"left on this server by {gone_by:%d %B, %H:%M} UTC at the latest.",
        )
        return redirect("home")
    status = 422 if form.errors else 200
    return page(
        request, "projects/delete.html", project, section="settings", place="delete", status=status, form=form
    )
