"""OTLP/JSON gives the same records as protobuf, and takes what real clients write."""

from contextlib import suppress

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observability.otlp.body import MalformedBody
from observability.otlp.clean import Cleaner
from observability.otlp.count import TooManyItems
from observability.otlp.decode import decode
from observability.otlp.otlp_json.parse import parsed_json
from observability.otlp.shape import REQUESTS
from tests.captured import RUNS, captured_exports
from tests.otlp.messages import (
    JSON,
    LIMITS,
    PROTOBUF,
    SPAN_ID,
    TRACE_ID,
    decoded,
    decoded_json,
    otlp_json,
    signal_of,
)
from tests.otlp.strategies import requests

IDS = {"traceId": TRACE_ID.hex(), "spanId": SPAN_ID.hex()}


def spans_json(*spans):
    return {"resourceSpans": [{"scopeSpans": [{"spans": list(spans)}]}]}


def log_json(**fields):
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": [fields]}]}]}


def attributes_json(**values):
    return [{"key": key, "value": value} for key, value in values.items()]


def outcome_of(outcome):
    """All but the number of mended texts: protobuf counts a metric's name for each of its points."""
    others = {kind: times for kind, times in outcome.sanitised.items() if kind != "text"}
    return outcome.records, outcome.rejected, others


@given(requests())
@settings(max_examples=200)
def test_a_request_gives_the_same_records_in_both_encodings(request_):
    signal = signal_of(request_)

    from_protobuf = outcome_of(decoded(request_))

    assert outcome_of(decoded_json(signal, otlp_json(request_))) == from_protobuf
    assert outcome_of(decoded_json(signal, otlp_json(request_, snake_case=True))) == from_protobuf


@pytest.mark.parametrize("run", RUNS)
def test_captured_requests_give_the_same_records_in_both_encodings(run):
    for request in captured_exports(run):
        if request.content_type == PROTOBUF:
            message = REQUESTS[request.signal].FromString(request.inflated)

            assert decoded_json(request.signal, otlp_json(message)) == decoded(message)


@pytest.mark.parametrize("run", ["node/1.9.0_full", "node/1.9.0_no_logs"])
def test_logs_of_the_node_sdk_are_read_completely(run):
    for request in captured_exports(run):
        if request.content_type == JSON:
            outcome = decode("logs", request.body, request.content_type, LIMITS)

            assert (outcome.rejected, outcome.sanitised) == ({}, {})
            assert len(outcome.records) == request.body.count(b'"severityNumber"')
            assert {record["job_id"][:3] for record in outcome.records} == {"AJ_"}


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        ({"intValue": "5"}, 5),
        ({"intValue": 5}, 5),
        ({"intValue": 5.0}, 5),
        ({"int_value": "-5"}, -5),
        ({"doubleValue": 5}, 5.0),
        ({"doubleValue": "1.5"}, 1.5),
        ({"doubleValue": "NaN"}, {"$double": "NaN"}),
        ({"doubleValue": "-Infinity"}, {"$double": "-Infinity"}),
        ({"bytesValue": "AP8"}, {"$bytes": "AP8="}),
        ({"bytesValue": "-_8="}, {"$bytes": "+/8="}),
        ({"stringValue": None}, None),
        ({"unknownValue": 1}, None),
        ({}, None),
        (None, None),
        ({"arrayValue": {}}, []),
        ({"arrayValue": {"values": [{}, None]}}, [None, None]),
        ({"kvlistValue": {"values": [{"key": "a", "value": {"boolValue": True}}]}}, {"a": True}),
    ],
)
def test_values_are_read_in_all_their_lawful_spellings(value, plain):
    record = decoded_json("logs", log_json(body=value)).records[0]

    assert (record["body"], type(record["body"])) == (plain, type(plain))


