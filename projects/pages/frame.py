"""What every page of a project has in common: its reader is signed in, and its rail knows the project."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_http_methods
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts.client_address import address_of
from accounts.models import User
from projects.access import grant_in, may_create_projects, projects_of, role_in, roles_from
from projects.audit import record_event
from projects.models import Project, Role
from projects.pages.rail import LAST_PROJECT
from projects.staff import grants_running_in

P = ParamSpec("P")
NAMES_PAGE = {"slug", "public_id"}
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]


def signed_in(view: View[P]) -> View[P]:
    """Send strangers to sign in. A part that htmx asked for makes the whole page go there, and come back after."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if request.user.is_authenticated:
            return view(request, *args, **kwargs)
        htmx = HtmxDetails(request)
        if htmx:
            return HttpResponseClientRedirect(redirect_to_login(htmx.current_url_abs_path or "/").url)
        return redirect_to_login(request.get_full_path())

    return guarded


def posted_from(page_name: str) -> Callable[[View[P]], View[P]]:
    """Of an address that only forms of that page send to. Whoever opens it, as after signing in, gets the page."""

    def lead_back(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            where: dict[str, Any] = {name: value for name, value in kwargs.items() if name in NAMES_PAGE}
            return HttpResponseRedirect(reverse(page_name, kwargs=where))

        return require_http_methods(["GET", "HEAD", "POST"])(guarded)

    return lead_back


def reader_of(request: HttpRequest) -> User:
    """The user of a `signed_in` view."""
    return cast(User, request.user)


def page(
    request: HttpRequest, template: str, project: Project, *, section: str, status: int = 200, **named: Any
) -> HttpResponse:
    """A whole page of the project, with what its rail and account menu show."""
    reader = reader_of(request)
    role = role_in(project, reader)
    administers = role in roles_from(Role.ADMIN)
    if request.session.get(LAST_PROJECT) != project.slug:
        request.session[LAST_PROJECT] = project.slug
    frame = {
        "project": project,
        "grant": grant_in(project, reader),
        "projects": projects_of(reader),
        "may_add": role in roles_from(Role.MEMBER),
        "may_administer": administers,
        "grants_running": grants_running_in(project) if administers else [],
        "is_owner": role == Role.OWNER,
        "may_create_projects": may_create_projects(reader),
        "section": section,
    }
    return render(request, template, frame | named, status=status)


def complaint_of(error: ValidationError) -> str:
    """What an action refused to do, as one sentence."""
    return " ".join(error.messages)


def note(request: HttpRequest, project: Project, verb: str, target: str = "") -> None:
    """Write what the reader did or saw into the project's audit trail."""
    record_event(project, reader_of(request), verb, target, address_of(request))
