"""Span records from protobuf messages."""

from collections.abc import Iterator
from functools import partial

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from observability.otlp.clean import Cleaner, span_identity
from observability.otlp.protobuf.attributes import attributes_of, resource_of, scope_of
from observability.otlp.result import Batch
from observability.otlp.values import own_identity
from observability.records import Resource, Scope, SpanEvent, SpanLink, SpanRecord


def span_batches(request: ExportTraceServiceRequest, cleaner: Cleaner) -> Iterator[Batch]:
    for group in request.resource_spans:
        resource = resource_of(group, cleaner)
        for scoped in group.scope_spans:
            scope = scope_of(scoped, cleaner)
            yield scoped.spans, partial(_span_record, resource=resource, scope=scope, cleaner=cleaner)


def _span_record(span: Span, *, resource: Resource, scope: Scope, cleaner: Cleaner) -> SpanRecord:
    trace_id, span_id = span_identity(span.trace_id, span.span_id)
    parent_span_id = span.parent_span_id
    attributes, repeated = attributes_of(span.attributes, cleaner)
    job_id, room_id = own_identity(attributes)
    status = span.status
    record: SpanRecord = {
        "signal": "span",
        "job_id": job_id,
        "room_id": room_id,
        "trace_id": trace_id,
        "span_id": span_id,
        "parent_span_id": cleaner.span_id(parent_span_id) if parent_span_id else "",
        "name": cleaner.text(span.name),
        "kind": span.kind,
        "start_ns": cleaner.time_ns(span.start_time_unix_nano),
        "end_ns": cleaner.time_ns(span.end_time_unix_nano),
        "status": {"code": status.code, "message": cleaner.text(status.message)},
        "events": [_event(event, cleaner) for event in span.events],
        "links": [_link(link, cleaner) for link in span.links],
        "attributes": attributes,
        "scope": scope,
        "resource": resource,
    }
    if repeated:
        record["repeated"] = repeated
    _add_rare_fields(record, span, cleaner)
    return record


def _add_rare_fields(record: SpanRecord, span: Span, cleaner: Cleaner) -> None:
    if span.flags:
        record["flags"] = span.flags
    if span.trace_state:
        record["trace_state"] = cleaner.text(span.trace_state)
    if span.dropped_attributes_count:
        record["dropped_attributes_count"] = span.dropped_attributes_count
    if span.dropped_events_count:
        record["dropped_events_count"] = span.dropped_events_count
    if span.dropped_links_count:
        record["dropped_links_count"] = span.dropped_links_count


def _event(event: Span.Event, cleaner: Cleaner) -> SpanEvent:
    attributes, repeated = attributes_of(event.attributes, cleaner)
    plain: SpanEvent = {
        "name": cleaner.text(event.name),
        "time_ns": cleaner.time_ns(event.time_unix_nano),
        "attributes": attributes,
    }
    if repeated:
        plain["repeated"] = repeated
    if event.dropped_attributes_count:
        plain["dropped_attributes_count"] = event.dropped_attributes_count
    return plain


def _link(link: Span.Link, cleaner: Cleaner) -> SpanLink:
    attributes, repeated = attributes_of(link.attributes, cleaner)
    plain: SpanLink = {
        "trace_id": cleaner.trace_id(link.trace_id),
        "span_id": cleaner.span_id(link.span_id),
        "attributes": attributes,
    }
    if repeated:
        plain["repeated"] = repeated
    if link.trace_state:
        plain["trace_state"] = cleaner.text(link.trace_state)
    if link.flags:
        plain["flags"] = link.flags
    if link.dropped_attributes_count:
        plain["dropped_attributes_count"] = link.dropped_attributes_count
    return plain
