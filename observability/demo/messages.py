"""What goes into a language model and comes out, in OpenTelemetry's GenAI form."""

import json
from collections.abc import Iterable
from typing import Any

from observability.demo.chat import Item
from observability.demo.plan import PlannedStep
from observability.demo.script import Role

Json = dict[str, Any]


def as_text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def text_part(text: str) -> Json:
    return {"type": "text", "content": text}


def system_instructions(role: Role) -> str:
    return as_text([text_part(role.instructions)])


def tool_definitions(role: Role) -> str:
    return as_text(
        [{"type": "function", "name": tool.name, "description": tool.description} for tool in role.tools]
    )


def input_messages(items: Iterable[Item], instructions: str) -> list[Json]:
    """A tool call belongs to the message before it, if that is the assistant's."""
    messages: list[Json] = []
    for item in items:
        if item.kind == "message":
            messages.append({"role": item.body["role"], "parts": [text_part(item.body["content"][0])]})
        elif item.kind == "function_call":
            _assistant_of(messages)["parts"].append(_call_part(item.body))
        elif item.kind == "function_call_output":
            messages.append({"role": "tool", "parts": [_response_part(item.body)]})
    if instructions:
        messages.append({"role": "system", "parts": [text_part(instructions)]})
    return messages


def output_messages(step: PlannedStep) -> list[Json]:
    parts = [text_part(step.text)] if step.text else []
    for call in step.calls:
        arguments = dict(call.call.arguments)
        parts.append(
            {"type": "tool_call", "id": call.call_id, "name": call.call.tool, "arguments": arguments}
        )
    return [{"role": "assistant", "parts": parts, "finish_reason": finish_reason(step)}]


def finish_reason(step: PlannedStep) -> str:
    return "tool_call" if step.calls else "stop"


def _assistant_of(messages: list[Json]) -> Json:
    if not messages or messages[-1]["role"] != "assistant":
        messages.append({"role": "assistant", "parts": []})
    return messages[-1]


def _call_part(call: Json) -> Json:
    return {
        "type": "tool_call",
        "id": call["call_id"],
        "name": call["name"],
        "arguments": json.loads(call["arguments"]),
    }


def _response_part(output: Json) -> Json:
    return {
        "type": "tool_call_response",
        "id": output["call_id"],
        "name": output["name"],
        "response": output["output"],
    }
