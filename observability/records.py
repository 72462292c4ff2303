"""The records of a session, exactly as one JSON line each of journal and archive holds them.

Everything received is kept: ids, integer nanoseconds, names, attributes with their types. Meaning (turns, units,
old names) is given later by `livekit` and `timeline`, so that a better reader improves old sessions too.

Attribute values are plain JSON. OTLP's int and double stay apart (`1` and `1.0`), an empty AnyValue is `null`, an
array a list, a kvlist an object. What JSON cannot say is a tagged object with exactly one key:
`{"$bytes": base64}`, `{"$double": "NaN" | "Infinity" | "-Infinity"}`, and `{"$kvlist": [[key, value], …]}` for a
kvlist that repeats a key or whose only key is one of these tags.
"""

from typing import Any, Literal, NotRequired, TypedDict

SCHEMA_VERSION = 1
DEMO_JOB_PREFIX = "AJ_demo_"
"""Of the sessions that Playhead makes itself; no real agent has sent them."""

Value = Any
"""str, bool, int, float, None, list[Value] or dict[str, Value]; see the module's docstring."""

Attributes = dict[str, Value]


class Scope(TypedDict):
    """Instrumentation scope. Keys without a value are left out."""

    name: NotRequired[str]
    version: NotRequired[str]
    attributes: NotRequired[Attributes]
    repeated: NotRequired[list[list[Value]]]
    dropped_attributes_count: NotRequired[int]
    schema_url: NotRequired[str]


class EntityRef(TypedDict):
    schema_url: str
    type: str
    id_keys: list[str]
    description_keys: list[str]


class Resource(TypedDict):
    """Keys without a value are left out."""

    attributes: NotRequired[Attributes]
    repeated: NotRequired[list[list[Value]]]
    dropped_attributes_count: NotRequired[int]
    entity_refs: NotRequired[list[EntityRef]]
    schema_url: NotRequired[str]


class Received(TypedDict):
    """What every OTLP record has besides its own fields."""

    job_id: str
    """As the record's own attributes say (CONTRACT §5.2); "" if they do not."""
    room_id: str
    attributes: Attributes
    repeated: NotRequired[list[list[Value]]]
    """[key, value] of further occurrences of keys in `attributes` (Node logs do that); the first one wins."""
    dropped_attributes_count: NotRequired[int]
    scope: Scope
    resource: Resource


class SpanEvent(TypedDict):
    name: str
    time_ns: int
    attributes: Attributes
    repeated: NotRequired[list[list[Value]]]
    dropped_attributes_count: NotRequired[int]


class SpanLink(TypedDict):
    trace_id: str
    span_id: str
    trace_state: NotRequired[str]
    flags: NotRequired[int]
    attributes: Attributes
    repeated: NotRequired[list[list[Value]]]
    dropped_attributes_count: NotRequired[int]


class Status(TypedDict):
    code: int
    """0 unset, 1 ok, 2 error."""
    message: str


class SpanRecord(Received):
    signal: Literal["span"]
    trace_id: str
    """32 hex digits."""
    span_id: str
    """16 hex digits."""
    parent_span_id: str
    """16 hex digits, or "" for a root."""
    name: str
    kind: int
    start_ns: int
    end_ns: int
    status: Status
    events: list[SpanEvent]
    links: list[SpanLink]
    flags: NotRequired[int]
    trace_state: NotRequired[str]
    dropped_events_count: NotRequired[int]
    dropped_links_count: NotRequired[int]


class LogRecord(Received):
    signal: Literal["log"]
    time_ns: int
    observed_ns: int
    severity_number: int
    severity_text: str
    body: Value
    trace_id: str
    """32 hex digits, or ""."""
    span_id: str
    """16 hex digits, or ""."""
    flags: NotRequired[int]
    event_name: NotRequired[str]


class MetricRecord(Received):
    """One data point, with its metric's name and nature repeated on it."""

    signal: Literal["metric"]
    name: str
    description: NotRequired[str]
    unit: NotRequired[str]
    kind: Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"]
    temporality: NotRequired[int]
    """1 delta, 2 cumulative; only sums and histograms."""
    monotonic: NotRequired[bool]
    start_ns: int
    time_ns: int
    value: NotRequired[Value]
    """gauge and sum."""
    count: NotRequired[int]
    sum: NotRequired[Value]
    min: NotRequired[Value]
    max: NotRequired[Value]
    bucket_counts: NotRequired[list[int]]
    explicit_bounds: NotRequired[list[Value]]
    details: NotRequired[dict[str, Any]]
    """Whatever else the point carries: flags, exemplars, quantiles, scale, zero_count, zero_threshold, positive
    and negative buckets; the metric's metadata. Shaped as in OTLP, with values and ids as everywhere here."""


class ChatItemRecord(TypedDict):
    """One item of a recording upload's chat_history.json, as it came (CONTRACT §9.2)."""

    signal: Literal["chat_item"]
    job_id: str
    room_id: str
    position: int
    """Place in the history, from 0."""
    item: dict[str, Any]


class HeaderRecord(TypedDict):
    """The header of a recording upload (CONTRACT §9.1). Absent fields are left out."""

    signal: Literal["recording_header"]
    job_id: str
    room_id: str
    start_ns: int
    """Time 0 of the audio file; 0 if there is no audio."""
    duration_ms: NotRequired[int]
    simulated: NotRequired[bool]
    redaction_enabled: NotRequired[bool]
    room_name: NotRequired[str]
    room_tags: NotRequired[dict[str, str]]
    room_start_ns: NotRequired[int]
    session_summary: NotRequired[str]
    """JSON text, as received (CONTRACT §9.3)."""


Record = SpanRecord | LogRecord | MetricRecord | ChatItemRecord | HeaderRecord
