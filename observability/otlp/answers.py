"""Answers in the bytes that OTLP clients read: export responses, and google.rpc.Status for refusals."""

from typing import Any

import orjson
from google.protobuf.duration_pb2 import Duration
from google.protobuf.message import Message
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import (
    ExportLogsPartialSuccess,
    ExportLogsServiceResponse,
)
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import (
    ExportMetricsPartialSuccess,
    ExportMetricsServiceResponse,
)
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import (
    ExportTracePartialSuccess,
    ExportTraceServiceResponse,
)

from observability.otlp.decode import Encoding
from observability.otlp.shape import Signal

CONTENT_TYPES: dict[Encoding, str] = {"protobuf": "application/x-protobuf", "json": "application/json"}

_REJECTED_FIELDS: dict[Signal, str] = {
    "traces": "rejectedSpans",
    "logs": "rejectedLogRecords",
    "metrics": "rejectedDataPoints",
}


def success(signal: Signal, encoding: Encoding, *, rejected: int = 0, message: str = "") -> bytes:
    """The body of a 200. Nothing rejected and nothing to say: an empty message, which is b"" or b"{}".

    With a message and nothing rejected it is a warning (OTLP specification, "Partial success").
    """
    if not rejected and not message:
        return b"{}" if encoding == "json" else b""
    if encoding == "json":
        return orjson.dumps(_partial_success_json(signal, rejected, message))
    return _export_response(signal, rejected, message).SerializeToString()


def refusal(code: int, message: str, encoding: Encoding, *, retry_after_s: int | None = None) -> bytes:
    """The body of a refusal: a google.rpc.Status with that gRPC code.

    With `retry_after_s` it carries the RetryInfo without which the SDKs give a recording up (CONTRACT 4.3).
    """
    if encoding == "json":
        return orjson.dumps(_status_json(code, message, retry_after_s))
    status = Status(code=code, message=message)
    if retry_after_s is not None:
        status.details.add().Pack(RetryInfo(retry_delay=Duration(seconds=retry_after_s)))
    serialized: bytes = status.SerializeToString()
    return serialized


def _export_response(signal: Signal, rejected: int, message: str) -> Message:
    if signal == "traces":
        spans = ExportTracePartialSuccess(rejected_spans=rejected, error_message=message)
        return ExportTraceServiceResponse(partial_success=spans)
    if signal == "logs":
        logs = ExportLogsPartialSuccess(rejected_log_records=rejected, error_message=message)
        return ExportLogsServiceResponse(partial_success=logs)
    points = ExportMetricsPartialSuccess(rejected_data_points=rejected, error_message=message)
    return ExportMetricsServiceResponse(partial_success=points)


def _partial_success_json(signal: Signal, rejected: int, message: str) -> dict[str, Any]:
    partial: dict[str, str] = {}
    if rejected:
        partial[_REJECTED_FIELDS[signal]] = str(rejected)
    if message:
        partial["errorMessage"] = message
    return {"partialSuccess": partial}


def _status_json(code: int, message: str, retry_after_s: int | None) -> dict[str, Any]:
    status: dict[str, Any] = {"code": code, "message": message}
    if retry_after_s is not None:
        retry_info = {"@type": "type.googleapis.com/google.rpc.RetryInfo", "retryDelay": f"{retry_after_s}s"}
        status["details"] = [retry_info]
    return status
