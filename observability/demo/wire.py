"""OTLP messages from plain values, with what the SDK stamps on everything (docs/contract.md §5)."""

from collections.abc import Iterable, Mapping
from typing import Any

from opentelemetry.proto.common.v1.common_pb2 import (
    AnyValue,
    ArrayValue,
    InstrumentationScope,
    KeyValue,
    KeyValueList,
)
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1 import trace_pb2 as trace

from observability.demo.pace import digest, ms
from observability.demo.plan import Plan
from observability.demo.tree import CLIENT, INTERNAL, Log, Placed, Span

SEVERITIES = {"DEBUG": 5, "INFO": 9, "WARN": 13, "ERROR": 17, "error": 17, "unspecified": 0}
KINDS = {INTERNAL: trace.Span.SPAN_KIND_INTERNAL, CLIENT: trace.Span.SPAN_KIND_CLIENT}
LOCAL_PARENT = 0x100
SAMPLED_RANDOM = 0x03


def any_value(value: Any) -> AnyValue:
    """None becomes a value without content, as in Python's exporter."""
    match value:
        case None:
            return AnyValue()
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case str():
            return AnyValue(string_value=value)
        case Mapping():
            return AnyValue(kvlist_value=KeyValueList(values=key_values(value)))
        case _:
            return AnyValue(array_value=ArrayValue(values=map(any_value, value)))


def key_values(attributes: Mapping[str, Any]) -> list[KeyValue]:
    return [KeyValue(key=key, value=any_value(value)) for key, value in attributes.items()]


def resource(plan: Plan, service: str, *, with_job: bool = False) -> Resource:
    attributes = {
        "telemetry.sdk.language": "python",
        "telemetry.sdk.name": "opentelemetry",
        "telemetry.sdk.version": "1.45.2",
        "service.instance.id": digest(plan.script.job_id, 16).hex(),
        "service.name": service,
    }
    return Resource(attributes=key_values(attributes | (stamps(plan) if with_job else {})))


def stamps(plan: Plan) -> dict[str, str]:
    script = plan.script
    return {"room_id": script.room_id, "job_id": script.job_id, "lk.agent_name": script.agent_name}


def scope(name: str, attributes: Mapping[str, Any] | None = None) -> InstrumentationScope:
    return InstrumentationScope(name=name, attributes=key_values(attributes or {}))


def trace_id(plan: Plan) -> bytes:
    return digest(f"{plan.script.job_id}/trace", 16)


def wire_span(plan: Plan, placed: Placed) -> trace.Span:
    span = placed.span
    error = (
        trace.Status(code=trace.Status.STATUS_CODE_ERROR, message=span.error)
        if span.error
        else trace.Status()
    )
    return trace.Span(
        trace_id=trace_id(plan),
        span_id=placed.span_id,
        parent_span_id=placed.parent_id,
        flags=LOCAL_PARENT,
        name=span.name,
        kind=KINDS[span.kind],
        start_time_unix_nano=span.start_ns,
        end_time_unix_nano=span.end_ns,
        attributes=key_values({**_span_stamps(plan, span), **span.attributes}),
        events=_events(span),
        status=error,
    )


def _span_stamps(plan: Plan, span: Span) -> dict[str, str]:
    """What began before the session only knows its room and job."""
    every = stamps(plan)
    if span.start_ns < plan.at.session_ns:
        return {key: every[key] for key in ("room_id", "job_id")}
    return every | {"gen_ai.conversation.id": plan.script.room_id}


def _events(span: Span) -> Iterable[trace.Span.Event]:
    return (
        trace.Span.Event(name=event.name, time_unix_nano=event.at_ns, attributes=key_values(event.attributes))
        for event in span.events
    )


def wire_log(plan: Plan, log: Log, span_id: bytes) -> LogRecord:
    return LogRecord(
        time_unix_nano=log.at_ns,
        observed_time_unix_nano=log.observed_ns or log.at_ns + ms(0.21),
        severity_number=SEVERITIES[log.level],  # type: ignore[arg-type]  # any number is an enum value on the wire
        severity_text=log.level,
        body=any_value(log.body),
        attributes=key_values({**log.attributes, **_source(log), **stamps(plan), "logger.name": log.logger}),
        trace_id=trace_id(plan),
        span_id=span_id,
        flags=SAMPLED_RANDOM,
    )


def _source(log: Log) -> dict[str, Any]:
    if not log.source:
        return {}
    line = int.from_bytes(digest(log.source + log.body[:24], 2)) % 380 + 20
    return {"code.file.path": log.source, "code.line.number": line}
