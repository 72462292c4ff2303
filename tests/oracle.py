"""What a captured request holds, read a second way: with the official protobuf classes and nothing of Playhead's."""

import base64
import json
from collections import Counter
from typing import Any

from google.protobuf.json_format import MessageToDict
from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

from tests.captured import CapturedRequest

REQUESTS: dict[str, Any] = {
    "traces": ExportTraceServiceRequest,
    "logs": ExportLogsServiceRequest,
    "metrics": ExportMetricsServiceRequest,
}
LISTS = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
}


def items_of(request: CapturedRequest) -> list[dict[str, Any]]:
    """The request's spans, log records or points in protobuf's JSON form, each with its scope's name."""
    tree = tree_of(request)
    if request.signal == "metrics":
        return list(points_of(tree))
    outer, middle, inner = LISTS[request.signal]
    return [
        {**item, "scope": scope.get("scope", {}).get("name", "")}
        for resource in tree.get(outer, [])
        for scope in resource.get(middle, [])
        for item in scope.get(inner, [])
    ]


def tree_of(request: CapturedRequest) -> dict[str, Any]:
    if request.content_type.startswith("application/json"):
        return json.loads(request.inflated)
    return MessageToDict(REQUESTS[request.signal].FromString(request.inflated))


def points_of(tree: dict[str, Any]) -> Any:
    for resource in tree.get("resourceMetrics", []):
        for scope in resource.get("scopeMetrics", []):
            for metric in scope.get("metrics", []):
                [kind] = {"gauge", "sum", "histogram", "exponentialHistogram", "summary"} & metric.keys()
                for point in metric[kind].get("dataPoints", []):
                    yield {**point, "name": metric["name"], "kind": kind}


def plain(value: dict[str, Any]) -> Any:
    """An AnyValue as plain data, each type told from the others."""
    if not value:
        return None
    [(kind, inner)] = value.items()
    match kind:
        case "stringValue":
            return inner
        case "boolValue":
            return bool(inner)
        case "intValue":
            return int(inner)
        case "doubleValue":
            return float(inner)
        case "arrayValue":
            return [plain(each) for each in inner.get("values", [])]
        case "kvlistValue":
            return {each["key"]: plain(each.get("value", {})) for each in inner.get("values", [])}
    raise AssertionError(f"the captures hold no {kind}")


def pairs(item: dict[str, Any]) -> list[str]:
    """All attributes, repeated ones too, as comparable text."""
    return sorted(
        f"{each['key']}={told(plain(each.get('value', {})))}" for each in item.get("attributes", [])
    )


def told(value: Any) -> str:
    """JSON tells 1 from 1.0 from true from "1"."""
    return json.dumps(value, sort_keys=True, ensure_ascii=True)


def hex_id(item: dict[str, Any], name: str, *, is_json: bool) -> str:
    return item.get(name, "") if is_json else base64.b64decode(item.get(name, "")).hex()


def expected(requests: list[CapturedRequest]) -> Counter[str]:
    """Every record once, by a text that tells all of it."""
    return Counter(line for request in requests if request.signal in REQUESTS for line in lines_of(request))


def lines_of(request: CapturedRequest) -> list[str]:
    is_json = request.content_type.startswith("application/json")
    return [line_of(request.signal, item, is_json=is_json) for item in items_of(request)]


def line_of(signal: str, item: dict[str, Any], *, is_json: bool) -> str:
    match signal:
        case "traces":
            facts = [
                hex_id(item, "traceId", is_json=is_json),
                hex_id(item, "spanId", is_json=is_json),
                hex_id(item, "parentSpanId", is_json=is_json),
                item["name"],
                int(item["startTimeUnixNano"]),
                int(item["endTimeUnixNano"]),
                [[e["name"], int(e["timeUnixNano"]), pairs(e)] for e in item.get("events", [])],
                item.get("status", {}).get("message", ""),
            ]
        case "logs":
            facts = [
                int(item.get("timeUnixNano", 0)),
                plain(item.get("body", {})),
                item.get("severityText", ""),
                item["scope"],
                hex_id(item, "spanId", is_json=is_json),
            ]
        case _:
            facts = [
                item["name"],
                int(item.get("startTimeUnixNano", 0)),
                int(item["timeUnixNano"]),
                float(item.get("sum", item.get("asDouble", item.get("asInt", 0)))),
                int(item.get("count", 0)),
                [int(n) for n in item.get("bucketCounts", [])],
            ]
    return told([signal, *facts, pairs(item)])
