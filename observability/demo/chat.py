"""The chat history of a planned session, and its three written forms: file, log record and model context."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from observability.demo.models import LLM, STT, TTS
from observability.demo.pace import NS_PER_S, Pace, ms, seconds
from observability.demo.plan import Answer, CallerTurn, Handoff, Plan, PlannedCall, PlannedStep
from observability.demo.script import Role

Json = dict[str, Any]
INSTANTS = ("started_speaking_at", "stopped_speaking_at")


@dataclass(frozen=True, slots=True)
class Item:
    kind: str
    """message, function_call, function_call_output, agent_handoff or agent_config_update."""
    id: str
    created_ns: int
    body: Json
    metrics: Json = field(default_factory=dict)
    """Of messages. The two speaking times are in nanoseconds here; all else is as written."""


@dataclass(frozen=True, slots=True)
class History:
    items: tuple[Item, ...]
    known: dict[str, int]
    """Of each step's item id: how many items stood before it."""

    def before(self, step: PlannedStep) -> tuple[Item, ...]:
        """What the model was given: everything since the agent of that time took over."""
        items = self.items[: self.known[step.item_id]]
        first = max(place for place, item in enumerate(items) if item.kind == "agent_config_update")
        return items[first:]


def history_of(plan: Plan) -> History:
    pace = Pace(f"{plan.script.job_id}/chat")
    handoffs = iter(plan.handoffs)
    items = [*_role_items(None, plan.script.roles[0], plan.at.recording_ns + ms(1.3), pace)]
    known: dict[str, int] = {}
    for answer in plan.answers:
        if answer.role.label != _current_role(items):
            items += _handoff_items(next(handoffs), pace)
        if answer.caller:
            items.append(_caller_item(answer.caller))
        for step in answer.steps:
            known[step.item_id] = len(items)
            items += _step_items(answer, step, pace)
    return History(tuple(items), known)


def _current_role(items: list[Item]) -> str:
    return str(next(item for item in reversed(items) if item.kind == "agent_handoff").body["new_agent_id"])


def _handoff_items(handoff: Handoff, pace: Pace) -> Iterator[Item]:
    return _role_items(handoff.old, handoff.new, handoff.start_ns + ms(1.1), pace)


def _role_items(old: Role | None, new: Role, at_ns: int, pace: Pace) -> Iterator[Item]:
    before = {"old_agent_id": old.label} if old else {}
    yield Item("agent_handoff", pace.id("item_"), at_ns, {**before, "new_agent_id": new.label})
    tools = [tool.name for tool in new.tools]
    body = {"instructions": new.instructions, "tools_added": tools}
    yield Item("agent_config_update", pace.id("item_"), at_ns + ms(0.9), body)


def _caller_item(caller: CallerTurn) -> Item:
    body = {
        "role": "user",
        "content": [caller.text],
        "interrupted": False,
        "transcript_confidence": caller.confidence,
    }
    metrics = {
        "stt_metadata": STT.metadata,
        "started_speaking_at": caller.start_ns,
        "stopped_speaking_at": caller.silent_ns,
        "transcription_delay": seconds(caller.transcribed_ns - caller.silent_ns),
        "end_of_turn_delay": seconds(caller.committed_ns - caller.silent_ns),
        "on_user_turn_completed_delay": 0.000164,
    }
    return Item("message", caller.item_id, caller.transcribed_ns, body, metrics)


def _step_items(answer: Answer, step: PlannedStep, pace: Pace) -> Iterator[Item]:
    if step.synthesis:
        body = {"role": "assistant", "content": [step.heard], "interrupted": step.heard != step.text}
        yield Item("message", step.item_id, _said_ns(answer, step), body, _agent_metrics(answer, step))
    for place, call in enumerate(step.calls):
        yield from _call_items(f"{step.item_id}/fnc_{place}", call, pace)


def _said_ns(answer: Answer, step: PlannedStep) -> int:
    is_first = step is answer.steps[0]
    return answer.caller.committed_ns + ms(0.4) if is_first and answer.caller else step.start_ns + ms(0.2)


def _agent_metrics(answer: Answer, step: PlannedStep) -> Json:
    assert step.synthesis is not None
    utterance = step.synthesis.utterance
    metrics: Json = {
        "started_speaking_at": utterance.start_ns,
        "stopped_speaking_at": utterance.end_ns,
        "llm_node_ttft": seconds(step.first_token_ns - step.start_ns),
        "llm_node_tps": round(step.output_tokens / seconds(step.end_ns - step.first_token_ns), 4),
        "llm_node_ttfs": seconds(step.first_sentence_ns - step.start_ns),
        "tts_node_ttfb": seconds(step.synthesis.first_byte_ns - step.synthesis.pushed_ns),
        "playback_latency": seconds(utterance.start_ns - step.synthesis.first_byte_ns),
    }
    if answer.caller and utterance is answer.utterances[0]:
        metrics["e2e_latency"] = seconds(utterance.start_ns - answer.caller.silent_ns)
    return metrics | {"llm_metadata": LLM.metadata, "tts_metadata": TTS.metadata}


def _call_items(item_id: str, planned: PlannedCall, pace: Pace) -> Iterator[Item]:
    call = planned.call
    name = {"call_id": planned.call_id, "name": call.tool}
    arguments = {**name, "arguments": json.dumps(dict(call.arguments))}
    yield Item("function_call", item_id, planned.start_ns - ms(0.4), arguments)
    output = {**name, "output": call.output, "is_error": call.is_error}
    yield Item("function_call_output", pace.id("item_"), planned.end_ns + ms(0.2), output)


def as_file_entry(item: Item) -> Json:
    """As chat_history.json has it (docs/contract.md §9.2): times are unix seconds."""
    entry = {"id": item.id, "type": item.kind, **item.body}
    if item.kind == "message":
        metrics = {key: value / NS_PER_S if key in INSTANTS else value for key, value in item.metrics.items()}
        entry |= {"extra": {}, "metrics": metrics}
    if item.kind == "function_call":
        entry |= {"extra": {}}
    if item.kind == "function_call_output":
        entry |= {"reply_required": True}
    return entry | {"created_at": item.created_ns / NS_PER_S}


def as_context_entry(item: Item) -> Json:
    """As `lk.pii.chat_ctx` has it: without times and metrics (docs/contract.md §6.4)."""
    entry = {"id": item.id, "type": item.kind, **item.body}
    return entry | {"extra": {}} if item.kind in ("message", "function_call") else entry


def as_log_value(item: Item) -> Json:
    """As a chat-item log record has it: protobuf JSON, defaults left out (docs/contract.md §7.2)."""
    body = {key: value for key, value in item.body.items() if value is not False and value != ""}
    if item.kind == "message":
        metrics = {key: _log_metric(key, value) for key, value in item.metrics.items() if _is_in_logs(key)}
        body |= {
            "role": item.body["role"].upper(),
            "content": [{"text": text} for text in item.body["content"]],
            "metrics": metrics,
        }
    return {item.kind: {"id": item.id, **body, "created_at": rfc3339(item.created_ns)}}


def _is_in_logs(metric: str) -> bool:
    return not metric.endswith("_metadata") and metric != "playback_latency"


def _log_metric(key: str, value: Any) -> Any:
    return rfc3339(value) if key in INSTANTS else value


def rfc3339(ns: int) -> str:
    moment = datetime.fromtimestamp(ns // NS_PER_S, UTC)
    return f"{moment:%Y-%m-%dT%H:%M:%S}.{ns % NS_PER_S:09d}Z"
