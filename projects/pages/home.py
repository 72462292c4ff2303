from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from projects.access import may_create_projects, projects_of
from projects.pages.frame import LAST_PROJECT, reader_of, signed_in


@require_safe
@signed_in
def home(request: HttpRequest) -> HttpResponse:
    """The sessions of the project that the reader looked at last, else of the first by name."""
    projects = projects_of(reader_of(request))
    if not projects:
        may_create = may_create_projects(reader_of(request))
        return render(request, "projects/none.html", {"may_create_projects": may_create})
    last = request.session.get(LAST_PROJECT)
    slug = next((each.slug for each in projects if each.slug == last), projects[0].slug)
    return redirect("observability:session-list", slug)
