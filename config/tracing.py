"""Tells an OpenTelemetry collector of Playhead's own requests and jobs. Nothing of a tenant (docs/operate.md).

Off unless OTEL_EXPORTER_OTLP_ENDPOINT is set, and loads the extra `telemetry` only then. No trace
is taken over from whoever sends a request: a sender could have each of its uploads traced.
"""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib.util import find_spec
from typing import Any

from django.conf import settings
from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from config.request_id import HEADER as REQUEST_ID
from observability.jobs import NotYet
from observability.watched import listen

logger = logging.getLogger(__name__)

OURS = "X-Playhead-Telemetry"
"""On what is exported, so that a Playhead that receives it makes no spans of that in turn, and so on for ever."""
METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
_tracer: Any = None

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def start() -> None:
    """Once in each process, or before it is forked; nothing is sent, and no thread begun, before the first span."""
    global _tracer
    if not settings.OTEL_EXPORTER_OTLP_ENDPOINT:
        return
    if not is_installed():
        logger.warning("OTEL_EXPORTER_OTLP_ENDPOINT is set, and the extra `telemetry` is not installed.")
        return
    from config.span_export import new_tracer

    _tracer = new_tracer(ratio=settings.OTEL_TRACES_SAMPLER_ARG, headers={OURS: "spans"})
    listen(told)


def is_installed() -> bool:
    try:
        return all(
            find_spec(name) for name in ("opentelemetry.sdk", "opentelemetry.exporter.otlp.proto.http")
        )
    except ModuleNotFoundError:
        return False


class Traced:
    """Outermost, so that what it measures is what the sender waited for."""

    def __init__(self, get_response: GetResponse) -> None:
        if _tracer is None:
            raise MiddlewareNotUsed
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if OURS in request.headers:
            return self.get_response(request)
        with begun("request", kind="SERVER") as span:
            response = self.get_response(request)
            if span.is_recording():
                tell_of(span, request, response)
        return response


def tell_of(span: Any, request: HttpRequest, response: HttpResponseBase) -> None:
    """The route and not the address; of project and session the log tells, by the request's id."""
    method = request.method if request.method in METHODS else "_OTHER"
    match = request.resolver_match
    route = readable(match.route) if match else ""
    span.update_name(f"{method} {route}".rstrip())
    span.set_attributes(
        {
            "http.request.method": method,
            "http.route": route,
            "http.response.status_code": response.status_code,
            "playhead.request_id": response.headers.get(REQUEST_ID, ""),
        }
    )
    if response.status_code >= 500:
        fail(span, str(response.status_code))


@cache
def readable(route: str) -> str:
    """Those of uploads are patterns: /observability/<signal>/otlp/v0."""
    from django.contrib.admindocs.views import simplify_regex

    return str(simplify_regex(route))


@contextmanager
def told(name: str) -> Iterator[None]:
    """Listener of `observability.watched`. Of an error its class: its message may quote content."""
    with begun(name) as span:
        try:
            yield
        except NotYet as reason:
            span.set_attribute("playhead.put_off", type(reason).__name__)
            raise
        except Exception as error:
            fail(span, type(error).__name__)
            raise


@contextmanager
def begun(name: str, *, kind: str = "INTERNAL") -> Iterator[Any]:
    """Ended, with the time that the database took, when the block ends."""
    from opentelemetry.trace import SpanKind

    span = _tracer.start_span(name, kind=SpanKind[kind])
    if not span.is_recording():
        yield span
        return
    database = DatabaseTime()
    try:
        with connection.execute_wrapper(database):
            yield span
    finally:
        span.set_attribute("playhead.database.queries", database.queries)
        span.set_attribute("playhead.database.seconds", database.seconds)
        span.end()


def fail(span: Any, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    span.set_status(StatusCode.ERROR)
    span.set_attribute("error.type", kind)


class DatabaseTime:
    def __init__(self) -> None:
        self.queries, self.seconds = 0, 0.0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        began = time.perf_counter()
        try:
            return execute(*statement)
        finally:
            self.queries += 1
            self.seconds += time.perf_counter() - began
