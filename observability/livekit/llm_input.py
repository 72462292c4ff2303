"""What was sent to a model, in each way the SDK generations write it, and rebuilt from deltas
(docs/contract.md §6.4)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from observability.livekit.values import flag, integer, mapping, parsed, parsed_mapping, sequence, text
from observability.livekit.vocabulary import content
from observability.records import SpanRecord, Value

SpanById = Callable[[str], SpanRecord | None]

LONGEST_CHAIN = 2000
"""Bases followed before giving up: far more LLM calls than a session has, and the end of a chain that
bites its tail."""

MESSAGE_EVENTS = {
    "gen_ai.system.message": "system",
    "gen_ai.user.message": "user",
    "gen_ai.assistant.message": "assistant",
    "gen_ai.tool.message": "tool",
}


@dataclass(frozen=True, slots=True)
class LlmInput:
    entries: tuple[Mapping[str, Value], ...]
    """Chat items for an `llm_node`, GenAI messages for an `llm_request`; made alike from events of
    older SDKs."""
    instructions: Value
    """`gen_ai.system_instructions`, parsed; None where the instructions are among the entries."""
    incomplete: bool
    """A base span was lost: the beginning is missing."""


def llm_input(span: SpanRecord, span_by_id: SpanById) -> LlmInput:
    """The whole input of an LLM span: its own entries on top of those of its bases, without those they
    drop."""
    chain, incomplete = _chain(span, span_by_id)
    entries: list[Mapping[str, Value]] = []
    instructions: Value = None
    for link in reversed(chain):
        dropped = integer(link["attributes"].get("lk.input.dropped_from_base")) or 0
        if dropped > 0:
            del entries[max(0, len(entries) - dropped) :]
        entries.extend(own_entries(link))
        instructions = parsed(link["attributes"].get("gen_ai.system_instructions")) or instructions
    return LlmInput(tuple(entries), instructions, incomplete)


def llm_output(span: SpanRecord) -> tuple[Mapping[str, Value], ...]:
    """The model's answer as GenAI messages, from the attribute or the older `gen_ai.choice` event."""
    written = sequence(parsed(span["attributes"].get("gen_ai.output.messages")))
    if written:
        return tuple(mapping(message) for message in written)
    choices = (event for event in span.get("events", ()) if event.get("name") == "gen_ai.choice")
    return tuple(_message_of(mapping(event.get("attributes")), "assistant") for event in choices)


def own_entries(span: SpanRecord) -> list[Mapping[str, Value]]:
    """What the span itself says was sent; with `input_delta` only what its base does not have."""
    attributes = span["attributes"]
    if span["name"] == "llm_node":
        listed = sequence(parsed_mapping(content(attributes, "chat_ctx")).get("items"))
    else:
        listed = sequence(parsed(attributes.get("gen_ai.input.messages")))
    if listed:
        return [mapping(entry) for entry in listed]
    return [
        _message_of(mapping(event.get("attributes")), MESSAGE_EVENTS[event["name"]])
        for event in span.get("events", ())
        if event.get("name") in MESSAGE_EVENTS
    ]


def _chain(span: SpanRecord, span_by_id: SpanById) -> tuple[list[SpanRecord], bool]:
    """The span and its bases, newest first; True if the last base is not there."""
    chain, seen = [span], {span["span_id"]}
    while flag(chain[-1]["attributes"].get("lk.input.delta")) and len(chain) < LONGEST_CHAIN:
        base_id = text(chain[-1]["attributes"].get("lk.input.base_span_id"))
        base = span_by_id(base_id) if base_id else None
        if base_id and (base is None or base["name"] != span["name"] or base_id in seen):
            return chain, True
        if base is None:
            return chain, False
        seen.add(base_id)
        chain.append(base)
    return chain, False


def _message_of(attributes: Mapping[str, Value], role: str) -> Mapping[str, Value]:
    """An event of Python 1.3.7 to 1.7 in the shape of today's GenAI messages."""
    parts: list[Mapping[str, Value]] = []
    said = attributes.get("content")
    if role == "tool":
        response = {"id": attributes.get("id"), "name": attributes.get("name"), "response": said}
        return {"role": "tool", "parts": [{"type": "tool_call_response", **response}]}
    if said:
        parts.append({"type": "text", "content": said})
    for written in sequence(attributes.get("tool_calls")):
        call = parsed_mapping(written)
        function = mapping(call.get("function")) or call
        told = {"id": call.get("id"), "name": function.get("name"), "arguments": function.get("arguments")}
        parts.append({"type": "tool_call", **told})
    return {"role": text(attributes.get("role")) or role, "parts": parts}
