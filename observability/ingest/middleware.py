"""Hands an agent's upload straight to its view.

Nothing that pages need may touch an upload: no session, no CSRF check, no redirect for a missing slash and no HTML
error page. A redirect counts as success for the SDKs, and the data is lost without a sign (docs/contract.md §4.2).
"""

import re
from collections.abc import Callable

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import get_resolver

from observability.ingest.views import answer_directly

INGEST_PATH = re.compile(r"^/+(?:p|observability|v1|admission)(?:/|$)")
SLASHES = re.compile(r"/{2,}")


class IngestBypass:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if INGEST_PATH.match(request.path_info) is None:
            return self.get_response(request)
        match = get_resolver("observability.ingest.urls").resolve(canonical(request.path_info))
        request.resolver_match = match
        kwargs = {name: value for name, value in match.kwargs.items() if value is not None}
        return answer_directly(request, match.func, kwargs)


def canonical(path: str) -> str:
    """Python's SDK doubles the slash of a base URL that ends in one; some proxies add one at the end."""
    return SLASHES.sub("/", path).rstrip("/")
