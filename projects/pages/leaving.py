"""Deleting one's own account."""

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.forms import AddressForm
from projects.leaving import SoleOwner, delete_account, owned_alone_by
from projects.pages.frame import reader_of


@require_http_methods(["GET", "POST"])
@reauthentication_required  # type: ignore[untyped-decorator]  # allauth has no annotations
def account_delete(request: HttpRequest) -> HttpResponse:
    """GET says what would go, or what stands in the way; POST does it."""
    user = reader_of(request)
    form = AddressForm(request.POST or None, user=user)
    alone = owned_alone_by(user)
    if request.method == "POST" and form.is_valid() and not alone:
        try:
            delete_account(user)
        except SoleOwner as refused:
            alone = refused.projects
        else:
            request.session.flush()  # there is nobody any more whom Django could sign out
            messages.success(request, _("Your account is deleted."))
            return redirect("account_login")
    status = 422 if request.method == "POST" else 200
    return render(request, "accounts/delete.html", {"form": form, "alone": alone}, status=status)
