"""The Details pane of one span or one log line: figures first, then the conversation, then every attribute."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observability.livekit import values
from observability.pages.failure_words import FailureWords, failure_of, name_of_line, words_of_span
from observability.pages.log_rows import level_kind
from observability.pages.span_swatches import swatch_of
from observability.pages.transcript_lines import arguments_text, compact
from observability.pages.wording import MISSING, Quantity, duration, milliseconds, offset
from observability.records import Value
from observability.timeline.marks import LogLine, TimelineSpan
from observability.timeline.model import Timeline
from observability.timeline.span_facts import Fact, Message, SpanDetails

EARLIER_KEPT_OPEN = 6
"""Messages shown at once, counted from the end; a long call's earlier ones are folded."""
LONG_VALUE_CHARS = 80
GROUPS = (
    ("gen_ai.", "Model"),
    ("lk.", "LiveKit"),
    ("livekit.", "LiveKit"),
    ("exception.", "Exception"),
    ("error.", "Exception"),
)
IDENTITY = {"job_id", "room_id", "room_name", "gen_ai.conversation.id", "lk.agent_name", "participant_id"}


@dataclass(frozen=True, slots=True)
class Attribute:
    name: str
    value: str
    is_long: bool


@dataclass(frozen=True, slots=True)
class AttributeGroup:
    title: str
    attributes: Sequence[Attribute]


@dataclass(frozen=True, slots=True)
class MessageRow:
    role: str
    text: str
    call: str
    is_failed: bool
    is_answer: bool


@dataclass(frozen=True, slots=True)
class SpanPane:
    key: str
    name: str
    subtitle: str
    swatch: str
    error: FailureWords
    error_line: str
    """The log line that tells of its failure, as in `data-select`; empty if none does."""
    start_ms: float
    figures: Sequence[tuple[str, Quantity]]
    system: Sequence[MessageRow]
    """The instructions, which stand first however long the conversation is."""
    earlier: Sequence[MessageRow]
    messages: Sequence[MessageRow]
    message_counts: str
    is_incomplete: bool
    tools: Sequence[str]
    request_ids: Sequence[str]
    """Of the providers, to be quoted to their support."""
    groups: Sequence[AttributeGroup]
    raw: str


@dataclass(frozen=True, slots=True)
class LogPane:
    level: str
    level_kind: str
    logger: str
    message: str
    start_ms: float
    figures: Sequence[tuple[str, Quantity]]
    groups: Sequence[AttributeGroup]
    span_key: str
    raw: str


def span_pane(timeline: Timeline, span: TimelineSpan, found: SpanDetails) -> SpanPane:
    failure = failure_of(timeline, span) if span.is_error else None
    messages = [message_row(message) for message in found.messages]
    answers_from = len(messages) - found.answers
    rows = [
        MessageRow(m.role, m.text, m.call, m.is_failed, at >= answers_from) for at, m in enumerate(messages)
    ]
    opened = max(0, len(rows) - EARLIER_KEPT_OPEN - found.answers)
    instructions = 1 if opened and rows[0].role == "system" else 0
    start_ms = milliseconds(timeline.session.start_ns, span.start_ns)
    return SpanPane(
        key=f"{span.trace_id}-{span.span_id}",
        name=span.name,
        subtitle=" · ".join(part for part in (span.label, turn_words(span.turn)) if part),
        swatch=swatch_of(span),
        error=words_of_span(span, failure),
        error_line=name_of_line(timeline, failure),
        start_ms=start_ms,
        figures=span_figures(span, found.facts, start_ms),
        system=rows[:instructions],
        earlier=rows[instructions:opened],
        messages=rows[opened:],
        message_counts=f"{answers_from} in, {found.answers} out",
        is_incomplete=found.incomplete,
        tools=found.tools,
        request_ids=found.provider_request_ids,
        groups=grouped(found.attributes),
        raw=pretty(
            {
                "name": span.name,
                "span_id": span.span_id,
                "trace_id": span.trace_id,
                "parent_span_id": span.parent_span_id,
                "attributes": dict(found.attributes),
            }
        ),
    )


