"""Says of each log line and each answer which request they belong to, and times the answers of pages and the API."""

import re
import time
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any
from uuid import uuid4

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from observability.measures import count_response

HEADER = "X-Request-Id"
ID = re.compile(r"[0-9a-f]{32}")
NAMES = {"slug": "project", "project": "project", "public_id": "session", "session": "session"}
"""What the routes call them, and what the log does."""

context: ContextVar[dict[str, str]] = ContextVar("request", default={})  # noqa: B039  (never changed, only replaced)

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestId:
    """The proxy's id, so that its log and ours agree; without a proxy nobody else's is believed."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        given = request.META.get("HTTP_X_REQUEST_ID", "") if settings.BEHIND_PROXY else ""
        request_id = given if ID.fullmatch(given) else uuid4().hex
        token = context.set({"request_id": request_id})
        try:
            response = self.get_response(request)
        finally:
            context.reset(token)
        response.headers[HEADER] = request_id
        return response


class Timed:
    """Below the bypass of uploads, which count themselves."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        began = time.perf_counter()
        response = self.get_response(request)
        match = request.resolver_match
        count_response(
            match.view_name if match else "none", response.status_code, time.perf_counter() - began
        )
        return response

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: dict[str, Any]) -> None:
        named = {NAMES[name]: str(value) for name, value in kwargs.items() if name in NAMES}
        context.set({**context.get(), **named})