@pytest.mark.parametrize(
    ("span", "reason"),
    [
        (7, "span is not an object"),
        ({}, "trace_id is not 16 bytes"),
        ({"traceId": "zz" * 16, "spanId": IDS["spanId"]}, "trace_id is not 16 bytes"),
        (IDS | {"events": 1}, "events is not a list"),
        (IDS | {"name": 5}, "name is not a string"),
        (IDS | {"attributes": {}}, "attributes is not a list"),
        (IDS | {"attributes": [1]}, "attributes holds something that is not an object"),
        (IDS | {"attributes": attributes_json(a={"intValue": "1_0"})}, "intValue is not an integer"),
        (IDS | {"attributes": attributes_json(a={"intValue": "9" * 101})}, "intValue is not an integer"),
        (IDS | {"attributes": attributes_json(a={"intValue": True})}, "intValue is not an integer"),
        (IDS | {"attributes": attributes_json(a={"boolValue": 1})}, "boolValue is not a boolean"),
        (IDS | {"attributes": attributes_json(a={"stringValue": 1})}, "stringValue is not a string"),
        (IDS | {"attributes": attributes_json(a={"doubleValue": "x"})}, "doubleValue is not a number"),
        (IDS | {"attributes": attributes_json(a={"doubleValue": True})}, "doubleValue is not a number"),
        (IDS | {"attributes": attributes_json(a={"bytesValue": "é"})}, "bytesValue is not base64"),
        (IDS | {"attributes": attributes_json(a={"bytesValue": 1})}, "bytesValue is not base64"),
        (IDS | {"attributes": attributes_json(a={"arrayValue": {"values": 1}})}, "values is not a list"),
        (IDS | {"attributes": attributes_json(a=[])}, "value is not an object"),
        (IDS | {"kind": "SPAN_KIND_NEW"}, "kind is not an integer"),
        (IDS | {"kind": 2**31}, "kind is out of range"),
        (IDS | {"flags": -1}, "flags is out of range"),
        (IDS | {"startTimeUnixNano": "soon"}, "startTimeUnixNano is not an integer"),
    ],
)
def test_one_bad_span_does_not_cost_its_neighbours(span, reason):
    outcome = decoded_json("traces", spans_json(IDS, span, IDS))

    assert (len(outcome.records), outcome.rejected) == (2, {reason: 1})


@pytest.mark.parametrize(
    ("metric", "reason"),
    [
        (1, "metric has no data of a known kind"),
        ({"name": "x"}, "metric has no data of a known kind"),
        ({"sum": {"isMonotonic": 1, "dataPoints": [{}]}}, "isMonotonic is not a boolean"),
        ({"histogram": {"dataPoints": [{"bucketCounts": ["-1"]}]}}, "bucketCounts is out of range"),
        ({"histogram": {"dataPoints": [{"bucketCounts": 5}]}}, "bucketCounts is not a list"),
        ({"gauge": {"dataPoints": [7]}}, "data point is not an object"),
    ],
)
def test_one_bad_metric_does_not_cost_its_neighbours(metric, reason):
    good = {"name": "good", "gauge": {"dataPoints": [{"asInt": "1"}]}}
    request = {"resourceMetrics": [{"scopeMetrics": [{"metrics": [good, metric, good]}]}]}

    outcome = decoded_json("metrics", request)

    assert (len(outcome.records), outcome.rejected) == (2, {reason: 1})


@pytest.mark.parametrize(
    ("body", "kept", "sanitised"),
    [
        (b'{"stringValue": "a\\u0000b"}', "a\ufffdb", {"text": 1}),
        (b'{"stringValue": "a\\ud800b"}', "a\ufffdb", {"text": 1}),
        (b'{"stringValue": "\\ud83d\\ude00"}', "\U0001f600", {}),
        (b'{"stringValue": "a\xffb"}', "a\ufffdb", {"utf8": 1}),
        (b'{"doubleValue": NaN}', {"$double": "NaN"}, {}),
        (b'{"doubleValue": -Infinity}', {"$double": "-Infinity"}, {}),
        (b'{"doubleValue": 1e400}', {"$double": "Infinity"}, {}),
        (b'{"intValue": 9223372036854775807}', 2**63 - 1, {}),
        (b'{"intValue": 9223372036854775808}', "9223372036854775808", {"integer": 1}),
        (b'{"intValue": 123456789012345678901234567890}', "123456789012345678901234567890", {"integer": 1}),
        (b'{"intValue": "-123456789012345678901"}', "-123456789012345678901", {"integer": 1}),
    ],
)
def test_what_json_or_a_database_cannot_hold_is_mended_and_counted(body, kept, sanitised):
    outcome = decoded_json("logs", b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"body":%s}]}]}]}' % body)

    assert (outcome.records[0]["body"], outcome.sanitised) == (kept, sanitised)


