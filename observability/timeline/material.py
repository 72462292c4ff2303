"""The records of a session, sorted by what they are, so that every part of the timeline finds its own
at once."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from observability.livekit import model_spans, speech_spans
from observability.livekit.chat_items import ChatItem, item_of_history, item_of_log
from observability.livekit.identity import is_of_livekit
from observability.livekit.log_kinds import Kind, kind_of
from observability.livekit.reports import SessionReport, SessionSummary, session_report, session_summary
from observability.livekit.sdk import Language, Sdk, language_of, sdk_of, service_of
from observability.livekit.span_facts import AgentTurn, ModelRequest
from observability.records import HeaderRecord, LogRecord, MetricRecord, Record, SpanRecord
from observability.timeline.context import SessionContext

NO_SPANS: list[SpanRecord] = []
EVERY_SENDERS = frozenset({"span", "log", "metric"})
"""Signals that come by OTLP; the others are parts of an SDK's recording upload."""


@dataclass
class Material:
    context: SessionContext
    sdk: Sdk
    is_of_livekit: bool = True
    """False if all of it comes from other OpenTelemetry senders, which know no recording and no chat history."""
    service_name: str = ""
    """Of those other senders the first that has a name."""
    spans: list[SpanRecord] = field(default_factory=list)
    """By start; of two that start together the longer first, so parents come before their children."""
    lines: list[tuple[Kind, LogRecord]] = field(default_factory=list)
    """Runtime and upload log lines by time."""
    verdicts: list[tuple[Kind, LogRecord]] = field(default_factory=list)
    """evaluation, tag and outcome records."""
    history: list[ChatItem] = field(default_factory=list)
    logged: list[ChatItem] = field(default_factory=list)
    points: list[MetricRecord] = field(default_factory=list)
    headers: list[HeaderRecord] = field(default_factory=list)
    report: SessionReport | None = None
    summary: SessionSummary | None = None
    scopes: list[Mapping[str, object]] = field(default_factory=list)
    """Scope attributes of the report records; they tell the room's name (docs/contract.md §7.2)."""

    @cached_property
    def by_id(self) -> dict[str, SpanRecord]:
        return {span["span_id"]: span for span in self.spans}

    @cached_property
    def by_name(self) -> dict[str, list[SpanRecord]]:
        named: dict[str, list[SpanRecord]] = {}
        for span in self.spans:
            named.setdefault(span["name"], []).append(span)
        return named

    @cached_property
    def children(self) -> dict[str, list[SpanRecord]]:
        below: dict[str, list[SpanRecord]] = {}
        for span in self.spans:
            below.setdefault(span["parent_span_id"], []).append(span)
        return below

    @cached_property
    def agent_turns(self) -> dict[str, AgentTurn]:
        """By span id."""
        return {span["span_id"]: speech_spans.agent_turn(span) for span in self.named("agent_turn")}

    @cached_property
    def requests(self) -> dict[str, ModelRequest]:
        """LLM, TTS and realtime requests by span id."""
        return {
            span["span_id"]: model_spans.model_request(span, self.language(span))
            for name in model_spans.METRICS_OF
            for span in self.named(name)
        }

    @cached_property
    def items(self) -> list[ChatItem]:
        """The final conversation: chat history, plus logged items that it does not have."""
        known = {item.id for item in self.history if item.id}
        return self.history + [item for item in self.logged if item.id not in known]

    def named(self, *names: str) -> list[SpanRecord]:
        if len(names) == 1:
            return self.by_name.get(names[0], NO_SPANS)
        return sorted(
            (span for name in names for span in self.named(name)), key=lambda span: span["start_ns"]
        )

    def below(self, span_id: str, *names: str) -> list[SpanRecord]:
        """Direct children of these names, by start."""
        return [span for span in self.children.get(span_id, NO_SPANS) if span["name"] in names]

    def language(self, record: SpanRecord | LogRecord) -> Language:
        return language_of(record, self.sdk.language)

    @property
    def is_live(self) -> bool:
        return self.context.status == "live"


def sorted_out(records: list[Record], context: SessionContext) -> Material:
    """`records` without duplicates."""
    material = Material(context, sdk_of(records))
    material.is_of_livekit = not records or any(map(_is_of_livekit, records))
    if not material.is_of_livekit:
        material.service_name = next((name for record in records if (name := service_of(record))), "")
    for record in records:
        _put(material, record)
    material.spans.sort(key=lambda span: (span["start_ns"], -span["end_ns"]))
    material.lines.sort(key=lambda line: line[1]["time_ns"] or line[1]["observed_ns"])
    material.points.sort(key=lambda point: point["time_ns"])
    material.history = _in_order(material.history)
    material.logged = _in_order(_without_repeats(material.logged))
    return material


def _is_of_livekit(record: Record) -> bool:
    return record["signal"] not in EVERY_SENDERS or is_of_livekit(record["job_id"], record["room_id"])


def _put(material: Material, record: Record) -> None:
    if record["signal"] == "span":
        material.spans.append(record)
    elif record["signal"] == "log":
        _put_log(material, record)
    elif record["signal"] == "metric":
        material.points.append(record)
    elif record["signal"] == "chat_item":
        material.history.append(item_of_history(record))
    elif record["signal"] == "recording_header":
        material.headers.append(record)
        material.summary = session_summary(record) or material.summary


def _put_log(material: Material, record: LogRecord) -> None:
    kind = kind_of(record)
    if kind in ("runtime", "upload"):
        material.lines.append((kind, record))
        return
    material.scopes.append(record["scope"].get("attributes", {}))
    if kind == "chat_item":
        item = item_of_log(record, len(material.logged))
        if item is not None:
            material.logged.append(item)
    elif kind == "session_report":
        material.report = session_report(record)
    else:
        material.verdicts.append((kind, record))


def _in_order(items: Iterable[ChatItem]) -> list[ChatItem]:
    """By creation, then by position; an item without a time stays behind the one before it
    (docs/contract.md §7.2)."""
    ordered = sorted(items, key=lambda item: item.position)
    keys: list[tuple[int, int]] = []
    latest = 0
    for item in ordered:
        latest = item.created_ns or latest
        keys.append((latest, item.position))
    return [item for _key, item in sorted(zip(keys, ordered, strict=True), key=lambda pair: pair[0])]


def _without_repeats(items: Iterable[ChatItem]) -> list[ChatItem]:
    seen: dict[str, ChatItem] = {}
    for item in items:
        seen[item.id or f"#{item.position}"] = item
    return list(seen.values())
