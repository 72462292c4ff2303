"""Export requests for the tests, built with the official protobuf classes, and their equals in OTLP/JSON."""

import base64
import json
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from observability.otlp.count import Limits
from observability.otlp.decode import decode
from observability.otlp.result import Decoded

LIMITS = Limits(20_000, 100_000, 200_000, nesting=45, json_depth=100, integer_digits=100)
PROTOBUF, JSON = "application/x-protobuf", "application/json"
TRACE_ID, SPAN_ID = bytes(range(1, 17)), bytes(range(1, 9))


def span(**fields: Any) -> Span:
    return Span(**{"trace_id": TRACE_ID, "span_id": SPAN_ID, "name": "llm_node"} | fields)


def attribute(key: str, **value: Any) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(**value))


def traces(*spans: Span, **scope: Any) -> ExportTraceServiceRequest:
    request = ExportTraceServiceRequest()
    scoped = request.resource_spans.add().scope_spans.add(spans=spans)
    scoped.scope.name = scope.get("name", "livekit-agents")
    scoped.scope.attributes.extend(scope.get("attributes", []))
    return request


def logs(*records: LogRecord, **scope: Any) -> ExportLogsServiceRequest:
    request = ExportLogsServiceRequest()
    scoped = request.resource_logs.add().scope_logs.add(log_records=records)
    scoped.scope.name = scope.get("name", "chat_history")
    scoped.scope.attributes.extend(scope.get("attributes", []))
    return request


def metrics(*found: Metric) -> ExportMetricsServiceRequest:
    request = ExportMetricsServiceRequest()
    request.resource_metrics.add().scope_metrics.add(metrics=found)
    return request


def signal_of(request: Message) -> Any:
    names = {"ExportTraceServiceRequest": "traces", "ExportLogsServiceRequest": "logs"}
    return names.get(request.DESCRIPTOR.name, "metrics")


def decoded(request: Message) -> Decoded:
    return decode(signal_of(request), request.SerializeToString(), PROTOBUF, LIMITS)


def decoded_json(signal: Any, request: Any) -> Decoded:
    body = request if isinstance(request, bytes) else json.dumps(request).encode()
    return decode(signal, body, JSON, LIMITS)


def only(outcome: Decoded) -> Any:
    """The one record that came of a request."""
    assert len(outcome.records) == 1, outcome
    return outcome.records[0]


def nested(levels: int) -> AnyValue:
    value = AnyValue(string_value="core")
    for _ in range(levels - 1):
        outer = AnyValue()
        outer.array_value.values.append(value)
        value = outer
    return value


def otlp_json(request: Message, *, snake_case: bool = False) -> Any:
    """What an OTLP/JSON client would send: protobuf's JSON mapping, with ids in hexadecimal."""
    return _hexadecimal(json_format.MessageToDict(request, preserving_proto_field_name=snake_case))


def _hexadecimal(value: Any) -> Any:
    if isinstance(value, list):
        return [_hexadecimal(inner) for inner in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64decode(inner).hex()
        if name.lower().replace("_", "") in ("traceid", "spanid", "parentspanid")
        else _hexadecimal(inner)
        for name, inner in value.items()
    }
