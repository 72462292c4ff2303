"""Requests with too many items are refused from their raw bytes, quickly and without memory."""

import time
import tracemalloc
from contextlib import suppress
from dataclasses import replace

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry.proto.common.v1.common_pb2 import EntityRef
from opentelemetry.proto.metrics.v1.metrics_pb2 import Metric

from observability.otlp.body import MalformedBody
from observability.otlp.count import Limits, TooManyItems, check_json, check_protobuf
from observability.otlp.decode import decode
from observability.otlp.shape import WHOLE, Item
from observability.otlp.wire import encoded_varint, fields
from tests.captured import RUNS, captured_exports
from tests.otlp import messages
from tests.otlp.messages import JSON, LIMITS, attribute, logs, metrics, otlp_json, span, traces

MIB = 1024 * 1024
FEW = Limits(3, 5, 7, nesting=45, json_depth=100, integer_digits=100)


def message(tag, payload):
    return bytes([tag]) + encoded_varint(len(payload)) + payload


def histogram_of(point):
    return message(10, message(18, message(18, message(82, message(10, point)))))


def refused(signal, body, limits=LIMITS):
    with pytest.raises(TooManyItems) as refusal:
        check_protobuf(signal, body, limits)
    return str(refusal.value)


FLOODS = {
    "spans": ("traces", message(10, message(18, b"\x12\x00" * (32 * MIB))), "more than 20000 records"),
    "groups": ("traces", b"\x0a\x00" * (32 * MIB), "more than 20000 resource or scope groups"),
    "events": ("traces", message(10, message(18, message(18, b"\x5a\x00" * MIB))), "100000 events and links"),
    "attributes": ("traces", message(10, message(18, message(18, b"\x4a\x00" * MIB))), "200000 attributes"),
    "resource attributes": ("traces", message(10, message(10, b"\x0a\x00" * MIB)), "200000 attributes"),
    "log records": ("logs", message(10, message(18, b"\x12\x00" * MIB)), "more than 20000 records"),
    "points": (
        "metrics",
        message(10, message(18, message(18, message(42, b"\x0a\x00" * MIB)))),
        "20000 records",
    ),
    "buckets": ("metrics", histogram_of(message(66, message(18, bytes(3 * MIB)))), "2000000 bucket numbers"),
    "unknown fields": ("traces", b"\x78\x00" * (32 * MIB), "more than 1820000 fields"),
}


@pytest.mark.parametrize(("signal", "body", "reason"), FLOODS.values(), ids=FLOODS)
def test_a_flood_of_empty_items_is_refused_at_once(signal, body, reason):
    began = time.thread_time()

    message = refused(signal, body)

    assert reason in message
    assert time.thread_time() - began < 15  # 0.8 at most, and ten times that while coverage is measured


@pytest.mark.parametrize("flood", [name for name in FLOODS if name != "unknown fields"])
def test_a_flood_of_empty_items_takes_no_memory(flood):
    signal, body, _ = FLOODS[flood]
    tracemalloc.start()

    refused(signal, body)

    peak_bytes = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak_bytes < 4 * MIB


REQUESTS_AT_THE_LIMIT = {
    "records": (lambda more: traces(*[span() for _ in range(3 + more)]), 3),
    "log records": (lambda more: logs(*[messages.LogRecord() for _ in range(3 + more)]), 3),
    "data points": (lambda more: metrics(gauge(3 + more)), 3),
    "events": (lambda more: traces(span(events=[{}] * (5 + more))), 5),
    "links": (lambda more: traces(span(events=[{}] * 2, links=[{}] * (3 + more))), 5),
    "attributes": (lambda more: traces(span(attributes=[attribute("a")] * (7 + more))), 7),
    "nested values": (lambda more: traces(span(attributes=[array(6 + more)])), 7),
    "entity keys": (lambda more: with_entity_keys(7 + more), 7),
}


def gauge(points):
    metric = Metric(name="latency")
    for _ in range(points):
        metric.gauge.data_points.add()
    return metric


def array(values):
    return attribute("list", array_value={"values": [{"bool_value": True}] * values})


def with_entity_keys(keys):
    request = traces(span())
    request.resource_spans[0].resource.entity_refs.append(EntityRef(id_keys=["k"] * keys))
    return request


