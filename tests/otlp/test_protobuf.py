"""What a protobuf request says is what its records say."""

import gzip
import math
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from observability.otlp.body import MalformedBody
from observability.otlp.count import TooManyItems
from observability.otlp.decode import UnsupportedContentType, decode
from observability.otlp.values import resource_identity
from tests.captured import captured_exports
from tests.otlp.messages import (
    LIMITS,
    PROTOBUF,
    SPAN_ID,
    attribute,
    decoded,
    logs,
    metrics,
    nested,
    only,
    span,
    traces,
)

REPLACEMENT = "\ufffd"


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"string_value": ""}, ""),
        ({"string_value": "1"}, "1"),
        ({"int_value": 1}, 1),
        ({"double_value": 1.0}, 1.0),
        ({"bool_value": False}, False),
        ({}, None),
        ({"bytes_value": b"\x00\xff"}, {"$bytes": "AP8="}),
        ({"double_value": math.nan}, {"$double": "NaN"}),
        ({"double_value": math.inf}, {"$double": "Infinity"}),
        ({"double_value": -math.inf}, {"$double": "-Infinity"}),
        ({"array_value": {}}, []),
        ({"array_value": {"values": [{}, {"int_value": 2}]}}, [None, 2]),
        ({"kvlist_value": {}}, {}),
        ({"kvlist_value": {"values": [attribute("a", int_value=1), attribute("b")]}}, {"a": 1, "b": None}),
        (
            {"kvlist_value": {"values": [attribute("a", int_value=1), attribute("a", int_value=2)]}},
            {"$kvlist": [["a", 1], ["a", 2]]},
        ),
        (
            {"kvlist_value": {"values": [attribute("$bytes", string_value="no")]}},
            {"$kvlist": [["$bytes", "no"]]},
        ),
    ],
)
def test_attribute_values_keep_their_types(value, plain):
    kept = only(decoded(traces(span(attributes=[attribute("key", **value)]))))["attributes"]["key"]

    assert (kept, type(kept)) == (plain, type(plain))


def test_the_first_of_repeated_keys_wins_and_the_others_are_kept():
    repeated = [attribute("room_id", string_value=room) for room in ("RM_1", "RM_2", "RM_1")]

    record = only(decoded(logs(LogRecord(attributes=repeated))))

    assert record["room_id"] == "RM_1"
    assert record["attributes"] == {"room_id": "RM_1"}
    assert record["repeated"] == [["room_id", "RM_2"], ["room_id", "RM_1"]]


def test_identity_never_comes_from_the_resource_unless_asked_for():
    request = traces(span())
    request.resource_spans[0].resource.attributes.append(attribute("job_id", string_value="AJ_first"))

    record = only(decoded(request))

    assert record["job_id"] == ""
    assert resource_identity(record) == ("AJ_first", "")


def test_a_log_takes_from_its_scope_what_identity_it_lacks():
    scope = [attribute("job_id", string_value="AJ_s"), attribute("room_id", string_value="RM_s")]
    own = LogRecord(
        attributes=[attribute("job_id", string_value="AJ_own"), attribute("room_id", int_value=5)]
    )

    records = decoded(logs(own, LogRecord(), attributes=scope)).records

    assert [(record["job_id"], record["room_id"]) for record in records] == [
        ("AJ_own", "RM_s"),
        ("AJ_s", "RM_s"),
    ]


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"trace_id": b""}, "trace_id is not 16 bytes"),
        ({"trace_id": b"\x01" * 15}, "trace_id is not 16 bytes"),
        ({"trace_id": bytes(16)}, "trace_id or span_id is all zero"),
        ({"span_id": b"\x01" * 16}, "span_id is not 8 bytes"),
        ({"span_id": bytes(8)}, "trace_id or span_id is all zero"),
        ({"attributes": [attribute("deep", array_value=nested(45).array_value), {}]}, None),
        ({"attributes": [{"key": "deep", "value": nested(46)}]}, "value is nested deeper than 45 levels"),
    ],
)
def test_one_bad_span_does_not_cost_its_neighbours(fields, reason):
    outcome = decoded(traces(span(), span(**fields), span()))

    assert outcome.rejected == ({reason: 1} if reason else {})
    assert len(outcome.records) == (2 if reason else 3)
    assert outcome.received_count == 3
    assert outcome.rejection_message == (f"1 rejected: {reason}" if reason else "")


