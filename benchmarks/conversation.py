"""A longer conversation for the captured session: its requests to a model repeat what was said in twenty turns before.

The captured session begins its chat context anew in the middle: its requests have 1.2 kB a span before gzip. Those that
goals were set with have 2.6 kB, two thirds of it context that grows from turn to turn. What is added is words of the
captured conversation in any order, as many as make 2.6 kB.
"""

import json
import random
import re
from collections.abc import Callable, Iterable
from typing import Any

from opentelemetry.proto.trace.v1.trace_pb2 import Span

CONTEXT, MESSAGES = "lk.pii.chat_ctx", "gen_ai.input.messages"
SAID_A_TURN = 4
"""Messages of both speakers; with one call of a tool a real turn has as many items."""
WORDS_SAID = (6, 18)
WORD = re.compile(r"[a-zA-Zäöü]{2,}")


def with_long_context(spans: list[Span], *, seed: int = 1) -> list[Span]:
    """Copies of the spans: each request to a model has four more items than the one before."""
    rng = random.Random(seed)
    copies = [Span.FromString(span.SerializeToString()) for span in spans]
    words = words_of(copies)
    said: list[tuple[str, str]] = []
    for span in sorted(copies, key=lambda each: each.start_time_unix_nano):
        if span.name == "llm_node":
            said += [(role, sentence(words, rng)) for role in ("user", "assistant") * (SAID_A_TURN // 2)]
        for attribute in span.attributes:
            if span.name.startswith("llm") and attribute.key in WAYS_TO_WRITE:
                write = WAYS_TO_WRITE[attribute.key]
                attribute.value.string_value = write(json.loads(attribute.value.string_value), said)
    return copies


def words_of(spans: Iterable[Span]) -> list[str]:
    texts = (
        attribute.value.string_value
        for span in spans
        for attribute in span.attributes
        if attribute.key == MESSAGES
    )
    return sorted({word for text in texts for word in WORD.findall(text)})


def sentence(words: list[str], rng: random.Random) -> str:
    return " ".join(rng.choices(words, k=rng.randint(*WORDS_SAID))) + "."


def context_with(context: dict[str, Any], said: list[tuple[str, str]]) -> str:
    """As `ChatContext.to_dict` of the SDK writes it, instructions first."""
    items = [
        {
            "id": f"item_{number:012x}",
            "type": "message",
            "role": role,
            "content": [text],
            "interrupted": False,
        }
        | {"extra": {}}
        for number, (role, text) in enumerate(said)
    ]
    return json.dumps({"items": [*context["items"][:1], *items, *context["items"][1:]]})


def messages_with(messages: list[Any], said: list[tuple[str, str]]) -> str:
    """As OpenTelemetry's conventions for generative AI have it."""
    return json.dumps(
        [*({"role": role, "parts": [{"type": "text", "content": text}]} for role, text in said), *messages]
    )


WAYS_TO_WRITE: dict[str, Callable[[Any, list[tuple[str, str]]], str]] = {
    CONTEXT: context_with,
    MESSAGES: messages_with,
}
