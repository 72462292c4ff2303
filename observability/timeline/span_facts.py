"""What the details pane shows of one span: figures first, then the conversation."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from observability.records import Value

Unit = Literal["ms", "tok", "tok/s", "chars", "count", "ratio", ""]


@dataclass(frozen=True, slots=True)
class Fact:
    """One figure of a details pane, metrics first."""

    name: str
    value: Any
    unit: Unit


@dataclass(frozen=True, slots=True)
class Message:
    """One message of an LLM call. `content` is text; tool calls and responses have their own fields."""

    role: str
    content: str
    tool_name: str = ""
    call_id: str = ""
    arguments: Value = None
    output: Value = None
    is_error: bool | None = None


@dataclass(frozen=True, slots=True)
class SpanDetails:
    span_id: str
    title: str
    facts: tuple[Fact, ...]
    messages: tuple[Message, ...]
    """The conversation sent, then the answer."""
    answers: int
    """How many of `messages`, at the end, are the model's answer."""
    incomplete: bool
    """The input refers to a span that never arrived: the beginning is missing (docs/contract.md §6.4)."""
    tools: tuple[str, ...]
    provider_request_ids: tuple[str, ...]
    attributes: Mapping[str, Value]
