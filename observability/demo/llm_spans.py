"""The spans of one language model step: llm_node, llm_request and its attempts (docs/contract.md §6.4)."""

import json
from dataclasses import dataclass
from typing import Any

from observability.demo.answering import tokens_in
from observability.demo.chat import History, as_context_entry, rfc3339
from observability.demo.faults import PACKAGES, exception_attributes, exception_event, traceback
from observability.demo.messages import (
    as_text,
    finish_reason,
    input_messages,
    output_messages,
    system_instructions,
    tool_definitions,
)
from observability.demo.models import LLM
from observability.demo.pace import ms, seconds
from observability.demo.plan import Answer, PlannedAttempt, PlannedStep
from observability.demo.tree import Event, Log, Span

ERROR = "livekit.agents._exceptions."


@dataclass(frozen=True, slots=True)
class Usage:
    input_tokens: int
    cached_tokens: int
    output_tokens: int

    @classmethod
    def of(cls, prompt: str, output_tokens: int) -> "Usage":
        """Prompts are cached in blocks of 128 tokens, and not below the first one."""
        input_tokens = tokens_in(prompt) + 12
        return cls(input_tokens, (input_tokens - 1) // 128 * 128, output_tokens)


def llm_node(answer: Answer, step: PlannedStep, history: History) -> Span:
    known = history.before(step)
    instructions = answer.turn.instructions if step is answer.steps[0] else ""
    node_fault = _failure_of(step, step.end_ns)
    return Span(
        "llm_node",
        step.start_ns,
        step.end_ns + ms(0.6),
        {
            "lk.pii.chat_ctx": json.dumps({"items": [_system_entry(answer), *map(as_context_entry, known)]}),
            "lk.function_tools": [tool.name for tool in answer.role.tools],
            "lk.provider_tools": [],
            "lk.tool_sets": [],
            **LLM.span_attributes,
            **(node_fault.attributes if node_fault else _node_response(step)),
        },
        children=(_llm_request(answer, step, input_messages(known, instructions)),),
        events=node_fault.events if node_fault else (),
        error=node_fault.message if node_fault else "",
    )


def _system_entry(answer: Answer) -> dict[str, Any]:
    content = [answer.role.instructions, {"type": "cache_breakpoint"}]
    message = {"id": "lk.agent_task.instructions", "type": "message", "role": "system", "content": content}
    return message | {"interrupted": False, "extra": {}}


def _node_response(step: PlannedStep) -> dict[str, Any]:
    calls: list[dict[str, Any]] = [
        {
            "id": f"{step.item_id}/fnc_{place}",
            "call_id": call.call_id,
            "arguments": json.dumps(dict(call.call.arguments)),
            "name": call.call.tool,
            "extra": {},
            "group_id": None,
        }
        for place, call in enumerate(step.calls)
    ]
    return {
        "lk.pii.response.text": step.text,
        "lk.pii.response.function_calls": json.dumps(calls),
        "lk.response.ttft": seconds(step.first_token_ns - step.start_ns),
    }


def _llm_request(answer: Answer, step: PlannedStep, messages: list[dict[str, Any]]) -> Span:
    fault = _failure_of(step, step.end_ns - ms(0.6))
    prompt = system_instructions(answer.role) + tool_definitions(answer.role) + as_text(messages)
    attributes = {
        **request_attributes(),
        "gen_ai.system_instructions": system_instructions(answer.role),
        "gen_ai.input.messages": as_text(messages),
        "gen_ai.tool.definitions": tool_definitions(answer.role),
    }
    if fault:
        runs = tuple(_failed_run(attempt, retry) for retry, attempt in enumerate(step.failed))
        attributes |= fault.attributes
        return Span(
            "llm_request",
            step.start_ns + ms(0.5),
            step.end_ns,
            attributes,
            runs,
            fault.events,
            error=fault.message,
        )
    start_ns = step.start_ns + ms(0.5)
    usage = Usage.of(prompt, step.output_tokens)
    response = Response(step.request_id, start_ns, step.first_token_ns, step.end_ns, usage)
    attributes |= response.attributes()
    attributes["gen_ai.response.finish_reasons"] = [finish_reason(step)]
    attributes["gen_ai.output.messages"] = as_text(output_messages(step))
    return Span("llm_request", start_ns, step.end_ns, attributes, (run_of(response),))


def request_attributes() -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "chat",
        **LLM.span_attributes,
        "gen_ai.request.stream": True,
        "gen_ai.output.type": "text",
    }


