"""Reading the spans of models and tools (docs/contract.md §6.4)."""

from collections.abc import Mapping
from dataclasses import replace

from observability.livekit.kept_spans import once
from observability.livekit.measures import Measures
from observability.livekit.sdk import Language
from observability.livekit.span_facts import LlmNode, ModelRequest, SpanError, ToolSpan
from observability.livekit.values import (
    camel_case,
    either,
    flag,
    mapping,
    number,
    parsed,
    parsed_mapping,
    sequence,
    text,
    texts,
)
from observability.livekit.vocabulary import content
from observability.records import SpanRecord, Value

METRICS_OF = {
    "llm_request": "lk.llm_metrics",
    "llm_fallback_adapter": "lk.llm_metrics",
    "tts_request": "lk.tts_metrics",
    "tts_fallback_adapter": "lk.tts_metrics",
    "tts_stream_adapter": "lk.tts_metrics",
    "realtime_inference": "lk.realtime_model_metrics",
    "realtime_metrics": "lk.realtime_model_metrics",
}

USAGE_ATTRIBUTES = {
    "input_tokens": ("gen_ai.usage.input_tokens",),
    "output_tokens": ("gen_ai.usage.output_tokens",),
    "input_cached_tokens": ("gen_ai.usage.cache_read.input_tokens", "gen_ai.usage.input_cached_tokens"),
    "cache_write_tokens": ("gen_ai.usage.cache_write.input_tokens",),
    "reasoning_tokens": ("gen_ai.usage.reasoning.output_tokens", "gen_ai.usage.reasoning_tokens"),
    "input_text_tokens": ("gen_ai.usage.text.input_tokens", "gen_ai.usage.input_text_tokens"),
    "input_audio_tokens": ("gen_ai.usage.audio.input_tokens", "gen_ai.usage.input_audio_tokens"),
    "input_image_tokens": ("gen_ai.usage.image.input_tokens",),
    "output_text_tokens": ("gen_ai.usage.text.output_tokens", "gen_ai.usage.output_text_tokens"),
    "output_audio_tokens": ("gen_ai.usage.audio.output_tokens", "gen_ai.usage.output_audio_tokens"),
}

USAGE_METRICS = {
    "input_tokens": ("prompt_tokens", "input_tokens"),
    "output_tokens": ("completion_tokens", "output_tokens"),
    "input_cached_tokens": ("prompt_cached_tokens",),
    "reasoning_tokens": ("reasoning_tokens",),
    "characters": ("characters_count",),
}


@once
def llm_node(span: SpanRecord) -> LlmNode:
    attributes = span["attributes"]
    calls = content(attributes, "response.function_calls")
    generated = content(attributes, "response.text")
    return LlmNode(
        text=text(generated),
        is_wordless=generated == "",
        ttft_ms=Measures(attributes).seconds("lk.response.ttft"),
        model=text(attributes.get("gen_ai.request.model")),
        provider=text(attributes.get("gen_ai.provider.name")),
        calls=0 if calls in (None, "", "[]") else len(sequence(parsed(calls))),
    )


@once
def tts_first_ms(span: SpanRecord) -> float | None:
    """First byte of a `tts_node` after its start."""
    return Measures(span["attributes"]).seconds("lk.response.ttfb")


@once
def model_request(span: SpanRecord, language: Language) -> ModelRequest:
    """An `llm_request`, `tts_request` or `realtime_inference` span, by GenAI attributes and its metrics
    JSON."""
    attributes = span["attributes"]
    metrics = parsed_mapping(attributes.get(METRICS_OF.get(span["name"], "lk.llm_metrics")))
    request = _from_metrics(metrics, language)
    model = attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model")
    first_ms = Measures(attributes).seconds("gen_ai.response.time_to_first_chunk")
    return replace(
        request,
        model=text(model) or request.model,
        provider=text(attributes.get("gen_ai.provider.name")) or request.provider,
        response_id=text(attributes.get("gen_ai.response.id")) or request.response_id,
        first_ms=request.first_ms if first_ms is None else first_ms,
        finish_reasons=texts(attributes.get("gen_ai.response.finish_reasons")),
        figures={**request.figures, **_figures(attributes, USAGE_ATTRIBUTES)},
    )


@once
def function_tool(span: SpanRecord) -> ToolSpan:
    attributes = span["attributes"]
    output = content(attributes, "function_tool.output")
    arguments = content(attributes, "function_tool.arguments")
    error = flag(attributes.get("lk.function_tool.is_error"))
    return ToolSpan(
        name=text(attributes.get("lk.function_tool.name")) or text(attributes.get("gen_ai.tool.name")),
        call_id=text(attributes.get("lk.function_tool.id")) or text(attributes.get("gen_ai.tool.call.id")),
        arguments=parsed(attributes.get("gen_ai.tool.call.arguments") if arguments is None else arguments),
        output=attributes.get("gen_ai.tool.call.result") if output is None else output,
        is_error=True if error is None and attributes.get("error.type") == "tool_error" else error,
        agent=text(attributes.get("gen_ai.agent.name")),
    )


def span_error(span: SpanRecord) -> SpanError | None:
    """What went wrong in a span: its status, or an `exception` event on it."""
    attributes = span["attributes"]
    status = mapping(span.get("status"))
    events = span.get("events")
    exception = (
        next((event for event in events if event.get("name") == "exception"), None) if events else None
    )
    if status.get("code") != 2 and exception is None:
        return None
    told = mapping(exception.get("attributes")) if exception else {}
    kind = attributes.get("exception.type") or told.get("exception.type") or attributes.get("error.type")
    message = attributes.get("exception.message") or told.get("exception.message") or status.get("message")
    return SpanError(text(kind), text(message))


def _from_metrics(metrics: Mapping[str, Value], language: Language) -> ModelRequest:
    """The metrics JSON: snake_case and seconds from Python, camelCase and `…Ms` from Node; ttft -1
    means none."""
    metadata = mapping(metrics.get("metadata"))
    return ModelRequest(
        model=text(either(metadata, "model_name")),
        provider=text(either(metadata, "model_provider")),
        response_id=text(either(metrics, "request_id")),
        first_ms=_known(_duration(metrics, "ttft", language), _duration(metrics, "ttfb", language)),
        duration_ms=_duration(metrics, "duration", language),
        tokens_per_second=number(either(metrics, "tokens_per_second")) or None,
        finish_reasons=(),
        cancelled=flag(metrics.get("cancelled")),
        figures=_metric_figures(metrics, language),
    )


def _metric_figures(metrics: Mapping[str, Value], language: Language) -> dict[str, float]:
    figures = _figures(metrics, USAGE_METRICS)
    for name in ("audio_duration", "session_duration"):
        duration_ms = _duration(metrics, name, language)
        if duration_ms is not None:
            figures[name + "_ms"] = duration_ms
    return figures


def _figures(source: Mapping[str, Value], names: Mapping[str, tuple[str, ...]]) -> dict[str, float]:
    found = {}
    for name, keys in names.items():
        told = next((value for key in keys if (value := either(source, key))), None)
        value = None if told is None else number(told)
        if value is not None and value > 0:
            found[name] = value
    return found


def _duration(metrics: Mapping[str, Value], name: str, language: Language) -> float | None:
    """`nameMs` is milliseconds wherever it stands; the bare name is seconds, except from Node."""
    measures = Measures(metrics, language)
    in_ms = measures.milliseconds(camel_case(f"{name}_ms"))
    return in_ms if in_ms is not None else measures.native(name)


def _known(*candidates: float | None) -> float | None:
    return next((candidate for candidate in candidates if candidate is not None), None)
