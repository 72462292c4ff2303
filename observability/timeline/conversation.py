"""The messages of an LLM call, in one form for GenAI messages, older events and chat contexts
(docs/contract.md §6.4)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from observability.livekit.chat_items import ChatItem, item_of_history
from observability.livekit.llm_input import LlmInput
from observability.livekit.values import mapping, parsed, sequence, text
from observability.livekit.vocabulary import content
from observability.records import SpanRecord, Value
from observability.timeline.span_facts import Message


def messages_of(given: LlmInput) -> tuple[Message, ...]:
    """System instructions first, then what was sent, in order."""
    system = _joined(sequence(given.instructions))
    first = (Message("system", system),) if system else ()
    return (*first, *(message for entry in given.entries for message in _messages(entry)))


def reply_of(span: SpanRecord, output: Sequence[Mapping[str, Value]]) -> tuple[Message, ...]:
    """The model's answer; an `llm_node` has text and calls instead of messages."""
    if output:
        return tuple(message for entry in output for message in _messages(entry))
    said = text(content(span["attributes"], "response.text"))
    calls = sequence(parsed(content(span["attributes"], "response.function_calls")))
    told = (Message("assistant", said),) if said else ()
    return (*told, *(_call(mapping(call)) for call in calls))


def _messages(entry: Mapping[str, Value]) -> Iterator[Message]:
    if "parts" in entry:
        yield from _of_parts(text(entry.get("role")), sequence(entry.get("parts")))
        return
    item = item_of_history(
        {"signal": "chat_item", "job_id": "", "room_id": "", "position": 0, "item": dict(entry)},
    )
    message = _of_item(item)
    if message is not None:
        yield message


def _of_parts(role: str, parts: Iterable[Value]) -> Iterator[Message]:
    words: list[Value] = []
    others: list[Message] = []
    for part in map(mapping, parts):
        if part.get("type") == "tool_call":
            others.append(_call(part))
        elif part.get("type") == "tool_call_response":
            name, call_id = text(part.get("name")), text(part.get("id"))
            others.append(Message("tool", "", name, call_id, output=part.get("response")))
        else:
            words.append(part)
    said = _joined(words)
    if said or not others:
        yield Message(role, said)
    yield from others


def _of_item(item: ChatItem) -> Message | None:
    """None for items a model does not see: handoffs and config updates."""
    if item.type == "message":
        return Message(item.role, item.text)
    if item.type == "function_call":
        return Message("assistant", "", item.name, item.call_id, arguments=item.arguments)
    if item.type == "function_call_output":
        return Message("tool", "", item.name, item.call_id, output=item.output, is_error=item.is_error)
    return None


def _call(call: Mapping[str, Value]) -> Message:
    call_id = text(call.get("call_id")) or text(call.get("id"))
    return Message("assistant", "", text(call.get("name")), call_id, arguments=parsed(call.get("arguments")))


def _joined(parts: Iterable[Value]) -> str:
    return "\n".join(said for part in parts if (said := text(mapping(part).get("content"))))
