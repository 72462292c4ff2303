"""What was received of a session: `…/spans/`, `…/logs/`, `…/metrics/`, `…/chat-items/`, each record once."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

import orjson
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.request import Request
from rest_framework.response import Response

from observability.api import schema
from observability.api.doors import SessionView
from observability.api.paging import page_in_order_of_arrival, page_of
from observability.api.trail import note_look
from observability.journal.lines import span_lines_of
from observability.queries.records import records_of

LEVELS = {
    "trace": 1,
    "debug": 5,
    "info": 9,
    "warning": 13,
    "warn": 13,
    "error": 17,
    "fatal": 21,
    "critical": 21,
}
"""The lowest severity number of each (OpenTelemetry's log data model)."""

Wanted = Callable[[Any], bool]


class RecordsView(SessionView):
    """All records of one kind, in order of arrival, exactly as `observability.records` describes them."""

    kind: ClassVar[str]
    fields: ClassVar[tuple[str, ...]] = ()
    """Filters that compare a field with what is asked for."""

    def get(self, request: Request, **_: Any) -> Response:
        page, next_cursor = page_in_order_of_arrival(request, self.found(request))
        note_look(request, self.project, "records.viewed", str(self.session.public_id))
        return page_of(request, [self.shown(record) for record in page], next_cursor)

    def found(self, request: Request) -> Sequence[Any]:
        wanted = [*self.equal_fields(request), *self.other_filters(request)]
        return [
            record
            for record in records_of(self.session)
            if record["signal"] == self.kind and all(is_wanted(record) for is_wanted in wanted)
        ]

    def equal_fields(self, request: Request) -> list[Wanted]:
        asked = [(name, request.GET[name]) for name in self.fields if name in request.GET]
        return [lambda record, name=name, value=value: record.get(name) == value for name, value in asked]  # type: ignore[misc]

    def other_filters(self, request: Request) -> list[Wanted]:
        return []

    def shown(self, record: Any) -> Any:
        return record


class Spans(RecordsView):
    kind = "span"
    fields = takes = ("name", "trace_id", "span_id", "parent_span_id")

    @extend_schema(
        operation_id="session_spans",
        summary="Spans with all of their attributes",
        parameters=schema.record_filters(*takes),
        responses=schema.page(schema.Span),
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        return super().get(request, **kwargs)

    def found(self, request: Request) -> Sequence[Any]:
        """If all are asked for, as they lie: an answer with all attributes is large."""
        if not any(name in request.GET for name in self.fields):
            lines = span_lines_of(self.session)
            if lines is not None:
                return lines
        return super().found(request)

    def shown(self, record: Any) -> Any:
        return orjson.Fragment(record) if isinstance(record, bytes) else record


class Logs(RecordsView):
    kind = "log"
    fields = ("trace_id", "span_id")
    takes = ("level", "text", *fields)

    @extend_schema(
        operation_id="session_logs",
        summary="Log records",
        parameters=schema.record_filters(*takes),
        responses=schema.page(schema.Log),
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        return super().get(request, **kwargs)

    def other_filters(self, request: Request) -> list[Wanted]:
        wanted: list[Wanted] = []
        if level := request.GET.get("level", "").lower():
            if level not in LEVELS:
                raise ParseError(f"level is one of {', '.join(LEVELS)}.")
            wanted.append(lambda log: log["severity_number"] >= LEVELS[level])
        if text := request.GET.get("text", "").casefold():
            wanted.append(lambda log: text in str(log["body"]).casefold())
        return wanted


class Metrics(RecordsView):
    kind = "metric"
    fields = takes = ("name", "kind", "unit")

    @extend_schema(
        operation_id="session_metrics",
        summary="Metric points",
        parameters=schema.record_filters(*takes),
        responses=schema.page(schema.MetricPoint),
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        return super().get(request, **kwargs)


class ChatItems(RecordsView):
    kind = "chat_item"

    @extend_schema(
        operation_id="session_chat_items",
        summary="Items of the chat history, as the SDK wrote them",
        parameters=schema.record_filters(),
        responses=schema.page(schema.ChatItem),
    )
    def get(self, request: Request, **kwargs: Any) -> Response:
        return super().get(request, **kwargs)
