"""Metric records from protobuf messages: one for each data point."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Literal

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    Exemplar,
    ExponentialHistogramDataPoint,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    SummaryDataPoint,
)

from observability.otlp.clean import BadRecord, Cleaner
from observability.otlp.protobuf.attributes import attributes_of, resource_of, scope_of
from observability.otlp.result import Batch
from observability.otlp.values import double_value, own_identity
from observability.records import MetricRecord, Resource, Scope, Value

Point = NumberDataPoint | HistogramDataPoint | ExponentialHistogramDataPoint | SummaryDataPoint
Kind = Literal["gauge", "sum", "histogram", "exponential_histogram", "summary"]

_KINDS: dict[str, Kind] = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponential_histogram": "exponential_histogram",
    "summary": "summary",
}


def metric_batches(request: ExportMetricsServiceRequest, cleaner: Cleaner) -> Iterator[Batch]:
    for group in request.resource_metrics:
        resource = resource_of(group, cleaner)
        for scoped in group.scope_metrics:
            scope = scope_of(scoped, cleaner)
            for metric in scoped.metrics:
                yield (
                    _points_of(metric),
                    partial(_point_record, metric=metric, resource=resource, scope=scope, cleaner=cleaner),
                )


def _points_of(metric: Metric) -> Iterable[Point | None]:
    """The data points; for a metric of a kind that came after us one None, so that its loss is counted."""
    kind = metric.WhichOneof("data")
    if kind is None:
        return (None,)
    points: Iterable[Point] = getattr(metric, kind).data_points
    return points


def _point_record(
    point: Point | None, *, metric: Metric, resource: Resource, scope: Scope, cleaner: Cleaner
) -> MetricRecord:
    if point is None:
        raise BadRecord("metric has no data of a known kind")
    kind = _KINDS[metric.WhichOneof("data") or ""]
    attributes, repeated = attributes_of(point.attributes, cleaner)
    job_id, room_id = own_identity(attributes)
    record: MetricRecord = {
        "signal": "metric",
        "job_id": job_id,
        "room_id": room_id,
        "name": cleaner.text(metric.name),
        "kind": kind,
        "start_ns": cleaner.time_ns(point.start_time_unix_nano),
        "time_ns": cleaner.time_ns(point.time_unix_nano),
        "attributes": attributes,
        "scope": scope,
        "resource": resource,
    }
    if repeated:
        record["repeated"] = repeated
    _add_nature(record, metric, cleaner)
    _FIGURES[kind](record, point)
    _add_details(record, metric, point, cleaner)
    return record


def _add_nature(record: MetricRecord, metric: Metric, cleaner: Cleaner) -> None:
    if metric.description:
        record["description"] = cleaner.text(metric.description)
    if metric.unit:
        record["unit"] = cleaner.text(metric.unit)
    data = getattr(metric, record["kind"])
    if record["kind"] == "sum":
        record["monotonic"] = data.is_monotonic
    if record["kind"] not in ("gauge", "summary") and data.aggregation_temporality:
        record["temporality"] = data.aggregation_temporality


def _number(point: NumberDataPoint | Exemplar) -> Value:
    """As an int or a double, whichever was sent."""
    return point.as_int if point.WhichOneof("value") == "as_int" else double_value(point.as_double)


def _add_number(record: MetricRecord, point: NumberDataPoint) -> None:
    if point.WhichOneof("value"):
        record["value"] = _number(point)


def _add_extent(record: MetricRecord, point: HistogramDataPoint | ExponentialHistogramDataPoint) -> None:
    record["count"] = point.count
    if point.HasField("sum"):
        record["sum"] = double_value(point.sum)
    if point.HasField("min"):
        record["min"] = double_value(point.min)
    if point.HasField("max"):
        record["max"] = double_value(point.max)


def _add_buckets(record: MetricRecord, point: HistogramDataPoint) -> None:
    _add_extent(record, point)
    if point.bucket_counts:
        record["bucket_counts"] = list(point.bucket_counts)
    if point.explicit_bounds:
        record["explicit_bounds"] = [double_value(bound) for bound in point.explicit_bounds]


def _add_exponential_buckets(record: MetricRecord, point: ExponentialHistogramDataPoint) -> None:
    _add_extent(record, point)
    details: dict[str, Any] = {"scale": point.scale, "zero_count": point.zero_count}
    if point.zero_threshold:
        details["zero_threshold"] = double_value(point.zero_threshold)
    for side in ("positive", "negative"):
        buckets = getattr(point, side)
        if buckets.bucket_counts or buckets.offset:
            details[side] = {"offset": buckets.offset, "bucket_counts": list(buckets.bucket_counts)}
    record["details"] = details


def _add_quantiles(record: MetricRecord, point: SummaryDataPoint) -> None:
    record["count"] = point.count
    record["sum"] = double_value(point.sum)
    record["details"] = {
        "quantiles": [
            {"quantile": double_value(at.quantile), "value": double_value(at.value)}
            for at in point.quantile_values
        ]
    }


_FIGURES: dict[Kind, Callable[[MetricRecord, Any], None]] = {
    "gauge": _add_number,
    "sum": _add_number,
    "histogram": _add_buckets,
    "exponential_histogram": _add_exponential_buckets,
    "summary": _add_quantiles,
}


def _add_details(record: MetricRecord, metric: Metric, point: Point, cleaner: Cleaner) -> None:
    details = record.get("details", {})
    if point.flags:
        details["flags"] = point.flags
    if not isinstance(point, SummaryDataPoint) and point.exemplars:
        details["exemplars"] = [_exemplar(exemplar, cleaner) for exemplar in point.exemplars]
    if metric.metadata:
        metadata, repeated = attributes_of(metric.metadata, cleaner)
        details["metadata"] = metadata
        if repeated:
            details["repeated_metadata"] = repeated
    if details:
        record["details"] = details


def _exemplar(exemplar: Exemplar, cleaner: Cleaner) -> dict[str, Any]:
    attributes, repeated = attributes_of(exemplar.filtered_attributes, cleaner)
    plain: dict[str, Any] = {
        "time_ns": cleaner.time_ns(exemplar.time_unix_nano),
        "trace_id": cleaner.trace_id(exemplar.trace_id),
        "span_id": cleaner.span_id(exemplar.span_id),
        "attributes": attributes,
    }
    if exemplar.WhichOneof("value"):
        plain["value"] = _number(exemplar)
    if repeated:
        plain["repeated"] = repeated
    return plain