@dataclass(frozen=True, slots=True)
class Response:
    """A request that the model answered."""

    request_id: str
    start_ns: int
    first_token_ns: int
    end_ns: int
    usage: Usage

    def attributes(self) -> dict[str, Any]:
        first_chunk = seconds(self.first_token_ns - self.start_ns)
        cached = self.usage.cached_tokens
        cache = {"gen_ai.usage.cache_read.input_tokens": cached, "gen_ai.usage.input_cached_tokens": cached}
        return {
            "lk.llm_metrics": self._metrics(),
            "gen_ai.usage.input_tokens": self.usage.input_tokens,
            "gen_ai.usage.output_tokens": self.usage.output_tokens,
            **(cache if cached else {}),
            "gen_ai.response.id": self.request_id,
            "gen_ai.response.model": LLM.name,
            "gen_ai.response.time_to_first_chunk": first_chunk,
            "langfuse.observation.completion_start_time": f'"{rfc3339(self.first_token_ns)[:26]}+00:00"',
        }

    def _metrics(self) -> str:
        duration = seconds(self.end_ns - self.start_ns)
        metrics = {
            "type": "llm_metrics",
            "label": LLM.label,
            "request_id": self.request_id,
            "timestamp": seconds(self.end_ns),
            "duration": duration,
            "ttft": seconds(self.first_token_ns - self.start_ns),
            "cancelled": False,
            "completion_tokens": self.usage.output_tokens,
            "prompt_tokens": self.usage.input_tokens,
            "prompt_cached_tokens": self.usage.cached_tokens,
            "cache_creation_tokens": 0,
            "reasoning_tokens": 0,
            "total_tokens": self.usage.input_tokens + self.usage.output_tokens,
            "tokens_per_second": round(self.usage.output_tokens / duration, 6),
            "speech_id": None,
            "metadata": LLM.metadata,
        }
        return json.dumps(metrics, separators=(",", ":"))


def run_of(response: Response) -> Span:
    attributes = {
        **LLM.span_attributes,
        "lk.retry_count": 0,
        "lk.provider_request_ids": [response.request_id],
    }
    return Span("llm_request_run", response.start_ns + ms(0.4), response.end_ns - ms(0.3), attributes)


@dataclass(frozen=True, slots=True)
class Fault:
    message: str
    attributes: dict[str, Any]
    events: tuple[Event, ...]


def _failure_of(step: PlannedStep, at_ns: int) -> Fault | None:
    """How the whole request ends when each attempt has failed."""
    if not step.failed:
        return None
    message = f"failed to generate LLM completion after {len(step.failed)} attempts"
    return _fault("APIConnectionError", "APIConnectionError", message, at_ns)


def _fault(error_type: str, kind: str, message: str, at_ns: int) -> Fault:
    frames = (
        (f"{PACKAGES}/livekit/agents/llm/llm.py", 342, "_main_task"),
        (f"{PACKAGES}/demo/llm.py", 118, "_run"),
    )
    stacktrace = traceback(*frames, error=f"{ERROR}{kind}: {message}")
    attributes = {"error.type": error_type, **exception_attributes(kind, message, stacktrace)}
    return Fault(message, attributes, (exception_event(at_ns, ERROR + kind, message, stacktrace),))


def _failed_run(planned: PlannedAttempt, retry: int) -> Span:
    fault = _fault("503", "APIStatusError", planned.attempt.message, planned.end_ns - ms(0.2))
    attributes = {**LLM.span_attributes, "lk.retry_count": retry, **fault.attributes}
    return Span(
        "llm_request_run",
        planned.start_ns,
        planned.end_ns,
        attributes,
        events=fault.events,
        logs=_retry_logs(planned, retry),
        error=fault.message,
    )


def _retry_logs(planned: PlannedAttempt, retry: int) -> tuple[Log, ...]:
    wait_ms = planned.attempt.retry_after_ms
    if not wait_ms:
        return ()
    body = f"failed to generate LLM completion: {planned.attempt.message}, retrying in {wait_ms / 1000:.1f}s"
    source = f"{PACKAGES}/livekit/agents/llm/llm.py"
    attributes = {"llm": LLM.label, "attempt": retry + 1}
    return (Log(planned.end_ns - ms(0.1), "livekit.agents", "WARN", body, attributes, source),)


def turn_failure(answer: Answer, at_ns: int) -> Fault | None:
    failed = next((step for step in answer.steps if step.failed), None)
    return _failure_of(failed, at_ns) if failed else None
