"""Log records from OTLP/JSON; the Node SDK sends its logs this way (CONTRACT 2)."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from opentelemetry.proto.logs.v1 import logs_pb2

from observability.otlp.clean import Cleaner
from observability.otlp.otlp_json.attributes import attributes_of, plain_value, resource_of, scope_of
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
from observability.otlp.values import log_identity
from observability.records import LogRecord, Resource, Scope

_SEVERITIES = dict(logs_pb2.SeverityNumber.items())


def log_batches(request: Json, cleaner: Cleaner) -> Iterator[Batch]:
    for group in objects(request, "resourceLogs"):
        resource = resource_of(group, cleaner)
        for scoped in objects(group, "scopeLogs"):
            scope = scope_of(scoped, cleaner)
            yield (
                records_in(scoped, "logRecords"),
                partial(_log_record, resource=resource, scope=scope, cleaner=cleaner),
            )


def _log_record(received: Any, *, resource: Resource, scope: Scope, cleaner: Cleaner) -> LogRecord:
    log = as_object(received, "log record")
    attributes, repeated = attributes_of(log, cleaner)
    job_id, room_id = log_identity(attributes, scope)
    record: LogRecord = {
        "signal": "log",
        "job_id": job_id,
        "room_id": room_id,
        "time_ns": time_ns(log, "timeUnixNano", cleaner),
        "observed_ns": time_ns(log, "observedTimeUnixNano", cleaner),
        "severity_number": enumeration(log, "severityNumber", _SEVERITIES),
        "severity_text": text(log, "severityText"),
        "body": plain_value(field(log, "body"), cleaner),
        "trace_id": cleaner.trace_id(raw_id(log, "traceId")),
        "span_id": cleaner.span_id(raw_id(log, "spanId")),
        "attributes": attributes,
        "scope": scope,
        "resource": resource,
    }
    if repeated:
        record["repeated"] = repeated
    if flags := integer(log, "flags"):
        record["flags"] = flags
    if event_name := text(log, "eventName"):
        record["event_name"] = event_name
    if dropped := integer(log, "droppedAttributesCount"):
        record["dropped_attributes_count"] = dropped
    return record
