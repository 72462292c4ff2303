"""Log records from protobuf messages."""

from collections.abc import Iterator
from functools import partial

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord as LogMessage

from observability.otlp.clean import Cleaner
from observability.otlp.protobuf.attributes import attributes_of, plain_value, resource_of, scope_of
from observability.otlp.result import Batch
from observability.otlp.values import log_identity
from observability.records import LogRecord, Resource, Scope


def log_batches(request: ExportLogsServiceRequest, cleaner: Cleaner) -> Iterator[Batch]:
    for group in request.resource_logs:
        resource = resource_of(group, cleaner)
        for scoped in group.scope_logs:
            scope = scope_of(scoped, cleaner)
            yield scoped.log_records, partial(_log_record, resource=resource, scope=scope, cleaner=cleaner)


def _log_record(log: LogMessage, *, resource: Resource, scope: Scope, cleaner: Cleaner) -> LogRecord:
    attributes, repeated = attributes_of(log.attributes, cleaner)
    job_id, room_id = log_identity(attributes, scope)
    record: LogRecord = {
        "signal": "log",
        "job_id": job_id,
        "room_id": room_id,
        "time_ns": cleaner.time_ns(log.time_unix_nano),
        "observed_ns": cleaner.time_ns(log.observed_time_unix_nano),
        "severity_number": log.severity_number,
        "severity_text": cleaner.text(log.severity_text),
        "body": plain_value(log.body, cleaner),
        "trace_id": cleaner.trace_id(log.trace_id),
        "span_id": cleaner.span_id(log.span_id),
        "attributes": attributes,
        "scope": scope,
        "resource": resource,
    }
    if repeated:
        record["repeated"] = repeated
    if log.flags:
        record["flags"] = log.flags
    if log.event_name:
        record["event_name"] = cleaner.text(log.event_name)
    if log.dropped_attributes_count:
        record["dropped_attributes_count"] = log.dropped_attributes_count
    return record
