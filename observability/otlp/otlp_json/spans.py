"""Span records from OTLP/JSON."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from opentelemetry.proto.trace.v1 import trace_pb2

from observability.otlp.clean import Cleaner, span_identity
from observability.otlp.otlp_json.attributes import attributes_of, resource_of, scope_of
from observability.otlp.otlp_json.fields import (
    Json,
    as_object,
    enumeration,
    field,
    integer,
    objects,
    raw_id,
    records_in,
    text,
    time_ns,
)
from observability.otlp.result import Batch
from observability.otlp.values import own_identity
from observability.records import Resource, Scope, SpanEvent, SpanLink, SpanRecord

_SPAN_KINDS = dict(trace_pb2.Span.SpanKind.items())
_STATUS_CODES = dict(trace_pb2.Status.StatusCode.items())


def span_batches(request: Json, cleaner: Cleaner) -> Iterator[Batch]:
    for group in objects(request, "resourceSpans"):
        resource = resource_of(group, cleaner)
        for scoped in objects(group, "scopeSpans"):
            scope = scope_of(scoped, cleaner)
            yield (
                records_in(scoped, "spans"),
                partial(_span_record, resource=resource, scope=scope, cleaner=cleaner),
            )


def _span_record(received: Any, *, resource: Resource, scope: Scope, cleaner: Cleaner) -> SpanRecord:
    span = as_object(received, "span")
    trace_id, span_id = span_identity(raw_id(span, "traceId"), raw_id(span, "spanId"))
    attributes, repeated = attributes_of(span, cleaner)
    job_id, room_id = own_identity(attributes)
    status = as_object(field(span, "status"), "status")
    record: SpanRecord = {
        "signal": "span",
        "job_id": job_id,
        "room_id": room_id,
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": cleaner.span_id(raw_id(span, "parentSpanId")),
        "name": text(span, "name"),
        "kind": enumeration(span, "kind", _SPAN_KINDS),
        "start_ns": time_ns(span, "startTimeUnixNano", cleaner),
        "end_ns": time_ns(span, "endTimeUnixNano", cleaner),
        "status": {"code": enumeration(status, "code", _STATUS_CODES), "message": text(status, "message")},
        "events": [_event(event, cleaner) for event in objects(span, "events")],
        "links": [_link(link, cleaner) for link in objects(span, "links")],
        "attributes": attributes,
        "scope": scope,
        "resource": resource,
    }
    if repeated:
        record["repeated"] = repeated
    _add_rare_fields(record, span)
    return record


def _add_rare_fields(record: SpanRecord, span: Json) -> None:
    if flags := integer(span, "flags"):
        record["flags"] = flags
    if trace_state := text(span, "traceState"):
        record["trace_state"] = trace_state
    if dropped := integer(span, "droppedAttributesCount"):
        record["dropped_attributes_count"] = dropped
    if dropped_events := integer(span, "droppedEventsCount"):
        record["dropped_events_count"] = dropped_events
    if dropped_links := integer(span, "droppedLinksCount"):
        record["dropped_links_count"] = dropped_links


def _event(event: Json, cleaner: Cleaner) -> SpanEvent:
    attributes, repeated = attributes_of(event, cleaner)
    plain: SpanEvent = {
        "name": text(event, "name"),
        "time_ns": time_ns(event, "timeUnixNano", cleaner),
        "attributes": attributes,
    }
    if repeated:
        plain["repeated"] = repeated
    if dropped := integer(event, "droppedAttributesCount"):
        plain["dropped_attributes_count"] = dropped
    return plain


def _link(link: Json, cleaner: Cleaner) -> SpanLink:
    attributes, repeated = attributes_of(link, cleaner)
    plain: SpanLink = {
        "trace_id": cleaner.trace_id(raw_id(link, "traceId")),
        "span_id": cleaner.span_id(raw_id(link, "spanId")),
        "attributes": attributes,
    }
    if repeated:
        plain["repeated"] = repeated
    if trace_state := text(link, "traceState"):
        plain["trace_state"] = trace_state
    if flags := integer(link, "flags"):
        plain["flags"] = flags
    if dropped := integer(link, "droppedAttributesCount"):
        plain["dropped_attributes_count"] = dropped
    return plain