@pytest.mark.parametrize(
    ("time", "kept", "sanitised"),
    [
        ("1", 1, {}),
        (1e18, 10**18, {}),
        (-1, 0, {"time": 1}),
        (2**63, 0, {"time": 1}),
        ("9" * 30, 0, {"time": 1}),
    ],
)
def test_times_beyond_63_bits_become_0(time, kept, sanitised):
    outcome = decoded_json("logs", log_json(timeUnixNano=time))

    assert (outcome.records[0]["time_ns"], outcome.sanitised) == (kept, sanitised)


def test_ids_are_hexadecimal_in_either_case_and_never_base64():
    upper = {name: value.upper() for name, value in IDS.items()}

    record = decoded_json("traces", spans_json(upper)).records[0]

    assert (record["trace_id"], record["span_id"]) == (TRACE_ID.hex(), SPAN_ID.hex())


def test_enumerations_are_read_by_name():
    span = IDS | {"kind": "SPAN_KIND_SERVER", "status": {"code": "STATUS_CODE_ERROR"}}

    record = decoded_json("traces", spans_json(span)).records[0]

    assert (record["kind"], record["status"]["code"]) == (2, 2)


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"", "body is not JSON: Expecting value at line 1, column 1"),
        (b"{", "body is not JSON: Expecting property name enclosed in double quotes at line 1, column 2"),
        (
            b'{"resourceSpans": [{"resource": {"entityRefs": [{"idKeys": [1]}]}}]}',
            "body is not an OTLP traces request: idKeys is not a list of strings",
        ),
        (b"[]", "body is not an OTLP traces request: JSON is not an object"),
        (b'{"resourceSpans": 1}', "body is not an OTLP traces request: resourceSpans is not a list"),
        (
            b'{"resourceSpans": [{"scopeSpans": [{"spans": 5}]}]}',
            "body is not an OTLP traces request: spans is not a list",
        ),
        (b'{"a": 1' + b"0" * 100 + b"}", "JSON integer has more than 100 digits"),
    ],
)
def test_a_body_that_is_no_request_is_refused_with_the_reason(body, message):
    with pytest.raises(MalformedBody) as refusal:
        decoded_json("traces", body)

    assert str(refusal.value) == message


def test_the_exact_parser_gives_up_before_the_stack_does():
    with pytest.raises(MalformedBody, match="nested too deep"):
        parsed_json(b"[" * 100_000 + b"NaN", Cleaner(45), LIMITS)


FIELD_NAMES = (
    "resourceSpans scopeSpans spans resourceLogs scopeLogs logRecords resource scope attributes "
    "key value traceId spanId events links stringValue intValue doubleValue bytesValue "
    "arrayValue kvlistValue values resourceMetrics scopeMetrics metrics gauge sum histogram "
    "dataPoints body timeUnixNano kind"
)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(FIELD_NAMES.split()),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
PATHS = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}


@given(JSON_VALUES, st.sampled_from(sorted(PATHS)), st.integers(0, 3))
@settings(max_examples=500)
def test_no_json_makes_decoding_fail_in_an_undocumented_way(value, signal, depth):
    for name in reversed(PATHS[signal][:depth]):
        value = {name: [value]}
    decoded_or_refused(
        signal, orjson.dumps(value, default=str, option=orjson.OPT_NON_STR_KEYS) if _fits(value) else b"{}"
    )


def _fits(value):
    try:
        orjson.dumps(value)
    except TypeError:
        return False
    return True


@given(st.binary(max_size=100), st.sampled_from(["traces", "logs", "metrics"]))
def test_no_bytes_make_decoding_fail_in_an_undocumented_way(body, signal):
    decoded_or_refused(signal, body)


def decoded_or_refused(signal, body):
    with suppress(MalformedBody, TooManyItems):
        decode(signal, body, JSON, LIMITS)
