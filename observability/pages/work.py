"""Having done once more what a worker was not able to do for a session."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django_htmx.http import trigger_client_event
from django_htmx.middleware import HtmxDetails

from observability.jobs import try_again
from observability.queries.sessions import session_in
from observability.queries.work import tasks_of
from projects.access import project_for_admin
from projects.pages.frame import note, posted_from, signed_in


@posted_from("observability:session-show")
@signed_in
def session_try_again(request: HttpRequest, slug: str, public_id: UUID) -> HttpResponse:
    """All that was set aside. It has as many attempts as at first, and no more."""
    project = project_for_admin(request.user, slug)
    session = session_in(project, public_id)
    for task in tasks_of(session):
        if task.is_failed:
            try_again(task.kind, task.object_id)
    note(request, project, "session.tried-again", str(session.public_id))
    if HtmxDetails(request):
        return trigger_client_event(HttpResponse(status=204), "live:refresh")
    return redirect("observability:session-show", project.slug, session.public_id)
