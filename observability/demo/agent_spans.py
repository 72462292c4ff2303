"""The spans of an answer: its model steps, its voice and its tools (docs/contract.md §6.4)."""

import json
from typing import Any

from observability.demo.chat import History
from observability.demo.faults import PACKAGES
from observability.demo.llm_spans import Fault, llm_node, turn_failure
from observability.demo.models import LLM, TTS
from observability.demo.pace import ms, seconds
from observability.demo.plan import Answer, PlannedStep, Synthesis, Utterance
from observability.demo.tools import tool_span
from observability.demo.tree import Event, Log, Span


def agent_turn(answer: Answer, history: History) -> Span:
    fault = turn_failure(answer, answer.end_ns - ms(0.1))
    children = tuple(span for step in answer.steps for span in _step_spans(answer, step, history))
    attributes = {**_identity(answer), **_latencies(answer), **_ending(answer)}
    return Span(
        "agent_turn",
        answer.start_ns,
        answer.end_ns,
        attributes | (fault.attributes if fault else {}),
        children,
        events=(*_generations(answer), *(fault.events if fault else ())),
        logs=_failure_logs(fault, answer),
        error=fault.message if fault else "",
    )


def _identity(answer: Answer) -> dict[str, Any]:
    count = len(answer.steps)
    parent = {"lk.parent_generation_id": f"{answer.speech_id}_{count - 1}"} if count > 1 else {}
    return {
        "gen_ai.operation.name": "invoke_agent",
        "gen_ai.agent.name": answer.role.label,
        "lk.speech_id": answer.speech_id,
        "lk.generation_id": f"{answer.speech_id}_{count}",
        **parent,
        "lk.generation_count": count,
        "lk.speech.queue_wait": 0.000146,
        **({"lk.pii.instructions": answer.turn.instructions} if answer.turn.instructions else {}),
        **({"lk.pii.user_input": answer.caller.text} if answer.caller else {}),
    }


def _latencies(answer: Answer) -> dict[str, Any]:
    caller = answer.caller
    if caller is None or not answer.utterances:
        return {}
    return {
        "lk.e2e_latency": seconds(answer.utterances[0].start_ns - caller.silent_ns),
        "lk.end_of_turn_delay": seconds(caller.committed_ns - caller.silent_ns),
        "lk.transcription_delay": seconds(caller.transcribed_ns - caller.silent_ns),
        "lk.on_user_turn_completed_delay": 0.000164,
    }


def _ending(answer: Answer) -> dict[str, Any]:
    ending: dict[str, Any] = {"lk.interrupted": answer.interrupted}
    if answer.interrupted:
        last = answer.utterances[-1]
        ending |= {
            "lk.interruption.source": "audio_activity",
            "lk.playout.position": seconds(last.end_ns - last.start_ns),
        }
    if answer.steps[-1].heard:
        ending["lk.pii.response.text"] = answer.steps[-1].heard
    return ending


def _generations(answer: Answer) -> list[Event]:
    events = []
    for number, step in enumerate(answer.steps, start=1):
        ids = {"lk.generation_id": f"{answer.speech_id}_{number}"}
        if number > 1:
            ids["lk.parent_generation_id"] = f"{answer.speech_id}_{number - 1}"
        events.append(Event("generation", step.start_ns - ms(1.2), ids))
    return events


def _failure_logs(fault: Fault | None, answer: Answer) -> tuple[Log, ...]:
    if fault is None:
        return ()
    at_ns = answer.end_ns
    exception = {key: value for key, value in fault.attributes.items() if key.startswith("exception.")}
    source = f"{PACKAGES}/livekit/agents/utils/log.py"
    return (
        Log(at_ns - ms(0.4), "livekit.agents", "ERROR", "Error in _llm_inference_task", exception, source),
        Log(at_ns - ms(0.2), answer.role.label, "ERROR", "no answer for the caller", {"model": LLM.name}),
    )


def _step_spans(answer: Answer, step: PlannedStep, history: History) -> list[Span]:
    spans = [llm_node(answer, step, history)]
    if step.synthesis:
        spans += [_tts_node(step.synthesis, step.text), _speaking(step.synthesis.utterance)]
    return [*spans, *(tool_span(call, answer) for call in step.calls)]


def _speaking(utterance: Utterance) -> Span:
    return Span("agent_speaking", utterance.start_ns, utterance.end_ns)


def _tts_node(synthesis: Synthesis, text: str) -> Span:
    run_attributes = {
        **TTS.span_attributes,
        "lk.retry_count": 0,
        "lk.provider_request_ids": [synthesis.request_id],
    }
    run = Span("tts_request_run", synthesis.start_ns + ms(0.5), synthesis.end_ns - ms(0.5), run_attributes)
    request = Span(
        "tts_request",
        synthesis.start_ns + ms(0.3),
        synthesis.end_ns - ms(0.2),
        {
            "lk.tts.streaming": True,
            "lk.tts.label": TTS.label,
            **TTS.span_attributes,
            "lk.pii.input_text": text,
            "lk.tts_metrics": _tts_metrics(synthesis, text),
        },
        (run,),
    )
    ttfb = seconds(synthesis.first_byte_ns - synthesis.pushed_ns)
    attributes = {**TTS.span_attributes, "lk.response.ttfb": ttfb}
    return Span("tts_node", synthesis.start_ns, synthesis.end_ns, attributes, (request,))


def _tts_metrics(synthesis: Synthesis, text: str) -> str:
    metrics = {
        "type": "tts_metrics",
        "label": TTS.label,
        "request_id": synthesis.request_id,
        "timestamp": seconds(synthesis.end_ns),
        "ttfb": seconds(synthesis.first_byte_ns - synthesis.pushed_ns),
        "duration": seconds(synthesis.end_ns - synthesis.pushed_ns),
        "audio_duration": synthesis.utterance.speech.length_ms / 1000,
        "cancelled": False,
        "characters_count": len(text),
        "input_tokens": 0,
        "output_tokens": 0,
        "streamed": True,
        "acquire_time": 0.0,
        "connection_reused": True,
        "segment_id": "seg_" + synthesis.request_id.removeprefix("tts_req_"),
        "speech_id": None,
        "metadata": TTS.metadata,
    }
    return json.dumps(metrics, separators=(",", ":"))
