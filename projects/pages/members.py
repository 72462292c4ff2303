"""Members and their roles, and the invitations that wait for an answer."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, F, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from accounts.client_address import address_of
from projects.access import project_for_admin, project_for_insider, role_in, roles_from, roles_up_to
from projects.actions import NewSecret
from projects.invitations import TooManyInvitations, invite, open_invitations, revoke_invitation, send_again
from projects.mail import mail_invitation, sends_mail
from projects.members import change_role, remove_member
from projects.models import Invitation, Membership, Project, Role
from projects.pages.forms import InvitationForm
from projects.pages.frame import complaint_of, note, page, posted_from, reader_of, signed_in
from projects.pages.shown_once import show_once, shown_now
from projects.roles import WHAT_THEY_DO


@dataclass(frozen=True, slots=True)
class MemberRow:
    membership: Membership
    is_reader: bool
    may_change: bool
    """Nobody changes or removes the only owner."""


@dataclass(frozen=True, slots=True)
class InvitationRow:
    invitation: Invitation
    is_expired: bool
    may_send: bool


@never_cache
@require_safe
@signed_in
def member_list(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_insider(request.user, slug)
    return members_page(request, project, **shown_now(request, project, "made_link"))


@posted_from("projects:member-list")
@signed_in
def role_change(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    member = get_object_or_404(project.memberships.select_related("user"), pk=member_id)
    role = request.POST.get("role", "")
    if role not in Role.values:
        raise Http404
    try:
        before = change_role(member, Role(role), by=reader_of(request), address=address_of(request))
    except ValidationError as error:
        messages.error(request, complaint_of(error))
    else:
        if before != role:
            note(request, project, "member.role_changed", f"{member.user.email}: {before} to {role}")
        messages.success(request, f"{member.user} is {Role(role).label.lower()} now.")
    return redirect("projects:member-list", project.slug)


@posted_from("projects:member-list")
@signed_in
def member_remove(request: HttpRequest, slug: str, member_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    member = get_object_or_404(project.memberships.select_related("user"), pk=member_id)
    try:
        remove_member(member, by=reader_of(request), address=address_of(request))
    except ValidationError as error:
        messages.error(request, complaint_of(error))
    else:
        note(request, project, "member.removed", member.user.email)
        messages.success(
            request, f"{member.user} is no longer a member. Their open pages close within seconds."
        )
    return redirect("projects:member-list", project.slug)


@posted_from("projects:member-list")
@signed_in
def invitation_create(request: HttpRequest, slug: str) -> HttpResponse:
    project, reader = project_for_admin(request.user, slug), reader_of(request)
    form = InvitationForm(request.POST, roles=roles_given_by(project, request))
    if form.is_valid():
        email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
        try:
            made = invite(project, email, role, by=reader, address=address_of(request))
        except ValidationError as error:
            form.add_error(None, error)
            status = 429 if isinstance(error, TooManyInvitations) else 422
            return members_page(request, project, form=form, status=status)
        return handed_over(request, project, made)
    return members_page(request, project, form=form, status=422)


@posted_from("projects:member-list")
@signed_in
def invitation_resend(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    row = get_object_or_404(open_invitations(project), pk=invitation_id)
    try:
        made = send_again(row, by=reader_of(request), address=address_of(request))
    except ValidationError as error:
        messages.error(request, complaint_of(error))
        return redirect("projects:member-list", project.slug)
    return handed_over(request, project, made)


@posted_from("projects:member-list")
@signed_in
def invitation_revoke(request: HttpRequest, slug: str, invitation_id: int) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    row = get_object_or_404(open_invitations(project), pk=invitation_id)
    revoke_invitation(row)
    note(request, project, "invitation.revoked", row.email)
    messages.success(request, f"The invitation of {row.email} is revoked; its link no longer works.")
    return redirect("projects:member-list", project.slug)


def handed_over(request: HttpRequest, project: Project, made: NewSecret[Invitation]) -> HttpResponse:
    """By mail where there is a mail server, also if that fails: whoever has the link has proven the address.

    Elsewhere on the next page, once.
    """
    url = settings.BASE_URL + reverse("invitation-open", args=[made.secret])
    email = made.row.email
    if not sends_mail():
        show_once(request, project, "made_link", {"email": email, "url": url})
    elif mail_invitation(made.row, url):
        messages.success(request, f"The invitation is on its way to {email}.")
    else:
        messages.error(
            request, f"The mail to {email} could not be sent. Send the invitation again in a minute."
        )
    return redirect("projects:member-list", project.slug)


def members_page(request: HttpRequest, project: Project, *, status: int = 200, **named: Any) -> HttpResponse:
    given = roles_given_by(project, request)
    rows = {
        "members": member_rows(project, request, given),
        "invitations": invitation_rows(project, given),
        "form": InvitationForm(roles=given),
        "roles": [(role.label, WHAT_THEY_DO[role]) for role in Role],
        "given_roles": list(reversed(given)),
        "sends_mail": sends_mail(),
    }
    return page(
        request,
        "projects/members.html",
        project,
        section="settings",
        place="members",
        status=status,
        **rows | named,
    )


def roles_given_by(project: Project, request: HttpRequest) -> list[Role]:
    """None for who may only look."""
    own = role_in(project, request.user)
    return roles_up_to(own) if own in roles_from(Role.ADMIN) else []


def member_rows(project: Project, request: HttpRequest, given: list[Role]) -> list[MemberRow]:
    memberships = with_tokens(project.memberships.select_related("user")).order_by(
        "user__name", "user__email"
    )
    by_rank = sorted(memberships, key=lambda each: Role.values.index(each.role))
    owners = [each for each in by_rank if each.role == Role.OWNER]
    return [
        MemberRow(each, each.user == request.user, Role(each.role) in given and owners != [each])
        for each in by_rank
    ]


def with_tokens(memberships: QuerySet[Membership]) -> QuerySet[Membership]:
    """`tokens`: access tokens in use that the member made in the project."""
    made_here = Q(user__accesstoken__project=F("project"), user__accesstoken__revoked_at=None)
    return memberships.annotate(tokens=Count("user__accesstoken", filter=made_here))


def invitation_rows(project: Project, given: list[Role]) -> list[InvitationRow]:
    if not given:
        return []
    now = timezone.now()
    return [
        InvitationRow(each, each.expires_at <= now, Role(each.role) in given)
        for each in open_invitations(project)
    ]
