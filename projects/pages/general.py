"""A project's name and address, and the ways out of it."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods, require_safe

from accounts.client_address import address_of
from projects.access import project_for_admin, project_for_insider, project_for_owner
from projects.actions import rename_project
from projects.addresses import change_slug
from projects.audit import record_event
from projects.members import is_only_owner, leave_project, transfer_ownership
from projects.models import Project
from projects.pages.forms import AddressForm, NameForm, TransferForm
from projects.pages.frame import complaint_of, note, page, posted_from, reader_of, signed_in


@require_safe
@signed_in
def general_show(request: HttpRequest, slug: str) -> HttpResponse:
    return general_page(request, project_for_insider(request.user, slug))


@posted_from("projects:general-show")
@signed_in
def project_rename(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    form = NameForm(request.POST)
    if not form.is_valid():
        return general_page(request, project, name_form=form, status=422)
    before = project.name
    rename_project(project, form.cleaned_data["name"])
    note(request, project, "project.renamed", f"from {before}")
    messages.success(request, f"The project is called {project.name} now.")
    return redirect("projects:general-show", project.slug)


@posted_from("projects:general-show")
@signed_in
def slug_change(request: HttpRequest, slug: str) -> HttpResponse:
    project = project_for_admin(request.user, slug)
    form = AddressForm(request.POST)
    if form.is_valid():
        try:
            before = change_slug(project, form.cleaned_data["slug"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            note(request, project, "project.moved", f"from {before}")
            messages.success(request, f"The address is {project.slug} now. {before} goes on working.")
            return redirect("projects:general-show", project.slug)
    return general_page(request, project, address_form=form, status=422)


@posted_from("projects:general-show")
@signed_in
def project_leave(request: HttpRequest, slug: str) -> HttpResponse:
    project, reader = project_for_insider(request.user, slug), reader_of(request)
    try:
        leave_project(project, reader, address=address_of(request))
    except ValidationError as error:
        messages.error(request, complaint_of(error))
        return redirect("projects:general-show", project.slug)
    record_event(project, reader, "member.left", reader.email, address_of(request))
    messages.success(request, f"You have left {project.name}.")
    return redirect("home")


@require_http_methods(["GET", "POST"])
@signed_in
def ownership_transfer(request: HttpRequest, slug: str) -> HttpResponse:
    project, reader = project_for_owner(request.user, slug), reader_of(request)
    form = TransferForm(request.POST or None, project=project, by=reader)
    if request.method == "POST" and form.is_valid():
        to = form.cleaned_data["to"]
        try:
            transfer_ownership(project, by=reader, to=to)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            note(request, project, "ownership.transferred", f"to {to.user.email}")
            messages.success(request, f"{to.user} owns {project.name} now. You are one of its admins.")
            return redirect("projects:member-list", project.slug)
    status = 422 if form.errors else 200
    return page(
        request,
        "projects/transfer.html",
        project,
        section="settings",
        place="general",
        status=status,
        form=form,
    )


def general_page(request: HttpRequest, project: Project, *, status: int = 200, **named: Any) -> HttpResponse:
    rows = {
        "base_url": f"{settings.BASE_URL}/p/{project.slug}",
        "former_slugs": project.former_slugs.order_by("given_up_at"),
        "name_form": NameForm(initial={"name": project.name}),
        "address_form": AddressForm(initial={"slug": project.slug}),
        "is_only_owner": is_only_owner(project, reader_of(request)),
    }
    return page(
        request,
        "projects/general.html",
        project,
        section="settings",
        place="general",
        status=status,
        **rows | named,
    )
