"""Single measurements behind the SDK's metrics and usage figures (docs/contract.md §8)."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from observability.demo.models import LLM, STT, TTS
from observability.demo.pace import NS_PER_S, seconds
from observability.demo.plan import Answer, Plan
from observability.demo.tree import Span

USAGE = "lk.agents.usage."
STT_REPORTS_EVERY_S = 5


@dataclass(frozen=True, slots=True)
class Measure:
    name: str
    at_ns: int
    value: int | float
    attributes: Mapping[str, str]


def measures_of(plan: Plan, turns: Iterable[Span]) -> list[Measure]:
    measures = [measure for turn in turns for measure in _of_span(turn)]
    measures += _heard(plan)
    measures += (measure for answer in plan.answers for measure in _of_turn(answer, plan.at.judged_ns))
    return sorted(measures, key=lambda measure: measure.at_ns)


def usage_of(measures: Iterable[Measure]) -> list[dict[str, Any]]:
    """Totals as the session report has them (docs/contract.md §7.2)."""
    totals: dict[str, int | float] = {}
    for measure in measures:
        if measure.name.startswith(USAGE):
            name = measure.name.removeprefix(USAGE)
            totals[name] = totals.get(name, 0) + measure.value
    return [
        {
            "type": "llm_usage",
            "provider": LLM.provider,
            "model": LLM.name,
            "input_tokens": totals["llm_input_tokens"],
            "input_cached_tokens": totals["llm_input_cached_tokens"],
            "output_tokens": totals["llm_output_tokens"],
        },
        {
            "type": "tts_usage",
            "provider": TTS.provider,
            "model": TTS.name,
            "characters_count": totals["tts_characters"],
            "audio_duration": round(totals["tts_audio_duration"], 3),
        },
        {
            "type": "stt_usage",
            "provider": STT.provider,
            "model": STT.name,
            "audio_duration": totals["stt_audio_duration"],
        },
    ]


def _of_span(span: Span) -> Iterator[Measure]:
    if measure_it := _MEASURED.get(span.name):
        yield from measure_it(span)
    for child in span.children:
        yield from _of_span(child)


def _of_request(span: Span) -> Iterator[Measure]:
    if span.error:
        return
    attributes, end_ns = span.attributes, span.end_ns
    read, written = attributes["gen_ai.usage.input_tokens"], attributes["gen_ai.usage.output_tokens"]
    cached = attributes.get("gen_ai.usage.cache_read.input_tokens", 0)
    for name, tokens in (("input", read), ("input_cached", cached), ("output", written)):
        yield Measure(f"{USAGE}llm_{name}_tokens", end_ns, tokens, LLM.point_attributes)
    genai = {
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": LLM.provider,
        "gen_ai.request.model": LLM.name,
        "gen_ai.response.model": LLM.name,
    }
    for kind, tokens in (("input", read), ("output", written)):
        yield Measure("gen_ai.client.token.usage", end_ns, float(tokens), genai | {"gen_ai.token.type": kind})
    first_chunk = attributes["gen_ai.response.time_to_first_chunk"]
    yield Measure("gen_ai.client.operation.duration", end_ns, _length(span), genai)
    yield Measure("gen_ai.client.operation.time_to_first_chunk", end_ns, first_chunk, genai)


def _of_synthesis(span: Span) -> Iterator[Measure]:
    metrics = json.loads(span.attributes["lk.tts_metrics"])
    yield Measure(f"{USAGE}tts_characters", span.end_ns, metrics["characters_count"], TTS.point_attributes)
    yield Measure(f"{USAGE}tts_audio_duration", span.end_ns, metrics["audio_duration"], TTS.point_attributes)


def _of_tool(span: Span) -> Iterator[Measure]:
    attributes = {
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": span.attributes["gen_ai.tool.name"],
    }
    if "error.type" in span.attributes:
        attributes["error.type"] = span.attributes["error.type"]
    yield Measure("gen_ai.execute_tool.duration", span.end_ns, _length(span), attributes)


def _of_answer(span: Span) -> Iterator[Measure]:
    agent = span.attributes["gen_ai.agent.name"]
    attributes = {"gen_ai.operation.name": "invoke_agent", "gen_ai.agent.name": agent}
    yield Measure("gen_ai.invoke_agent.duration", span.end_ns, _length(span), attributes)


_MEASURED = {
    "llm_request": _of_request,
    "tts_request": _of_synthesis,
    "function_tool": _of_tool,
    "agent_turn": _of_answer,
}


def _length(span: Span) -> float:
    return seconds(span.end_ns - span.start_ns)


def _heard(plan: Plan) -> Iterator[Measure]:
    """Speech recognition reports how much sound it was sent, speech or silence."""
    step_ns = STT_REPORTS_EVERY_S * NS_PER_S
    for at_ns in range(plan.at.recording_ns + step_ns, plan.at.closed_ns, step_ns):
        yield Measure(f"{USAGE}stt_audio_duration", at_ns, float(STT_REPORTS_EVERY_S), STT.point_attributes)


def _of_turn(answer: Answer, at_ns: int) -> Iterator[Measure]:
    """Per-turn latencies, reported when the session is over."""
    turn = "lk.agents.turn."
    if caller := answer.caller:
        transcription, end_of_turn = (
            caller.transcribed_ns - caller.silent_ns,
            caller.committed_ns - caller.silent_ns,
        )
        yield Measure(f"{turn}transcription_delay", at_ns, seconds(transcription), STT.point_attributes)
        yield Measure(f"{turn}end_of_turn_delay", at_ns, seconds(end_of_turn), STT.point_attributes)
        yield Measure(f"{turn}on_user_turn_completed_delay", at_ns, 0.000164, STT.point_attributes)
        if answer.utterances:
            e2e = answer.utterances[0].start_ns - caller.silent_ns
            yield Measure(f"{turn}e2e_latency", at_ns, seconds(e2e), LLM.point_attributes)
    for step in answer.steps:
        if step.synthesis:
            ttfb = step.synthesis.first_byte_ns - step.synthesis.pushed_ns
            yield Measure(
                f"{turn}llm_ttft", at_ns, seconds(step.first_token_ns - step.start_ns), LLM.point_attributes
            )
            yield Measure(f"{turn}tts_ttfb", at_ns, seconds(ttfb), TTS.point_attributes)
