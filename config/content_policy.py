"""The content security policy of each answer (docs/decisions/0021-trusted-types.md)."""

from typing import Any

from csp.middleware import CSPMiddleware
from django.http import HttpRequest

FOREIGN_SCRIPTS = ("/admin/", "/api/docs/")
"""Django's jQuery and Swagger UI make markup out of text. They show no word of any session."""
WITHOUT_TRUSTED_TYPES = {"require-trusted-types-for": None, "trusted-types": None}


class ContentPolicy(CSPMiddleware):
    def process_response(self, request: HttpRequest, response: Any) -> Any:
        if request.path.startswith(FOREIGN_SCRIPTS):
            response._csp_replace = WITHOUT_TRUSTED_TYPES
        return super().process_response(request, response)
