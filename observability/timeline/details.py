"""The details pane of one span: its figures with units, its conversation, its provider's request ids."""

from collections.abc import Callable, Iterable, Sequence

from observability.livekit.llm_input import llm_input, llm_output
from observability.livekit.model_spans import METRICS_OF, function_tool, llm_node, model_request, tts_first_ms
from observability.livekit.sdk import language_of
from observability.livekit.speech_spans import agent_turn, eou_detection, eou_wait, user_turn
from observability.livekit.values import integer, mapping, number, parsed, sequence, text, texts
from observability.livekit.vocabulary import LLM_REQUESTS
from observability.records import SpanRecord, Value
from observability.timeline.conversation import messages_of, reply_of
from observability.timeline.lanes import label_of
from observability.timeline.span_facts import Fact, Message, SpanDetails, Unit

LLM_SPANS = LLM_REQUESTS | {"llm_node"}


def span_details(span: SpanRecord, spans: Iterable[SpanRecord]) -> SpanDetails:
    """What to show of `span`; `spans` are all spans of its session, for rebuilding its input and its
    attempts."""
    by_id = {other["span_id"]: other for other in spans}
    messages: tuple[Message, ...] = ()
    answers: tuple[Message, ...] = ()
    incomplete = False
    if span["name"] in LLM_SPANS:
        given = llm_input(span, by_id.get)
        messages, incomplete = messages_of(given), given.incomplete
        answers = reply_of(span, llm_output(span))
    children = [other for other in by_id.values() if other["parent_span_id"] == span["span_id"]]
    return SpanDetails(
        span_id=span["span_id"],
        title=" ".join(part for part in (span["name"], label_of(span)) if part),
        facts=(*_figures(span, children), _fact("duration", _duration_ms(span), "ms")),
        messages=(*messages, *answers),
        answers=len(answers),
        incomplete=incomplete,
        tools=_tools(span),
        provider_request_ids=tuple(dict.fromkeys(_request_ids([span, *children]))),
        attributes=span["attributes"],
    )


def _figures(span: SpanRecord, children: Sequence[SpanRecord]) -> list[Fact]:
    """Only what is known: a missing figure is left out."""
    if span["name"] in METRICS_OF:
        facts = _of_request(span, children)
    else:
        reader = _READERS.get(span["name"])
        facts = reader(span, children) if reader is not None else []
    return [fact for fact in facts if fact.value not in (None, "")]


def _of_request(span: SpanRecord, children: Sequence[SpanRecord]) -> list[Fact]:
    request = model_request(span, language_of(span))
    tokens = [_fact(name, value, _unit(name)) for name, value in request.figures.items()]
    attempts = [child for child in children if child["name"].endswith("_run")]
    return [
        _fact("first token" if span["name"] in LLM_SPANS else "first byte", request.first_ms, "ms"),
        _fact("model time", request.duration_ms, "ms"),
        _fact("speed", request.tokens_per_second, "tok/s"),
        *tokens,
        _fact("attempts", len(attempts) or None, "count"),
        _fact("finish reason", ", ".join(request.finish_reasons), ""),
        _fact("model", request.model, ""),
        _fact("provider", request.provider, ""),
        _fact("response id", request.response_id, ""),
        _fact("cancelled", True if request.cancelled else None, ""),
    ]


def _of_llm_node(span: SpanRecord, children: Sequence[SpanRecord]) -> list[Fact]:
    """Its own first token, and the rest of the request inside it."""
    fact = llm_node(span)
    inner = [child for child in children if child["name"] in LLM_REQUESTS]
    below = _of_request(inner[-1], ()) if inner else []
    first = fact.ttft_ms if fact.ttft_ms is not None else below[0].value if below else None
    return [
        _fact("first token", first, "ms"),
        *below[1:],
        *([] if inner else [_fact("model", fact.model, ""), _fact("provider", fact.provider, "")]),
        _fact("tool calls", fact.calls or None, "count"),
    ]


def _of_tts_node(span: SpanRecord, children: Sequence[SpanRecord]) -> list[Fact]:
    inner = [child for child in children if child["name"] in METRICS_OF]
    below = _of_request(inner[-1], ()) if inner else []
    return [_fact("first byte", tts_first_ms(span), "ms"), *below[1:]]


