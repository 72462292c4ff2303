"""Which operators may look, or have looked, at a project: for its admins, who end it at once if they like."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_safe

from accounts.client_address import address_of
from projects.access import project_for_admin
from projects.pages.frame import page, posted_from, reader_of, signed_in
from projects.staff import end_grant, grants_running_in, past_grants_of, with_looks


@require_safe
@signed_in
def grant_list(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    running = with_looks(grants_running_in(project))
    return page(
        request,
        "projects/operators.html",
        project,
        section="settings",
        place="operators",
        running=list(running),
        past=past_grants_of(project),
    )


@posted_from("projects:grant-list")
@signed_in
def grant_end(request: HttpRequest, slug: str, grant_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    grant = get_object_or_404(project.staff_grants.select_related("operator", "project"), pk=grant_id)
    if end_grant(grant, by=reader_of(request), address=address_of(request)):
        messages.success(request, f"{grant.operator} is out. Their open pages close within seconds.")
    else:
        messages.info(request, "This access had ended already.")
    return redirect("projects:grant-list", project.slug)
