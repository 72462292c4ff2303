"""Records written back as OTLP/JSON, without loss: decoding what was exported gives the same records."""

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import orjson

from observability.otlp.export_metrics import metrics_of
from observability.otlp.export_values import Json, Plain, any_value, attributes_of, without_nothing
from observability.otlp.result import OtlpRecord
from observability.otlp.shape import Signal


def export(signal: Signal, records: Iterable[OtlpRecord]) -> Json:
    """All records as one export request, in their order."""
    return {_GROUPS[signal][0]: list(resource_groups(signal, records))}


def resource_groups(signal: Signal, records: Iterable[OtlpRecord]) -> Iterator[Json]:
    """The members of the request's outermost list, one for each run of records with the same resource.

    `records` is consumed as the groups are made, so a long session need never be in memory whole.
    """
    _, scope_list, item_list, items_of = _GROUPS[signal]
    for resource, of_resource in _runs(records, "resource"):
        scoped = [
            without_nothing(
                {
                    "scope": _scope(scope),
                    item_list: items_of(of_scope),
                    "schemaUrl": scope.get("schema_url"),
                }
            )
            for scope, of_scope in _runs(of_resource, "scope")
        ]
        yield without_nothing(
            {"resource": _resource(resource), scope_list: scoped, "schemaUrl": resource.get("schema_url")}
        )


def _runs(records: Iterable[Any], part: str) -> Iterator[tuple[Plain, Iterator[Plain]]]:
    """Runs of records with an equal `part`. Compared as JSON: to Python 1, 1.0 and True are equal."""
    for written, run in groupby(records, key=lambda record: orjson.dumps(record[part])):
        yield orjson.loads(written), run


def _scope(scope: Plain) -> Json:
    return without_nothing(
        {
            "name": scope.get("name"),
            "version": scope.get("version"),
            "attributes": attributes_of(scope),
            "droppedAttributesCount": scope.get("dropped_attributes_count"),
        }
    )


def _resource(resource: Plain) -> Json:
    return without_nothing(
        {
            "attributes": attributes_of(resource),
            "droppedAttributesCount": resource.get("dropped_attributes_count"),
            "entityRefs": [
                {
                    "schemaUrl": entity["schema_url"],
                    "type": entity["type"],
                    "idKeys": entity["id_keys"],
                    "descriptionKeys": entity["description_keys"],
                }
                for entity in resource.get("entity_refs", [])
            ],
        }
    )


def _spans_of(records: Iterable[Plain]) -> list[Json]:
    return [_span(record) for record in records]


def _span(span: Plain) -> Json:
    return without_nothing(
        {
            "traceId": span["trace_id"],
            "spanId": span["span_id"],
            "traceState": span.get("trace_state"),
            "parentSpanId": span["parent_span_id"],
            "flags": span.get("flags"),
            "name": span["name"],
            "kind": span["kind"],
            "startTimeUnixNano": str(span["start_ns"]),
            "endTimeUnixNano": str(span["end_ns"]),
            "attributes": attributes_of(span),
            "droppedAttributesCount": span.get("dropped_attributes_count"),
            "events": [_event(event) for event in span["events"]],
            "droppedEventsCount": span.get("dropped_events_count"),
            "links": [_link(link) for link in span["links"]],
            "droppedLinksCount": span.get("dropped_links_count"),
            "status": without_nothing(span["status"]),
        }
    )


def _event(event: Plain) -> Json:
    return without_nothing(
        {
            "timeUnixNano": str(event["time_ns"]),
            "name": event["name"],
            "attributes": attributes_of(event),
            "droppedAttributesCount": event.get("dropped_attributes_count"),
        }
    )


def _link(link: Plain) -> Json:
    return without_nothing(
        {
            "traceId": link["trace_id"],
            "spanId": link["span_id"],
            "traceState": link.get("trace_state"),
            "attributes": attributes_of(link),
            "droppedAttributesCount": link.get("dropped_attributes_count"),
            "flags": link.get("flags"),
        }
    )


def _logs_of(records: Iterable[Plain]) -> list[Json]:
    return [_log(record) for record in records]


def _log(log: Plain) -> Json:
    return without_nothing(
        {
            "timeUnixNano": str(log["time_ns"]),
            "observedTimeUnixNano": str(log["observed_ns"]),
            "severityNumber": log["severity_number"],
            "severityText": log["severity_text"],
            "body": any_value(log["body"]),
            "attributes": attributes_of(log),
            "droppedAttributesCount": log.get("dropped_attributes_count"),
            "flags": log.get("flags"),
            "traceId": log["trace_id"],
            "spanId": log["span_id"],
            "eventName": log.get("event_name"),
        }
    )


_GROUPS: dict[Signal, tuple[str, str, str, Callable[[Iterable[Plain]], list[Json]]]] = {
    "traces": ("resourceSpans", "scopeSpans", "spans", _spans_of),
    "logs": ("resourceLogs", "scopeLogs", "logRecords", _logs_of),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics", metrics_of),
}