def _of_run(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    retries = integer(span["attributes"].get("lk.retry_count"))
    return [_fact("attempt", None if retries is None else retries + 1, "count")]


def _of_user_turn(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    fact = user_turn(span, language_of(span))
    return [
        _fact("transcription delay", fact.transcription_delay_ms, "ms"),
        _fact("end of turn delay", fact.end_of_turn_delay_ms, "ms"),
        _fact("confidence", fact.confidence, "ratio"),
        _fact("resumed", fact.resumed or None, "count"),
        _fact("transcript", fact.transcript, ""),
        _fact("model", fact.model, ""),
        _fact("provider", fact.provider, ""),
    ]


def _of_agent_turn(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    fact = agent_turn(span)
    return [
        _fact("answer after", fact.e2e_ms, "ms"),
        _fact("transcription delay", fact.transcription_delay_ms, "ms"),
        _fact("end of turn delay", fact.end_of_turn_delay_ms, "ms"),
        _fact("hook", fact.hook_ms, "ms"),
        _fact("played before the interruption", fact.played_ms, "ms"),
        _fact("steps", fact.generation_count, "count"),
        _fact("interrupted by", fact.interruption_source, ""),
        _fact("said", fact.text, ""),
    ]


def _of_eou_wait(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    fact = eou_wait(span, language_of(span))
    return [
        _fact("endpointing delay", fact.endpointing_delay_ms, "ms"),
        _fact("outcome", fact.outcome, ""),
        _fact("source", fact.source, ""),
    ]


def _of_eou_detection(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    fact = eou_detection(span, language_of(span))
    return [
        _fact("probability", fact.probability, "ratio"),
        _fact("threshold", fact.threshold, "ratio"),
        _fact("endpointing delay", fact.endpointing_delay_ms, "ms"),
        _fact("source", fact.source, ""),
    ]


def _of_tool(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    fact = function_tool(span)
    return [
        _fact("failed", fact.is_error, ""),
        _fact("arguments", fact.arguments, ""),
        _fact("output", fact.output, ""),
        _fact("call id", fact.call_id, ""),
    ]


def _of_stall(span: SpanRecord, _children: Sequence[SpanRecord]) -> list[Fact]:
    """Seconds in both SDKs (docs/contract.md §6.4)."""
    named = {
        "blocked": "duration",
        "threshold": "threshold",
        "garbage collection": "gc_time",
        "processor": "cpu_time",
    }
    told = {shown: number(span["attributes"].get(f"lk.blocking.{name}")) for shown, name in named.items()}
    facts = [_fact(shown, None if value is None else value * 1e3, "ms") for shown, value in told.items()]
    return [*facts, _fact("cause", text(span["attributes"].get("lk.blocking.cause")), "")]


_READERS: dict[str, Callable[[SpanRecord, Sequence[SpanRecord]], list[Fact]]] = {
    "llm_node": _of_llm_node,
    "tts_node": _of_tts_node,
    "llm_request_run": _of_run,
    "tts_request_run": _of_run,
    "user_turn": _of_user_turn,
    "agent_turn": _of_agent_turn,
    "eou_wait": _of_eou_wait,
    "eou_detection": _of_eou_detection,
    "function_tool": _of_tool,
    "event_loop_blocked": _of_stall,
}


def _fact(name: str, value: Value, unit: Unit) -> Fact:
    return Fact(name, value, unit)


def _unit(figure: str) -> Unit:
    return "tok" if figure.endswith("tokens") else "ms" if figure.endswith("_ms") else "chars"


def _duration_ms(span: SpanRecord) -> float | None:
    return (span["end_ns"] - span["start_ns"]) / 1e6 if span["end_ns"] >= span["start_ns"] else None


def _request_ids(spans: Iterable[SpanRecord]) -> Iterable[str]:
    for span in spans:
        yield from texts(span["attributes"].get("lk.provider_request_ids"))


def _tools(span: SpanRecord) -> tuple[str, ...]:
    """Tools the model was offered: a list from Python, a JSON string from Node, definitions on requests
    (§6.4)."""
    offered = texts(span["attributes"].get("lk.function_tools"))
    definitions = sequence(parsed(span["attributes"].get("gen_ai.tool.definitions")))
    return offered or tuple(name for tool in definitions if (name := text(mapping(tool).get("name"))))
