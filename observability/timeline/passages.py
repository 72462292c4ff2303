"""What of a span or log line can be searched: its texts, out of values of any shape."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from observability.livekit.llm_input import MESSAGE_EVENTS
from observability.livekit.values import parsed
from observability.records import SpanEvent, Value

CONVERSATIONS = (
    "gen_ai.input.messages",
    "gen_ai.output.messages",
    "gen_ai.system_instructions",
    "gen_ai.tool.definitions",
    "lk.pii.chat_ctx",
    "lk.chat_ctx",
    "lk.pii.response.function_calls",
    "lk.response.function_calls",
)
"""Their JSON is searched for what was said, not for the words of the wire format; each call repeats the ones before."""
SETTINGS = (
    "job_id",
    "room_id",
    "room_name",
    "participant_id",
    "lk.agent_name",
    "gen_ai.conversation.id",
    "lk.function_tools",
    "lk.provider_tools",
    "lk.tool_sets",
)
"""Stand on many records of a session with the same value."""
REPEATED = frozenset((*CONVERSATIONS, *SETTINGS))
WIRE_WORDS = frozenset(("type", "role", "id"))
"""Keys in a conversation whose values nobody said."""
ESCAPABLE = frozenset("\"'\\/")


@dataclass(frozen=True, slots=True)
class Passage:
    place: str
    value: Value
    is_conversation: bool = False
    is_repeated: bool = False


def attribute_passages(attributes: Mapping[str, Value], needle: str) -> Iterator[Passage]:
    """None if not one of them can hold it: a look at all of them at once takes a fifth of the time."""
    if is_plain(needle) and needle not in str(attributes).lower():
        return
    for name, value in attributes.items():
        yield Passage(name, value, name in CONVERSATIONS, name in REPEATED)


def event_passages(event: SpanEvent, needle: str) -> Iterator[Passage]:
    """Exceptions and, in older SDKs, the messages of a conversation."""
    if event["name"] in MESSAGE_EVENTS:
        yield Passage(event["name"], event["attributes"], is_conversation=True, is_repeated=True)
        return
    yield Passage("event", event["name"])
    yield from attribute_passages(event["attributes"], needle)


def texts_of(value: Value, needle: str, *, is_conversation: bool = False) -> Iterator[str]:
    """The texts of a value as people read them: JSON inside text is unescaped, numbers are written out.

    Leaves out what cannot hold `needle`, because reading JSON is dear.
    """
    if isinstance(value, str):
        if may_hold(value, needle):
            yield from texts_of_text(value, is_conversation=is_conversation)
    elif is_conversation:
        yield from said_in(value)
    elif isinstance(value, list):
        for item in value:
            yield from texts_of(item, needle)
    elif isinstance(value, dict):
        yield written(value)
    elif not isinstance(value, bool) and value is not None:
        yield str(value)


def texts_of_text(value: str, *, is_conversation: bool) -> Iterator[str]:
    is_escaped = "\\" in value
    held = parsed(value) if value[:1] in ("{", "[", '"') and (is_conversation or is_escaped) else value
    if isinstance(held, str):
        yield held
    elif is_conversation:
        yield from said_in(held)
    else:
        yield written(held)


def may_hold(text: str, needle: str) -> bool:
    """False only if no reading of it can."""
    return needle in text.lower() or ("\\" in text and not is_plain(needle))


def is_plain(needle: str) -> bool:
    """Neither JSON nor Python escapes any of it, as both may do with quotes and letters beyond ASCII."""
    return needle.isascii() and needle.isprintable() and not set(needle) & ESCAPABLE


def said_in(conversation: Value) -> Iterator[str]:
    """Every text in it, from the first to the last. Without recursion: a sender may nest deeper than Python does."""
    pending = [conversation]
    while pending:
        part = pending.pop()
        if isinstance(part, str):
            yield part
        elif isinstance(part, list):
            pending.extend(reversed(part))
        elif isinstance(part, dict):
            pending.extend(reversed([held for key, held in part.items() if key not in WIRE_WORDS]))


def written(value: Value) -> str:
    try:
        return json.dumps(value, ensure_ascii=False)
    except RecursionError:
        return ""
