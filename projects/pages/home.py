from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from projects.access import projects_of
from projects.pages.frame import reader_of, signed_in
from projects.pages.rail import last_project_of


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The sessions of the project that the reader looked at last, else of the first by name."""
    project = last_project_of(request, projects_of(reader_of(request)))
    return (
        redirect("observability:session-list", project.slug)
        if project
        else render(request, "projects/none.html")
    )
