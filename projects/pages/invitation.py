"""The page behind an invitation's link."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.client_address import address_of
from accounts.models import User
from projects.audit import record_event
from projects.invitations import State, accept_invitation, find_invitation, is_for
from projects.models import Role
from projects.roles import WHAT_THEY_DO
from projects.signup import remember_invitation

WHY_NOT = {
    State.UNKNOWN: "It is not complete, or a newer one was sent since. Look for the latest invitation.",
    State.EXPIRED: "Its time is over: an invitation is good for seven days.",
    State.REVOKED: "It was taken back.",
    State.USED: "It was used already, and works once.",
}


@never_cache
@require_http_methods(["GET", "POST"])
def invitation_open(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, so that a mail program which fetches links ahead does not use this one up."""
    response = _accepted(request, token) if request.method == "POST" else None
    response = response or _shown(request, token)
    response["Referrer-Policy"] = "same-origin"  # the address holds the token
    return response


def _accepted(request: HttpRequest, token: str) -> HttpResponse | None:
    """None if it cannot be; the page then says why."""
    if not isinstance(request.user, User):
        return None
    membership = accept_invitation(token, request.user, now=timezone.now())
    if membership is None:
        return None
    project, role = membership.project, Role(membership.role)
    record_event(project, request.user, "member.joined", f"{request.user.email}: {role}", address_of(request))
    messages.success(request, f"You are {role.label.lower()} of {project.name}.")
    return redirect("observability:session-list", project.slug)


def _shown(request: HttpRequest, token: str) -> HttpResponse:
    found = find_invitation(token, now=timezone.now())
    if found.state != State.OPEN or found.invitation is None:
        return render(request, "projects/invitation_gone.html", {"reason": WHY_NOT[found.state]}, status=410)
    named = {"invitation": found.invitation, "what_they_do": WHAT_THEY_DO[Role(found.invitation.role)]}
    if not isinstance(request.user, User):
        remember_invitation(request, found.invitation, token)
        return render(request, "projects/invitation.html", named)
    if not is_for(found.invitation, request.user):
        return render(request, "projects/invitation_of_another.html", named, status=403)
    return render(request, "projects/invitation.html", named)