@pytest.mark.parametrize(
    ("request_", "sanitised", "kept"),
    [
        (traces(span(parent_span_id=b"\x01")), {"id": 1}, {"parent_span_id": ""}),
        (
            traces(span(start_time_unix_nano=2**63, end_time_unix_nano=2**64 - 1)),
            {"time": 2},
            {"start_ns": 0},
        ),
        (traces(span(start_time_unix_nano=2**63 - 1)), {}, {"start_ns": 2**63 - 1}),
        (traces(span(name="a\x00b\x00")), {"text": 1}, {"name": "a\ufffdb\ufffd"}),
        (
            traces(span(attributes=[attribute("\x00", string_value="\x00")])),
            {"text": 2},
            {"attributes": {"\ufffd": "\ufffd"}},
        ),
        (
            logs(LogRecord(trace_id=b"\x01", span_id=SPAN_ID)),
            {"id": 1},
            {"trace_id": "", "span_id": SPAN_ID.hex()},
        ),
        (logs(LogRecord(trace_id=bytes(16))), {"id": 1}, {"trace_id": ""}),
        (
            traces(span(links=[{"trace_id": b"\x01"}])),
            {"id": 1},
            {"links": [{"trace_id": "", "span_id": "", "attributes": {}}]},
        ),
    ],
)
def test_what_no_database_takes_is_mended_and_counted(request_, sanitised, kept):
    outcome = decoded(request_)

    assert outcome.sanitised == sanitised
    assert only(outcome).items() >= kept.items()


def test_a_resource_nested_too_deep_is_refused():
    request = traces(span())
    request.resource_spans[0].resource.attributes.add(key="deep").value.CopyFrom(nested(46))

    with pytest.raises(MalformedBody, match="resource or scope: value is nested deeper than 45 levels"):
        decoded(request)


def test_text_that_is_not_utf8_costs_neither_its_span_nor_the_others():
    body = traces(
        span(name="bad-name", attributes=[attribute("bad-key", string_value="bad-text")]),
        span(attributes=[attribute("raw", bytes_value=b"bad-\xff")]),
    ).SerializeToString()

    outcome = decode("traces", body.replace(b"bad-", b"ba\xff\xfe"), PROTOBUF, LIMITS)

    assert [record["name"] for record in outcome.records] == ["ba\ufffd\ufffdname", "llm_node"]
    assert outcome.records[0]["attributes"] == {"ba\ufffd\ufffdkey": "ba\ufffd\ufffdtext"}
    assert outcome.records[1]["attributes"] == {"raw": {"$bytes": "YmH//v8="}}
    assert outcome.sanitised == {"utf8": 3}


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"\xff" * 8, "protobuf number at byte 0 does not end"),
        (b"\x0a\x05abc", "protobuf field at byte 0 is longer than its message"),
        (traces(span()).SerializeToString() + b"\x0a", "protobuf number at byte 63 does not end"),
        (b"\x0f", "protobuf field before byte 1 has no valid wire type"),
        (b"\x08", "protobuf number at byte 1 does not end"),
        (b"\x0b\x0c\x0b", "protobuf number at byte 3 does not end"),
        (b"\x0b\x13\x0c", "protobuf group before byte 3 is not closed"),
        (b"\x00\x00", "body is not an OTLP traces request in protobuf"),
    ],
)
def test_a_body_that_is_no_protobuf_is_refused_with_the_place(body, message):
    with pytest.raises(MalformedBody) as refusal:
        decode("traces", body, PROTOBUF, LIMITS)

    assert str(refusal.value) == message


def test_nesting_beyond_the_parser_is_refused():
    with pytest.raises(MalformedBody, match="nested deeper than 100 messages"):
        decoded(traces(span(attributes=[{"key": "deep", "value": nested(49)}])))


@pytest.mark.parametrize(
    "content_type", ["", "text/plain", "application/grpc", "multipart/form-data; boundary=x"]
)
def test_other_content_types_are_refused(content_type):
    with pytest.raises(UnsupportedContentType):
        decode("traces", b"", content_type, LIMITS)


def test_an_empty_request_is_a_request_without_records():
    assert decode("traces", b"", "Application/X-Protobuf; v=1", LIMITS).received_count == 0


def test_a_metric_of_an_unknown_kind_is_counted_as_rejected():
    assert decoded(metrics(Metric(name="new"))).rejected == {"metric has no data of a known kind": 1}


def test_records_of_a_group_share_its_resource_and_scope():
    first, second = decoded(traces(span(), span())).records

    assert first["resource"] is second["resource"]
    assert first["scope"] is second["scope"]


@pytest.mark.parametrize("flip", [0x80, 0xFF, 0x01])
def test_damaged_captures_are_refused_or_read_and_nothing_else(flip):
    for request in captured_exports("python/1.5.1"):
        body = bytearray(request.inflated)
        for position in range(0, len(body), 199):
            body[position] ^= flip
            decoded_or_refused(request.signal, bytes(body))
            body[position] ^= flip


@given(st.binary(max_size=200), st.sampled_from(["traces", "logs", "metrics"]))
@settings(max_examples=500)
def test_no_bytes_make_decoding_fail_in_an_undocumented_way(body, signal):
    decoded_or_refused(signal, body)


def decoded_or_refused(signal, body):
    with suppress(MalformedBody, TooManyItems):
        decode(signal, body, PROTOBUF, LIMITS)


def test_a_captured_body_is_compressed_as_its_headers_say():
    request = captured_exports("node/1.9.0_full")[0]

    assert request.inflated == gzip.decompress(request.body)
