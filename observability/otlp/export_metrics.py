"""Metric records written back as OTLP/JSON: runs of points of the same metric become one metric again."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

import orjson

from observability.otlp.export_values import Json, Plain, attributes_of, double, without_nothing
from observability.records import Value

_FIELDS = {
    "gauge": "gauge",
    "sum": "sum",
    "histogram": "histogram",
    "exponential_histogram": "exponentialHistogram",
    "summary": "summary",
}
_NATURE = ("name", "description", "unit", "kind", "temporality", "monotonic")


def metrics_of(records: Iterable[Plain]) -> list[Json]:
    return [_metric(list(points)) for _, points in groupby(records, key=_nature)]


def _nature(record: Plain) -> bytes:
    """What all points of one metric share. As JSON: to Python 1, 1.0 and True are equal."""
    details = record.get("details", {})
    nature: list[Any] = [record.get(name) for name in _NATURE]
    return orjson.dumps([*nature, details.get("metadata"), details.get("repeated_metadata")])


def _metric(points: list[Plain]) -> Json:
    first = points[0]
    details = first.get("details", {})
    data = {
        "dataPoints": [_point(point) for point in points],
        "aggregationTemporality": first.get("temporality"),
        "isMonotonic": first.get("monotonic"),
    }
    metadata = {"attributes": details.get("metadata", {}), "repeated": details.get("repeated_metadata", [])}
    return without_nothing(
        {
            "name": first["name"],
            "description": first.get("description"),
            "unit": first.get("unit"),
            _FIELDS[first["kind"]]: without_nothing(data),
            "metadata": attributes_of(metadata),
        }
    )


def _point(record: Plain) -> Json:
    details = record.get("details", {})
    point = without_nothing(
        {
            "startTimeUnixNano": str(record["start_ns"]),
            "timeUnixNano": str(record["time_ns"]),
            "attributes": attributes_of(record),
            "bucketCounts": _counts(record),
            "explicitBounds": [double(bound) for bound in record.get("explicit_bounds", [])],
            "quantileValues": [_quantile(at) for at in details.get("quantiles", [])],
            "exemplars": [_exemplar(exemplar) for exemplar in details.get("exemplars", [])],
            "flags": details.get("flags"),
            "scale": details.get("scale"),
        }
    )
    return point | _figures(record) | _exponential_buckets(details)


def _figures(record: Plain) -> Json:
    """Numbers whose absence means something: they are written when they are 0, too."""
    figures: Json = {name: double(record[name]) for name in ("sum", "min", "max") if name in record}
    if "count" in record:
        figures["count"] = str(record["count"])
    if "value" in record:
        figures |= _number(record["value"])
    return figures


def _number(value: Value) -> Json:
    return {"asInt": str(value)} if isinstance(value, int) else {"asDouble": double(value)}


def _counts(buckets: Plain) -> list[str]:
    return [str(count) for count in buckets.get("bucket_counts", [])]


def _quantile(at: Plain) -> Json:
    return {"quantile": double(at["quantile"]), "value": double(at["value"])}


def _exponential_buckets(details: Plain) -> Json:
    buckets: Json = {
        side: {"offset": details[side]["offset"], "bucketCounts": _counts(details[side])}
        for side in ("positive", "negative")
        if side in details
    }
    if "zero_count" in details:
        buckets["zeroCount"] = str(details["zero_count"])
    if "zero_threshold" in details:
        buckets["zeroThreshold"] = double(details["zero_threshold"])
    return buckets


def _exemplar(exemplar: Plain) -> Json:
    plain = without_nothing(
        {
            "timeUnixNano": str(exemplar["time_ns"]),
            "traceId": exemplar["trace_id"],
            "spanId": exemplar["span_id"],
            "filteredAttributes": attributes_of(exemplar),
        }
    )
    return plain | _number(exemplar["value"]) if "value" in exemplar else plain
