"""What each model used, and the session's metrics added up (docs/contract.md §6.4, §8)."""

import json
from collections.abc import Iterable, Mapping

from observability.livekit.reports import ModelUsage
from observability.livekit.span_facts import ModelRequest
from observability.livekit.values import number, text
from observability.livekit.vocabulary import LLM_REQUESTS, TTS_REQUESTS
from observability.records import MetricRecord, Value
from observability.timeline.material import Material
from observability.timeline.totals import Metric, Usage, UsageSource, UsageType

STAMPED = frozenset(
    (
        "room_id",
        "job_id",
        "lk.agent_name",
        "lk.cloud_agent_id",
        "lk.deployment_id",
        "lk.simulation.enabled",
        "lk.simulation.run_id",
        "lk.simulation.job_id",
        "lk.redaction.enabled",
    )
)
"""Attributes that every point of a session has; they tell no points of one session apart
(docs/contract.md §5.2)."""

TYPES: Mapping[str, UsageType] = {
    "llm": "llm",
    "tts": "tts",
    "stt": "stt",
    "realtime": "realtime",
    "interruption": "interruption",
    "eot": "eot",
}

USAGE_METRIC = "lk.agents.usage."
DELTA = 1


def usage_of(material: Material) -> tuple[Usage, ...]:
    """Per model: from spans, which count every request; for types without spans from the report, then
    from metrics."""
    found = list(_from_spans(material))
    if material.report is not None:
        found += _of_report(material.report.usage, "report", _covered(found))
    if material.summary is not None:
        found += _of_report(material.summary.usage, "summary", _covered(found))
    covered = _covered(found)
    return (*found, *(usage for usage in _from_metrics(material.points) if usage.type not in covered))


def metrics_of(material: Material) -> tuple[Metric, ...]:
    """One per name and set of attributes; deltas are summed, of cumulative points and gauges the newest
    counts."""
    grouped: dict[tuple[str, str, str], list[MetricRecord]] = {}
    for point in material.points:
        own = {key: value for key, value in point["attributes"].items() if key not in STAMPED}
        key = (point["name"], point["kind"], json.dumps(own, sort_keys=True, default=str))
        grouped.setdefault(key, []).append(point)
    return tuple(_added_up(points) for _key, points in sorted(grouped.items(), key=lambda group: group[0]))


def _covered(found: Iterable[Usage]) -> set[UsageType]:
    """Report, summary and metrics book a realtime model's tokens as an LLM's: they have no type of its own
    (docs/contract.md §7.2)."""
    types = {usage.type for usage in found}
    return types | {"llm"} if "realtime" in types else types


def _from_spans(material: Material) -> Iterable[Usage]:
    sums: dict[tuple[str, str, str], dict[str, float]] = {}
    firsts: dict[tuple[str, str, str], list[float]] = {}
    for span_id, request in material.requests.items():
        key = (_kind_of_request(material.by_id[span_id]["name"]), request.provider, request.model)
        if request.figures:
            _add(sums.setdefault(key, {"requests": 0.0}), request)
        if request.first_ms is not None:
            firsts.setdefault(key, []).append(request.first_ms)
    for key, figures in sorted(sums.items()):
        kind, provider, model = key
        yield Usage(_type(kind), provider, model, figures, "spans", tuple(firsts.get(key, ())))


def _kind_of_request(name: str) -> str:
    return "llm" if name in LLM_REQUESTS else "tts" if name in TTS_REQUESTS else "realtime"


def _add(figures: dict[str, float], request: ModelRequest) -> None:
    figures["requests"] += 1
    for name, value in request.figures.items():
        figures[name] = figures.get(name, 0.0) + value


def _of_report(told: Iterable[ModelUsage], source: UsageSource, covered: set[UsageType]) -> list[Usage]:
    return [
        Usage(_type(usage.type), usage.provider, usage.model, usage.figures, source)
        for usage in told
        if _type(usage.type) not in covered
    ]


def _type(told: str) -> UsageType:
    return TYPES.get(told, "other")


def _from_metrics(points: Iterable[MetricRecord]) -> Iterable[Usage]:
    sums: dict[tuple[str, str, str], dict[str, float]] = {}
    for point in points:
        value = number(point.get("value"))
        if not point["name"].startswith(USAGE_METRIC) or value is None:
            continue
        kind, _, figure = point["name"].removeprefix(USAGE_METRIC).partition("_")
        attributes = point["attributes"]
        key = (kind, text(attributes.get("model_provider")), text(attributes.get("model_name")))
        in_seconds = figure.endswith("duration")
        name = figure + "_ms" if in_seconds else figure
        figures = sums.setdefault(key, {})
        figures[name] = figures.get(name, 0.0) + value * (1e3 if in_seconds else 1.0)
    for (kind, provider, model), figures in sorted(sums.items()):
        yield Usage(_type(kind), provider, model, figures, "metrics")


def _added_up(points: list[MetricRecord]) -> Metric:
    newest = points[-1]
    counted = points if newest.get("temporality") == DELTA else [newest]
    return Metric(
        name=newest["name"],
        unit=newest.get("unit", ""),
        kind=newest["kind"],
        attributes=_own(newest["attributes"]),
        points=len(points),
        value=_sum(point.get("value") for point in counted),
        count=_whole(_sum(point.get("count") for point in counted)),
        sum=_sum(point.get("sum") for point in counted),
        min=min(_numbers(point.get("min") for point in counted), default=None),
        max=max(_numbers(point.get("max") for point in counted), default=None),
        first_ns=min(point["start_ns"] or point["time_ns"] for point in points),
        last_ns=newest["time_ns"],
    )


def _own(attributes: Mapping[str, Value]) -> Mapping[str, Value]:
    return {key: value for key, value in attributes.items() if key not in STAMPED}


def _numbers(values: Iterable[Value]) -> list[float]:
    return [read for value in values if (read := number(value)) is not None]


def _sum(values: Iterable[Value]) -> float | None:
    told = _numbers(values)
    return sum(told) if told else None


def _whole(value: float | None) -> int | None:
    return None if value is None else int(value)
