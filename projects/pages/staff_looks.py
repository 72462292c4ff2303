"""Whatever an operator opens by a grant is in the project's audit trail, or is not shown."""

from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

from projects.access import grant_in, grants_running_of, project_for_viewer_under_any_slug
from projects.audit import note_look, onlooker_of

LOOKED = "staff.looked"


class NoteStaffLooks:
    """Middleware. After the view, because only what was shown is a look; others than operators cost nothing."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        kwargs = request.resolver_match.kwargs if request.resolver_match else {}
        slug = kwargs.get("slug") or kwargs.get("project")
        if slug and response.status_code < 400 and getattr(request.user, "is_staff", False):
            session = kwargs.get("public_id") or kwargs.get("session")
            note_staff_look(request, slug, str(session or request.path.partition(f"/{slug}/")[2]))
        return response


def note_staff_look(request: HttpRequest, slug: str, target: str) -> None:
    if not grants_running_of(request.user).exists():
        return
    try:
        project = project_for_viewer_under_any_slug(request.user, slug)
    except Http404:
        return
    onlooker = onlooker_of(request)
    if grant_in(project, onlooker.user):
        note_look(project, onlooker, LOOKED, target)
