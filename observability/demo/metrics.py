"""Metric points as the SDK sums them up: deltas in OpenTelemetry's default buckets (docs/contract.md §8)."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.metrics.v1 import metrics_pb2 as otlp

from observability.demo.measures import USAGE, Measure
from observability.demo.plan import Plan
from observability.demo.tree import SDK_SCOPE
from observability.demo.wire import key_values, resource, scope, stamps

DELTA = otlp.AGGREGATION_TEMPORALITY_DELTA
BOUNDS = (
    0.0,
    5.0,
    10.0,
    25.0,
    50.0,
    75.0,
    100.0,
    250.0,
    500.0,
    750.0,
    1000.0,
    2500.0,
    5000.0,
    7500.0,
    10000.0,
)
DESCRIPTIONS = {
    "gen_ai.client.token.usage": "Number of input and output tokens used by the GenAI operation",
    "gen_ai.client.operation.duration": "GenAI operation duration",
    "gen_ai.client.operation.time_to_first_chunk": "Time to first chunk of a streaming GenAI response",
    "gen_ai.execute_tool.duration": "Tool execution duration",
    "gen_ai.invoke_agent.duration": "Agent invocation duration",
    "lk.agents.turn.e2e_latency": "End-to-end turn latency",
    "lk.agents.turn.end_of_turn_delay": "Time from end of speech to turn decision",
    "lk.agents.turn.llm_ttft": "Pipeline-level LLM time to first token",
    "lk.agents.turn.on_user_turn_completed_delay": "Time to invoke the on_user_turn_completed callback",
    "lk.agents.turn.transcription_delay": "Time from end of speech to transcript available",
    "lk.agents.turn.tts_ttfb": "Pipeline-level TTS time to first byte",
}

Attributes = tuple[tuple[str, str], ...]


def metrics_request(plan: Plan, measures: Iterable[Measure], end_ns: int) -> ExportMetricsServiceRequest:
    """One interval's points; the interval begins with its first measurement."""
    by_name: dict[str, dict[Attributes, list[Measure]]] = defaultdict(lambda: defaultdict(list))
    for measure in measures:
        by_name[measure.name][tuple(measure.attributes.items())].append(measure)
    metrics = [_metric(plan, name, series, end_ns) for name, series in by_name.items()]
    origin = resource(plan, "livekit-agents")
    origin.attributes.extend(key_values({"lk.agent_name": plan.script.agent_name}))
    scoped = otlp.ScopeMetrics(scope=scope(SDK_SCOPE), metrics=metrics)
    return ExportMetricsServiceRequest(
        resource_metrics=[otlp.ResourceMetrics(resource=origin, scope_metrics=[scoped])]
    )


def _metric(plan: Plan, name: str, series: dict[Attributes, list[Measure]], end_ns: int) -> otlp.Metric:
    metric = otlp.Metric(name=name, unit=_unit(name), description=DESCRIPTIONS.get(name, ""))
    if name.startswith(USAGE):
        points = [_number(plan, attributes, measures, end_ns) for attributes, measures in series.items()]
        metric.sum.CopyFrom(otlp.Sum(data_points=points, aggregation_temporality=DELTA, is_monotonic=True))
    else:
        spreads = [_spread(plan, attributes, measures, end_ns) for attributes, measures in series.items()]
        metric.histogram.CopyFrom(otlp.Histogram(data_points=spreads, aggregation_temporality=DELTA))
    return metric


def _unit(name: str) -> str:
    if name == "gen_ai.client.token.usage":
        return "{token}"
    return "" if name.endswith(("_tokens", "_characters")) else "s"


def _number(plan: Plan, attributes: Attributes, measures: list[Measure], end_ns: int) -> otlp.NumberDataPoint:
    total = sum(measure.value for measure in measures)
    point = otlp.NumberDataPoint(
        start_time_unix_nano=measures[0].at_ns,
        time_unix_nano=end_ns,
        attributes=key_values({**stamps(plan), **dict(attributes)}),
    )
    if isinstance(total, int):
        point.as_int = total
    else:
        point.as_double = total
    return point


def _spread(
    plan: Plan, attributes: Attributes, measures: list[Measure], end_ns: int
) -> otlp.HistogramDataPoint:
    values = [measure.value for measure in measures]
    counts = [0] * (len(BOUNDS) + 1)
    for value in values:
        counts[bisect_left(BOUNDS, value)] += 1
    return otlp.HistogramDataPoint(
        start_time_unix_nano=measures[0].at_ns,
        time_unix_nano=end_ns,
        attributes=key_values({**stamps(plan), **dict(attributes)}),
        count=len(values),
        sum=sum(values),
        min=min(values),
        max=max(values),
        bucket_counts=counts,
        explicit_bounds=BOUNDS,
    )