def log_pane(timeline: Timeline, line: LogLine) -> LogPane:
    start_ms = milliseconds(timeline.session.start_ns, line.at_ns)
    figures = [("At", Quantity(offset(start_ms, decimals=3))), ("Turn", Quantity(str(line.turn or MISSING)))]
    return LogPane(
        level=line.severity_text or str(line.severity_number),
        level_kind=level_kind(line.severity_number),
        logger=line.logger,
        message=pretty(line.body),
        start_ms=start_ms,
        figures=figures,
        groups=grouped(line.attributes),
        span_key=span_key_of(timeline, line),
        raw=pretty({"body": line.body, "attributes": dict(line.attributes)}),
    )


def span_key_of(timeline: Timeline, line: LogLine) -> str:
    """Of the span it was written in; empty if that is not here."""
    written_in = (line.trace_id, line.span_id)
    is_here = any((span.trace_id, span.span_id) == written_in for span in timeline.spans)
    return "-".join(written_in) if is_here else ""


def turn_words(turn: int | None) -> str:
    return f"turn {turn}" if turn else ""


def span_figures(span: TimelineSpan, facts: Sequence[Fact], start_ms: float) -> list[tuple[str, Quantity]]:
    own = [
        ("Start", Quantity(offset(start_ms, decimals=3))),
        ("Duration", duration(milliseconds(span.start_ns, span.end_ns))),
        ("Own time", duration(span.self_ms)),
    ]
    named = [(sentence_case(fact.name), quantity_of(fact)) for fact in facts]
    return named + [figure for figure in own if figure[0] not in dict(named)]


def sentence_case(name: str) -> str:
    words = name.replace("_", " ").removesuffix(" ms")
    return words[:1].upper() + words[1:]


def quantity_of(fact: Fact) -> Quantity:
    if fact.value is None:
        return Quantity(MISSING)
    if fact.unit == "ms":
        return duration(float(fact.value))
    unit = "" if fact.unit in {"count", "ratio"} else fact.unit
    if isinstance(fact.value, bool):
        return Quantity("yes" if fact.value else "no")
    if isinstance(fact.value, float):
        return Quantity(f"{fact.value:,.2f}".rstrip("0").rstrip("."), unit)
    return Quantity(f"{fact.value:,}" if isinstance(fact.value, int) else compact(fact.value), unit)


def message_row(message: Message) -> MessageRow:
    call = (
        f"{message.tool_name}({arguments_text(message.arguments)})"
        if message.tool_name and message.arguments is not None
        else ""
    )
    text = message.content or (compact(message.output) if message.output is not None else "")
    return MessageRow(message.role, text, call, bool(message.is_error), False)


def grouped(attributes: Mapping[str, Value]) -> list[AttributeGroup]:
    groups: dict[str, list[Attribute]] = {
        "Model": [],
        "LiveKit": [],
        "Exception": [],
        "Other": [],
        "Identity": [],
    }
    for name in sorted(attributes):
        text = pretty(attributes[name])
        groups[group_of(name)].append(Attribute(name, text, "\n" in text or len(text) > LONG_VALUE_CHARS))
    return [AttributeGroup(title, rows) for title, rows in groups.items() if rows]


def group_of(name: str) -> str:
    if name in IDENTITY:
        return "Identity"
    return next((title for prefix, title in GROUPS if name.startswith(prefix)), "Other")


def pretty(value: Value) -> str:
    """JSON laid out; text that is JSON inside counts as JSON."""
    if isinstance(value, str):
        found = parsed(value)
        return value if found is None else json.dumps(found, indent=2, ensure_ascii=False)
    return json.dumps(value, indent=2, ensure_ascii=False)


def parsed(text: str) -> Any:
    if not text.lstrip().startswith(("{", "[")):
        return None
    said = values.parsed(text)
    return None if said is text else said
