"""The content security policy of each answer (docs/decisions/0021-trusted-types.md)."""

from collections.abc import Callable

from csp.constants import HEADER
from csp.utils import build_policy
from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

FOREIGN_SCRIPTS = ("/admin/", "/api/docs/")
"""Django's jQuery and Swagger UI make markup out of text. They show no word of any session."""
WITHOUT_TRUSTED_TYPES = {"require-trusted-types-for": None, "trusted-types": None}
OF_DJANGO_UNDER_DEBUG = {404, 500}
"""Pages that tell of a fault, with styles in them."""


class ContentPolicy:
    """Middleware. There are two policies, and no answer that makes one of its own: each is written once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.usual, self.of_foreign_scripts = build_policy(), build_policy(replace=WITHOUT_TRUSTED_TYPES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if not (settings.DEBUG and response.status_code in OF_DJANGO_UNDER_DEBUG):
            is_foreign = request.path.startswith(FOREIGN_SCRIPTS)
            response.headers[HEADER] = self.of_foreign_scripts if is_foreign else self.usual
        return response
