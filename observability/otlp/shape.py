"""What of the three export requests is counted and where text stands, taken from protobuf's descriptors."""

from enum import IntEnum
from typing import Any, Literal, NamedTuple

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from observability.otlp.wire import LENGTH

Signal = Literal["traces", "logs", "metrics"]

# The stubs name two descriptor classes, pure and upb, which share all that is used here.
AnyDescriptor = Any


class Item(IntEnum):
    """Everything that repeats is one of these; each kind has its limit."""

    GROUP = 0
    """Resource groups, scope groups and metrics: what holds records."""
    RECORD = 1
    """Spans, log records, data points."""
    PIECE = 2
    """Events, links, exemplars, quantiles, entity references."""
    ATTRIBUTE = 3
    """Attributes, and each value inside an array or key-value list."""
    NUMBER = 4
    """Bucket counts and bounds."""


class Part(NamedTuple):
    """A field that matters."""

    item: Item | None
    message: "Shape | None"
    is_text: bool
    number_bytes: int
    """The least bytes that one number of a packed list takes; 0 if it is none."""


Shape = dict[int, Part]
"""The fields that matter of one message, by tag."""

REQUESTS: dict[Signal, type[Message]] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}

_GROUPS = {
    "ResourceSpans",
    "ScopeSpans",
    "ResourceLogs",
    "ScopeLogs",
    "ResourceMetrics",
    "ScopeMetrics",
    "Metric",
}
_RECORDS = {
    "Span",
    "LogRecord",
    "NumberDataPoint",
    "HistogramDataPoint",
    "ExponentialHistogramDataPoint",
    "SummaryDataPoint",
}
_ATTRIBUTES = {"KeyValue", "AnyValue"}
_FIXED_BYTES = {
    FieldDescriptor.TYPE_DOUBLE: 8,
    FieldDescriptor.TYPE_FIXED64: 8,
}


def _item_of(field: FieldDescriptor) -> Item | None:
    if not field.is_repeated:
        return None
    if field.message_type is None:
        return Item.ATTRIBUTE if field.type == FieldDescriptor.TYPE_STRING else Item.NUMBER
    name = field.message_type.name
    if name in _GROUPS:
        return Item.GROUP
    if name in _RECORDS:
        return Item.RECORD
    return Item.ATTRIBUTE if name in _ATTRIBUTES else Item.PIECE


def _shape_of(message: AnyDescriptor, known: dict[str, Shape], *, into_records: bool) -> Shape:
    if message.full_name in known:
        return known[message.full_name]
    shape = known[message.full_name] = {}
    for field in message.fields:
        item = _item_of(field)
        inner = None
        if field.message_type is not None and (into_records or item is not Item.RECORD):
            inner = _shape_of(field.message_type, known, into_records=into_records)
        is_text = field.type == FieldDescriptor.TYPE_STRING
        number_bytes = _FIXED_BYTES.get(field.type, 1) if item is Item.NUMBER else 0
        if item is not None or inner is not None or is_text:
            shape[field.number << 3 | LENGTH] = Part(item, inner, is_text, number_bytes)
    return shape


def _first_bytes(known: dict[str, Shape]) -> bytes:
    tags = {tag for shape in known.values() for tag, part in shape.items() if part.item is not None}
    return bytes(sorted(tags | {tag | 0x80 for tag in tags}))


def _json_items(message: AnyDescriptor, seen: set[str]) -> dict[str, Item]:
    items: dict[str, Item] = {}
    if message.full_name in seen:
        return items
    seen.add(message.full_name)
    for field in message.fields:
        if field.message_type is not None:
            items |= _json_items(field.message_type, seen)
        if (item := _item_of(field)) is not None:
            items |= {field.name: item, field.json_name: item}
    return items


_whole: dict[Signal, dict[str, Shape]] = {"traces": {}, "logs": {}, "metrics": {}}

WHOLE: dict[Signal, Shape] = {
    signal: _shape_of(REQUESTS[signal].DESCRIPTOR, known, into_records=True)
    for signal, known in _whole.items()
}
"""Each request down to the last attribute."""

OUTLINE: dict[Signal, Shape] = {
    signal: _shape_of(REQUESTS[signal].DESCRIPTOR, {}, into_records=False) for signal in _whole
}
"""Each request down to its records, which are not looked into."""

TAG_BYTES: dict[Signal, bytes] = {signal: _first_bytes(known) for signal, known in _whole.items()}
"""Every byte that a counted field's tag can begin with; the high bit marks its overlong form, also valid."""

JSON_ITEMS: dict[str, Item] = {
    name: item
    for request in REQUESTS.values()
    for name, item in _json_items(request.DESCRIPTOR, set()).items()
}
"""What each list in OTLP/JSON holds, by its name in either spelling."""