@pytest.mark.parametrize(("make", "limit"), REQUESTS_AT_THE_LIMIT.values(), ids=REQUESTS_AT_THE_LIMIT)
def test_a_limit_may_be_reached_and_not_passed_in_either_encoding(make, limit):
    at_limit, over_limit = make(0), make(1)
    signal = messages.signal_of(at_limit)

    check_protobuf(signal, at_limit.SerializeToString(), FEW)
    decode(signal, orjson.dumps(otlp_json(at_limit)), JSON, FEW)

    assert f"more than {limit} " in refused(signal, over_limit.SerializeToString(), FEW)
    with pytest.raises(TooManyItems):
        decode(signal, orjson.dumps(otlp_json(over_limit)), JSON, FEW)


def counted(signal, body):
    """Every item of a body, by a plain walk."""
    found = dict.fromkeys(Item, 0)

    def walk(shape, start, end):
        for tag, _, value, stop in fields(body, start, end):
            part = shape.get(tag)
            if part is not None and part.item is not None:
                found[part.item] += 1
            if part is not None and part.message is not None:
                walk(part.message, value, stop)

    walk(WHOLE[signal], 0, len(body))
    return found


def exact_limits(found):
    return Limits(
        max(found[Item.RECORD], found[Item.GROUP], 1),
        max(found[Item.PIECE], 1),
        max(found[Item.ATTRIBUTE], 1),
        nesting=45,
        json_depth=100,
        integer_digits=100,
    )


@pytest.mark.parametrize("run", RUNS)
def test_the_short_cuts_never_let_pass_what_the_walk_would_refuse(run):
    for request in captured_exports(run):
        if request.content_type == JSON:
            continue
        body = request.inflated
        limits = exact_limits(found := counted(request.signal, body))

        check_protobuf(request.signal, body, limits)

        for name, item in (("attributes", Item.ATTRIBUTE), ("events_and_links", Item.PIECE)):
            if found[item] > 1:
                refused(request.signal, body, replace(limits, **{name: found[item] - 1}))


def test_an_overlong_tag_is_counted_like_any_other():
    overlong_event = b"\xda\x00\x00"

    body = message(10, message(18, message(18, overlong_event * 6)))

    assert "more than 5 events and links" in refused("traces", body, FEW)


def test_a_short_body_is_not_even_looked_at():
    check_protobuf("traces", b"\xff" * (2 * LIMITS.smallest - 1), LIMITS)

    with pytest.raises(MalformedBody):
        check_protobuf("traces", b"\x0a" * 2 * LIMITS.smallest, LIMITS)


def test_protobuf_nested_beyond_its_parser_is_refused_without_recursion():
    limits = replace(FEW, attributes=1_000)
    deep = b""
    for _ in range(300):
        deep = message(42, message(10, deep))

    with pytest.raises(MalformedBody, match="nested deeper than 100 messages"):
        check_protobuf("traces", message(10, message(10, message(10, message(18, deep)))), limits)


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"[" * 101 + b"]" * 101, "JSON is nested deeper than 100 levels"),
        (b'{"a":' * 101 + b"1" + b"}" * 101, "JSON is nested deeper than 100 levels"),
        (b"[" + b"[]," * 1_000_000 + b"[]]", "request has more than 1820000 JSON values"),
        (b'""' * 4_000_000, "request has more than 1820000 JSON values"),
    ],
    ids=["lists", "objects", "values", "texts"],
)
def test_json_of_too_many_or_too_deep_values_is_refused_before_parsing(body, reason):
    with pytest.raises(TooManyItems) as refusal:
        check_json(body, LIMITS)

    assert str(refusal.value) == reason


@pytest.mark.parametrize(
    "body",
    [
        b"[" * 100 + b"]" * 100,
        b'["' + b"[" * 500 + b'"]',
        b'["\\"' + b"[" * 500 + b'"]',
        b'["' + b"," * 5_000_000 + b'"]',
        b'"' + b'\\"' * 5_000_000,
    ],
    ids=["at the depth", "in text", "behind an escaped quote", "commas in text", "text without end"],
)
def test_brackets_and_commas_inside_text_do_not_count(body):
    check_json(body, LIMITS)


@given(st.binary(max_size=300), st.sampled_from(["traces", "logs", "metrics"]))
@settings(max_examples=300)
def test_no_bytes_make_counting_fail_in_an_undocumented_way(body, signal):
    for check in (lambda: check_protobuf(signal, body, FEW), lambda: check_json(body, FEW)):
        with suppress(MalformedBody, TooManyItems):
            check()
