"""Spans that are read again with every upload of a live session: what one says is found out once."""

from collections.abc import Callable, Iterable, Iterator
from functools import wraps
from typing import Any, TypeVar, TypeVarTuple

from observability.records import Record, SpanRecord, Value

UNREAD = frozenset(
    (
        *("gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions", "lk.stt.events"),
        *("gen_ai.tool.definitions", "lk.function_tools", "lk.provider_tools", "lk.tool_sets"),
        *("lk.chat_ctx", "lk.pii.chat_ctx", "lk.input_text", "lk.pii.input_text", "exception.stacktrace"),
        *("job_id", "room_id", "gen_ai.conversation.id", "gen_ai.operation.name", "gen_ai.output.type"),
        *("gen_ai.request.stream", "langfuse.observation.completion_start_time", "lk.retry_count"),
        "lk.tts.streaming",
    )
)
"""Attributes that no timeline is made of; more than half of what a session's spans weigh."""
UNREAD_EVENTS = "gen_ai."
"""What the names of events that hold messages begin with."""
ALIKE = ("trace_id", "parent_span_id", "job_id", "room_id", "resource", "scope", "status")
"""What most spans of a session have in common."""
NAME_CHARS = 64

T = TypeVar("T")
Ts = TypeVarTuple("Ts")


class KeptSpan(dict[str, Any]):
    """As much of a span as a timeline is made of. Nobody changes it."""

    __slots__ = ("said",)

    def __init__(self, fields: dict[str, Any]) -> None:
        super().__init__(fields)
        self.said: list[tuple[object, tuple[object, ...], Any]] = []
        """Functions that read it, with their other arguments and what they made: seldom more than three."""

    def says(self, read: object, more: tuple[object, ...], told: T) -> T:
        self.said = [*(said for said in self.said if said[0] is not read), (read, more, told)]
        return told


def kept(records: Iterable[Record]) -> Iterator[Record]:
    """The records, their spans as KeptSpan. One without an id is told by its whole content: it stays."""
    before: SpanRecord | None = None
    same: dict[str, str] = {}
    for record in records:
        if record["signal"] == "span" and record["span_id"]:
            before = _kept(record, before, same)
            yield before
        else:
            yield record


def _kept(span: Any, before: Any, same: dict[str, str]) -> Any:
    """It shares with the one before it what both have, and names with all."""
    if isinstance(span, KeptSpan):
        return span
    attributes = {name: value for name, value in span["attributes"].items() if name not in UNREAD}
    fields: dict[str, Any] = {
        "signal": "span",
        **{name: _shared(span[name], before[name] if before else None) for name in ALIKE},
        "span_id": span["span_id"],
        "name": _same(span["name"], same),
        "start_ns": span["start_ns"],
        "end_ns": span["end_ns"],
        "attributes": {name: _same(value, same) for name, value in attributes.items()},
        "events": [event for event in span["events"] if not event["name"].startswith(UNREAD_EVENTS)],
    }
    if "repeated" in span:
        fields["repeated"] = span["repeated"]
    return KeptSpan(fields)


def _same(value: Value, same: dict[str, str]) -> Value:
    """Names of models, agents and the like, which many spans tell, once."""
    return same.setdefault(value, value) if isinstance(value, str) and len(value) <= NAME_CHARS else value


def _shared(value: T, before: T | None) -> T:
    return before if before is not None and before == value else value


def once(read: Callable[[SpanRecord, *Ts], T]) -> Callable[[SpanRecord, *Ts], T]:
    """`read` remembers what it last made of a kept span."""

    @wraps(read)
    def reading(span: Any, *more: *Ts) -> T:
        if not isinstance(span, KeptSpan):
            return read(span, *more)
        for reader, known, told in span.said:
            if reader is read and known == more:
                return told  # type: ignore[no-any-return]
        return span.says(read, more, read(span, *more))  # type: ignore[arg-type]  # a KeptSpan is one

    return reading
