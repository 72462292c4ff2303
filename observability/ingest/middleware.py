"""Hands an agent's upload straight to its view.

Nothing that pages need may touch an upload: no session, no CSRF check, no redirect for a missing slash and no HTML
error page. A redirect counts as success for the SDKs, and the data is lost without a sign (docs/contract.md §4.2).
"""

import re
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.core.handlers.exception import convert_exception_to_response
from django.core.handlers.wsgi import WSGIRequest, get_path_info
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import ResolverMatch, get_resolver
from django.utils.log import log_response
from django.utils.module_loading import import_string

UPLOAD_PATH = re.compile(r"^/+(?:p|observability|v1|admission)(?:/|$)")
SLASHES = re.compile(r"/{2,}")
MAX_REMEMBERED, MAX_REMEMBERED_CHARS = 1_000, 200
"""Addresses. Whoever makes longer ones up has them looked up each time."""

GetResponse = Callable[[HttpRequest], HttpResponseBase]
Application = Callable[..., Iterable[bytes]]


class IngestBypass:
    """For whatever runs Django's own handler, as its test client does."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        is_upload = UPLOAD_PATH.match(request.path_info)
        return answer_upload(request) if is_upload else self.get_response(request)


class UploadsFirst:
    """WSGI: uploads are answered before Django's own handler.

    Its signals, and what DRF did for a view, were a third of an upload's processor time
    (docs/decisions/0032-uploads-before-djangos-handler.md).
    """

    def __init__(self, application: Application, make_request: type[WSGIRequest]) -> None:
        self.application = application
        self.make_request = make_request
        self.answer = within(settings.UPLOAD_MIDDLEWARE, answer_and_log)

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if UPLOAD_PATH.match(get_path_info(environ)) is None:
            return self.application(environ, start_response)
        try:
            response: Any = self.answer(self.make_request(environ))
        finally:
            connection.close_if_unusable_or_obsolete()  # as Django does after a request
        start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
        return [response.content]


def within(middleware: list[str], handler: GetResponse) -> GetResponse:
    """What is no answer becomes one before the next middleware, as in Django's own chain."""
    handler = converting(handler)
    for path in reversed(middleware):
        with suppress(MiddlewareNotUsed):
            handler = converting(import_string(path)(handler))
    return handler


def converting(handler: GetResponse) -> GetResponse:
    return convert_exception_to_response(handler)  # type: ignore[return-value]  # it is no coroutine


def answer_and_log(request: HttpRequest) -> HttpResponseBase:
    """As Django's handler logs: what is 500 and above, by its settings."""
    response: Any = answer_upload(request)
    if response.status_code >= 400:
        log_response("%s: %s", response.reason_phrase, request.path, response=response, request=request)
    return response  # type: ignore[no-any-return]


def answer_upload(request: HttpRequest) -> HttpResponseBase:
    path = canonical(request.path_info)
    match = remembered(path) if len(path) <= MAX_REMEMBERED_CHARS else resolved(path)
    request.resolver_match = match
    return match.func(request, **match.kwargs)  # type: ignore[no-any-return]


def canonical(path: str) -> str:
    """Python's SDK doubles the slash of a base URL that ends in one; some proxies add one at the end."""
    return SLASHES.sub("/", path).rstrip("/")


def resolved(path: str) -> ResolverMatch:
    return get_resolver("observability.ingest.urls").resolve(path)


remembered = lru_cache(MAX_REMEMBERED)(resolved)
