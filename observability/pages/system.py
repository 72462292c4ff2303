"""The System page: how the whole server does. For operators; everybody else is told what they are told of nothing.

From here an operator asks for access to a project, which its admins see (projects/staff.py).
"""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_safe

from accounts.client_address import address_of
from accounts.models import User
from observability.queries.system import system_stats
from projects.access import running_grants
from projects.mail import mail_grant
from projects.pages.forms import StaffAccessForm
from projects.pages.frame import posted_from, reader_of, signed_in
from projects.staff import begin_grant, end_grant


@require_safe
@signed_in
def system_show(request: HttpRequest) -> HttpResponse:
    return system_page(request, operator_of(request), StaffAccessForm())


@posted_from("system")
@signed_in
def staff_access_begin(request: HttpRequest) -> HttpResponse:
    operator = operator_of(request)
    form = StaffAccessForm(request.POST)
    if form.is_valid():
        asked = form.cleaned_data
        try:
            grant = begin_grant(
                asked["project"],
                operator,
                reason=asked["reason"],
                minutes=asked["minutes"],
                address=address_of(request),
            )
        except ValidationError as error:
            form.add_error(None, error)
        else:
            mail_grant(grant)
            messages.success(
                request, f"You may look at {grant.project}. Its admins see that, and your reason."
            )
            return redirect("observability:session-list", grant.project.slug)
    return system_page(request, operator, form, status=422)


@posted_from("system")
@signed_in
def staff_access_end(request: HttpRequest, grant_id: int) -> HttpResponse:
    operator = operator_of(request)
    grant = get_object_or_404(operator.staff_grants.select_related("operator", "project"), pk=grant_id)
    if end_grant(grant, by=operator, address=address_of(request)):
        messages.success(request, f"Your access to {grant.project} has ended.")
    return redirect("system")


def operator_of(request: HttpRequest) -> User:
    reader = reader_of(request)
    if not reader.is_staff:
        raise Http404
    return reader


def system_page(request: HttpRequest, operator: User, form: forms.Form, *, status: int = 200) -> HttpResponse:
    named = {
        "stats": system_stats(timezone.now()),
        "form": form,
        "grants": running_grants().filter(operator=operator).select_related("project"),
        "section": "system",
    }
    return render(request, "observability/system.html", named, status=status)
