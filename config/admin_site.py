"""The Django admin: where operators look at what this project shows them there. It is no door of its own."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest
from django.shortcuts import redirect
from django.urls import reverse

OURS = {"accounts", "observability", "projects"}


class OperatorsSite(admin.AdminSite):
    def register(self, model_or_iterable: Any, admin_class: Any = None, **options: Any) -> None:
        """What libraries bring is left out: with it an operator could change who somebody is, by another address for
        their account or without their second factor, and look at their projects in their name."""
        if admin_class is not None and admin_class.__module__.partition(".")[0] in OURS:
            super().register(model_or_iterable, admin_class, **options)

    def login(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """Everybody signs in at one place, which asks for second factors and stops guessing."""
        if self.has_permission(request):
            return redirect("admin:index")
        if request.user.is_authenticated:
            raise Http404
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def password_change(self, request: HttpRequest, extra_context: Any = None) -> Any:
        return redirect("account_change_password")
