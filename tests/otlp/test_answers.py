"""Answers are what the exporters and the recording upload can read."""

import orjson
import pytest
from google.protobuf import json_format
from google.rpc.error_details_pb2 import RetryInfo
from google.rpc.status_pb2 import Status
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceResponse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from observability.otlp.answers import refusal, success

RESPONSES = {
    "traces": (ExportTraceServiceResponse, "rejected_spans"),
    "logs": (ExportLogsServiceResponse, "rejected_log_records"),
    "metrics": (ExportMetricsServiceResponse, "rejected_data_points"),
}


@pytest.mark.parametrize("signal", RESPONSES)
def test_full_success_is_an_empty_message(signal):
    assert success(signal, "protobuf") == b""
    assert success(signal, "json") == b"{}"


@pytest.mark.parametrize("signal", RESPONSES)
def test_partial_success_says_how_many_were_rejected_and_why(signal):
    response, field = RESPONSES[signal]

    in_protobuf = response.FromString(success(signal, "protobuf", rejected=3, message="bad ids"))
    in_json = json_format.Parse(success(signal, "json", rejected=3, message="bad ids"), response())

    assert in_protobuf == in_json
    assert getattr(in_protobuf.partial_success, field) == 3
    assert in_protobuf.partial_success.error_message == "bad ids"


def test_a_warning_rejects_nothing():
    answer = ExportTraceServiceResponse.FromString(success("traces", "protobuf", message="slow down"))

    assert (answer.partial_success.rejected_spans, answer.partial_success.error_message) == (0, "slow down")
    assert (
        success("traces", "json", message="slow down") == b'{"partialSuccess":{"errorMessage":"slow down"}}'
    )


def test_a_refusal_is_a_status():
    assert Status.FromString(refusal(3, "not gzip", "protobuf")) == Status(code=3, message="not gzip")
    assert orjson.loads(refusal(3, "not gzip", "json")) == {"code": 3, "message": "not gzip"}


def test_a_refusal_for_now_says_when_to_come_again_in_both_encodings():
    in_protobuf = Status.FromString(refusal(14, "busy", "protobuf", retry_after_s=3))
    in_json = json_format.Parse(refusal(14, "busy", "json", retry_after_s=3), Status())

    retry_info = RetryInfo()
    assert in_protobuf.details[0].Unpack(retry_info)
    assert retry_info.retry_delay.seconds == 3
    assert in_json == in_protobuf
