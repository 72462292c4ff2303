"""The account page, and the page behind a one-time sign-in link."""

from typing import cast

from allauth.account.internal.flows.login import record_authentication
from allauth.usersessions.adapter import get_adapter
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth import login
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.forms import NameForm
from accounts.links import is_usable, use_sign_in_link
from accounts.models import User
from accounts.signed_in import browser_name

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


@login_required
@require_http_methods(["GET", "POST"])
def account_edit(request: HttpRequest) -> HttpResponse:
    form = NameForm(request.POST or None, instance=cast(User, request.user))
    if request.method == "POST" and form.is_valid():
        form.save()
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:account-edit")
    return render(request, "accounts/account.html", {"form": form})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def browser_end(request: HttpRequest, browser_id: int) -> HttpResponse:
    """One of one's own, and not the one that asks: that one signs out. Looking leads to the page with the button."""
    if request.method != "POST":
        return redirect("usersessions_list")
    others = UserSession.objects.filter(user=request.user).exclude(session_key=request.session.session_key)
    browser = get_object_or_404(others, pk=browser_id)
    get_adapter().end_sessions([browser])
    named = {"browser": browser_name(browser.user_agent)}
    messages.success(request, _("%(browser)s is signed out.") % named)
    return redirect("usersessions_list")


@never_cache
@require_http_methods(["GET", "POST"])
def link_open(request: HttpRequest, token: str) -> HttpResponse:
    """Looking changes nothing, so that a mail program which fetches links ahead does not use this one up."""
    if request.method == "POST":
        return _signed_in_by(request, token)
    template = "accounts/link.html" if is_usable(token, now=timezone.now()) else "accounts/link_gone.html"
    status = 200 if template == "accounts/link.html" else 410
    return _private(render(request, template, status=status))


def _signed_in_by(request: HttpRequest, token: str) -> HttpResponse:
    user = use_sign_in_link(token, now=timezone.now())
    if user is None:
        return _private(render(request, "accounts/link_gone.html", status=410))
    login(request, user, backend=BACKEND)
    # Whoever was given a link may have lost what their account is safe with, and may change it now.
    record_authentication(request, user, method="link", reauthenticated=True)
    return redirect("home")


def _private(response: HttpResponse) -> HttpResponse:
    """The address holds the token: no other site may learn it."""
    response["Referrer-Policy"] = "same-origin"
    return response
