"""Metric records from OTLP/JSON: one for each data point."""

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any, Literal

from opentelemetry.proto.metrics.v1 import metrics_pb2

from observability.otlp.clean import MAX_INT64, MIN_INT64, BadRecord, Cleaner
from observability.otlp.otlp_json.attributes import attributes_of, resource_of, scope_of
from observability.otlp.otlp_json.fields import (
    MAX_INT32,
    MAX_UINT64,
    Json,
    as_double,
    as_integer,
    as_object,
    enumeration,
    field,
    flag,
    integer,
    objects,
    raw_id,
    records_in,
    text,
    time_ns,
)
from observability.otlp.result import Batch
from observability.otlp.values import own_identity
from observability.records import MetricRecord, Resource, Scope, Value

Kind = Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"]

_FIELDS: dict[Kind, str] = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponential_histogram": "exponentialHistogram",
    "summary": "summary",
}
_TEMPORALITIES = dict(metrics_pb2.AggregationTemporality.items())


def metric_batches(request: Json, cleaner: Cleaner) -> Iterator[Batch]:
    for group in objects(request, "resourceMetrics"):
        resource = resource_of(group, cleaner)
        for scoped in objects(group, "scopeMetrics"):
            scope = scope_of(scoped, cleaner)
            for metric in records_in(scoped, "metrics"):
                points, kind = _points_of(metric)
                yield (
                    points,
                    partial(
                        _point_record, nature=(metric, kind), resource=resource, scope=scope, cleaner=cleaner
                    ),
                )


def _points_of(metric: Any) -> tuple[list[Any], Kind | None]:
    """The data points; for a metric that has none of a known kind one None, so that its loss is counted."""
    if isinstance(metric, dict):
        for kind, name in _FIELDS.items():
            data = field(metric, name)
            if isinstance(data, dict) and isinstance(points := field(data, "dataPoints") or [], list):
                return points, kind
    return [None], None


def _point_record(
    received: Any, *, nature: tuple[Json, Kind | None], resource: Resource, scope: Scope, cleaner: Cleaner
) -> MetricRecord:
    metric, kind = nature
    if kind is None:
        raise BadRecord("metric has no data of a known kind")
    point = as_object(received, "data point")
    attributes, repeated = attributes_of(point, cleaner)
    job_id, room_id = own_identity(attributes)
    record: MetricRecord = {
        "signal": "metric",
        "job_id": job_id,
        "room_id": room_id,
        "name": text(metric, "name"),
        "kind": kind,
        "start_ns": time_ns(point, "startTimeUnixNano", cleaner),
        "time_ns": time_ns(point, "timeUnixNano", cleaner),
        "attributes": attributes,
        "scope": scope,
        "resource": resource,
    }
    if repeated:
        record["repeated"] = repeated
    _add_nature(record, metric)
    _FIGURES[kind](record, point)
    _add_details(record, metric, point, cleaner)
    return record


def _add_nature(record: MetricRecord, metric: Json) -> None:
    if description := text(metric, "description"):
        record["description"] = description
    if unit := text(metric, "unit"):
        record["unit"] = unit
    data = field(metric, _FIELDS[record["kind"]])
    if record["kind"] == "sum":
        record["monotonic"] = flag(data, "isMonotonic")
    if record["kind"] not in ("gauge", "summary"):
        temporality = enumeration(data, "aggregationTemporality", _TEMPORALITIES)
        if temporality:
            record["temporality"] = temporality


def _number(point: Json) -> Value:
    """As an int or a double, whichever was sent; None if neither."""
    whole = field(point, "asInt")
    if whole is not None:
        return integer(point, "asInt", least=MIN_INT64, most=MAX_INT64)
    double = field(point, "asDouble")
    return None if double is None else as_double(double, "asDouble")


def _add_number(record: MetricRecord, point: Json) -> None:
    value = _number(point)
    if value is not None:
        record["value"] = value


