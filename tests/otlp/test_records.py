"""Every field of every kind of record, from protobuf, from JSON, and from JSON that was exported."""

import math

import pytest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from observability.otlp.export import export
from tests.otlp.messages import (
    SPAN_ID,
    TRACE_ID,
    attribute,
    decoded,
    decoded_json,
    logs,
    metrics,
    only,
    otlp_json,
    signal_of,
    span,
    traces,
)


def from_json(request):
    return decoded_json(signal_of(request), otlp_json(request))


def exported(request):
    signal = signal_of(request)
    return decoded_json(signal, export(signal, decoded(request).records))


in_every_encoding = pytest.mark.parametrize(
    "read", [decoded, from_json, exported], ids=["protobuf", "json", "exported"]
)


def whole_span_request():
    request = traces(
        span(
            trace_state="a=b",
            parent_span_id=b"\x08" * 8,
            flags=0x101,
            kind=3,
            start_time_unix_nano=1_795_338_050_752_000_001,
            end_time_unix_nano=1_795_338_050_752_000_002,
            attributes=[attribute(key, string_value="AJ_1") for key in ("job_id", "room_id", "room_id")],
            dropped_attributes_count=1,
            events=[
                {
                    "name": "e",
                    "time_unix_nano": 5,
                    "attributes": [attribute("k", int_value=1), attribute("k", int_value=2)],
                    "dropped_attributes_count": 4,
                }
            ],
            dropped_events_count=2,
            links=[
                {
                    "trace_id": TRACE_ID,
                    "span_id": SPAN_ID,
                    "trace_state": "c",
                    "flags": 1,
                    "attributes": [attribute("", bytes_value=b"b"), attribute("", double_value=math.inf)],
                    "dropped_attributes_count": 5,
                }
            ],
            dropped_links_count=3,
            status={"code": 2, "message": "no"},
        )
    )
    request.resource_spans[0].resource.attributes.append(
        attribute("service.name", string_value="livekit-agents")
    )
    request.resource_spans[0].schema_url = "https://resource"
    request.resource_spans[0].scope_spans[0].schema_url = "https://scope"
    return request


@in_every_encoding
def test_a_span_is_kept_whole(read):
    assert only(read(whole_span_request())) == {
        "signal": "span",
        "job_id": "AJ_1",
        "room_id": "AJ_1",
        "trace_id": TRACE_ID.hex(),
        "span_id": SPAN_ID.hex(),
        "parent_span_id": "08" * 8,
        "name": "llm_node",
        "kind": 3,
        "start_ns": 1_795_338_050_752_000_001,
        "end_ns": 1_795_338_050_752_000_002,
        "status": {"code": 2, "message": "no"},
        "events": [
            {
                "name": "e",
                "time_ns": 5,
                "attributes": {"k": 1},
                "repeated": [["k", 2]],
                "dropped_attributes_count": 4,
            }
        ],
        "links": [
            {
                "trace_id": TRACE_ID.hex(),
                "span_id": SPAN_ID.hex(),
                "trace_state": "c",
                "flags": 1,
                "attributes": {"": {"$bytes": "Yg=="}},
                "repeated": [["", {"$double": "Infinity"}]],
                "dropped_attributes_count": 5,
            }
        ],
        "flags": 0x101,
        "trace_state": "a=b",
        "dropped_attributes_count": 1,
        "dropped_events_count": 2,
        "dropped_links_count": 3,
        "attributes": {"job_id": "AJ_1", "room_id": "AJ_1"},
        "repeated": [["room_id", "AJ_1"]],
        "scope": {"name": "livekit-agents", "schema_url": "https://scope"},
        "resource": {"attributes": {"service.name": "livekit-agents"}, "schema_url": "https://resource"},
    }


@in_every_encoding
def test_a_log_is_kept_whole_and_may_have_no_ids(read):
    record = LogRecord(
        time_unix_nano=1,
        observed_time_unix_nano=2,
        severity_number=9,
        severity_text="INFO",
        body=AnyValue(string_value="chat item"),
        flags=1,
        event_name="said",
        dropped_attributes_count=4,
    )

    assert only(read(logs(record))) == {
        "signal": "log",
        "job_id": "",
        "room_id": "",
        "time_ns": 1,
        "observed_ns": 2,
        "severity_number": 9,
        "severity_text": "INFO",
        "body": "chat item",
        "trace_id": "",
        "span_id": "",
        "flags": 1,
        "event_name": "said",
        "dropped_attributes_count": 4,
        "attributes": {},
        "scope": {"name": "chat_history"},
        "resource": {},
    }


@in_every_encoding
def test_data_points_of_every_kind_are_kept_whole(read):
    counter = Metric(name="tokens", unit="1", description="used", metadata=[attribute("m", int_value=1)])
    counter.sum.aggregation_temporality = 1
    counter.sum.is_monotonic = True
    counter.sum.data_points.add(as_int=5, flags=1, attributes=[attribute("job_id", string_value="AJ_1")])
    counter.sum.data_points.add(as_double=5.0).exemplars.add(as_int=1, trace_id=TRACE_ID, time_unix_nano=3)
    gauge = Metric(name="level")
    gauge.gauge.data_points.add()
    histogram = Metric(name="latency")
    histogram.histogram.data_points.add(
        count=2, sum=0.0, max=math.inf, bucket_counts=[1, 1], explicit_bounds=[0.5], start_time_unix_nano=1
    )
    exponential = Metric(name="size")
    exponential.exponential_histogram.data_points.add(
        count=2**64 - 1,
        scale=-1,
        zero_count=1,
        zero_threshold=0.1,
        positive={"offset": 2, "bucket_counts": [3]},
    )
    exponential.exponential_histogram.data_points.add()
    summary = Metric(name="wait")
    summary.summary.data_points.add(count=1, sum=2.0, quantile_values=[{"quantile": 0.5, "value": math.nan}])

    records = read(metrics(counter, gauge, histogram, exponential, summary)).records
    figures = [{name: record[name] for name in record if name not in COMMON} for record in records]

    nature = {"description": "used", "unit": "1", "temporality": 1, "monotonic": True}
    exemplar = {"time_ns": 3, "trace_id": TRACE_ID.hex(), "span_id": "", "attributes": {}, "value": 1}
    assert [record["job_id"] for record in records] == ["AJ_1"] + [""] * 6
    assert figures == [
        {"kind": "sum", "value": 5, "details": {"flags": 1, "metadata": {"m": 1}}} | nature,
        {"kind": "sum", "value": 5.0, "details": {"exemplars": [exemplar], "metadata": {"m": 1}}} | nature,
        {"kind": "gauge"},
        {
            "kind": "histogram",
            "count": 2,
            "sum": 0.0,
            "max": {"$double": "Infinity"},
            "bucket_counts": [1, 1],
            "explicit_bounds": [0.5],
        },
        {
            "kind": "exponential_histogram",
            "count": 2**64 - 1,
            "details": {
                "scale": -1,
                "zero_count": 1,
                "zero_threshold": 0.1,
                "positive": {"offset": 2, "bucket_counts": [3]},
            },
        },
        {"kind": "exponential_histogram", "count": 0, "details": {"scale": 0, "zero_count": 0}},
        {
            "kind": "summary",
            "count": 1,
            "sum": 2.0,
            "details": {"quantiles": [{"quantile": 0.5, "value": {"$double": "NaN"}}]},
        },
    ]


COMMON = {"signal", "job_id", "room_id", "name", "start_ns", "time_ns", "attributes", "scope", "resource"}