def _add_extent(record: MetricRecord, point: Json) -> None:
    record["count"] = integer(point, "count", most=MAX_UINT64)
    if (total := field(point, "sum")) is not None:
        record["sum"] = as_double(total, "sum")
    if (least := field(point, "min")) is not None:
        record["min"] = as_double(least, "min")
    if (most := field(point, "max")) is not None:
        record["max"] = as_double(most, "max")


def _counts(parent: Json) -> list[int]:
    counts = [as_integer(count, "bucketCounts") for count in records_in(parent, "bucketCounts")]
    if counts and not 0 <= min(counts) <= max(counts) <= MAX_UINT64:
        raise BadRecord("bucketCounts is out of range")
    return counts


def _add_buckets(record: MetricRecord, point: Json) -> None:
    _add_extent(record, point)
    if counts := _counts(point):
        record["bucket_counts"] = counts
    if bounds := records_in(point, "explicitBounds"):
        record["explicit_bounds"] = [as_double(bound, "explicitBounds") for bound in bounds]


def _add_exponential_buckets(record: MetricRecord, point: Json) -> None:
    _add_extent(record, point)
    details: dict[str, Any] = {
        "scale": integer(point, "scale", least=-MAX_INT32 - 1, most=MAX_INT32),
        "zero_count": integer(point, "zeroCount", most=MAX_UINT64),
    }
    if zero_threshold := _double_or_zero(point, "zeroThreshold"):
        details["zero_threshold"] = zero_threshold
    for side in ("positive", "negative"):
        buckets = as_object(field(point, side), side)
        offset = integer(buckets, "offset", least=-MAX_INT32 - 1, most=MAX_INT32)
        counts = _counts(buckets)
        if counts or offset:
            details[side] = {"offset": offset, "bucket_counts": counts}
    record["details"] = details


def _add_quantiles(record: MetricRecord, point: Json) -> None:
    record["count"] = integer(point, "count", most=MAX_UINT64)
    record["sum"] = _double_or_zero(point, "sum")
    record["details"] = {
        "quantiles": [
            {"quantile": _double_or_zero(at, "quantile"), "value": _double_or_zero(at, "value")}
            for at in objects(point, "quantileValues")
        ]
    }


def _double_or_zero(parent: Json, name: str) -> Value:
    found = field(parent, name)
    return 0.0 if found is None else as_double(found, name)


_FIGURES: dict[Kind, Callable[[MetricRecord, Json], None]] = {
    "gauge": _add_number,
    "sum": _add_number,
    "histogram": _add_buckets,
    "exponential_histogram": _add_exponential_buckets,
    "summary": _add_quantiles,
}


def _add_details(record: MetricRecord, metric: Json, point: Json, cleaner: Cleaner) -> None:
    details = record.get("details", {})
    if flags := integer(point, "flags"):
        details["flags"] = flags
    if record["kind"] != "summary" and (exemplars := objects(point, "exemplars")):
        details["exemplars"] = [_exemplar(exemplar, cleaner) for exemplar in exemplars]
    metadata, repeated = attributes_of(metric, cleaner, "metadata")
    if metadata:
        details["metadata"] = metadata
    if repeated:
        details["repeated_metadata"] = repeated
    if details:
        record["details"] = details


def _exemplar(exemplar: Json, cleaner: Cleaner) -> dict[str, Any]:
    attributes, repeated = attributes_of(exemplar, cleaner, "filteredAttributes")
    plain: dict[str, Any] = {
        "time_ns": time_ns(exemplar, "timeUnixNano", cleaner),
        "trace_id": cleaner.trace_id(raw_id(exemplar, "traceId")),
        "span_id": cleaner.span_id(raw_id(exemplar, "spanId")),
        "attributes": attributes,
    }
    if (value := _number(exemplar)) is not None:
        plain["value"] = value
    if repeated:
        plain["repeated"] = repeated
    return plain
