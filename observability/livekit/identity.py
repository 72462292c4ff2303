"""What a batch reveals about its sessions, cheaply: it runs for every record on the way in, so it only
looks names up.

A span costs about two microseconds. Full parsing happens when a timeline is built.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from observability.livekit.chat_items import latest_moment_ns
from observability.livekit.log_kinds import kind_of
from observability.livekit.privacy.permission import asks_for_redaction
from observability.livekit.reports import session_report, session_summary
from observability.livekit.sdk import Language, language_of
from observability.livekit.values import mapping, text
from observability.livekit.vocabulary import content
from observability.records import (
    ChatItemRecord,
    HeaderRecord,
    LogRecord,
    MetricRecord,
    Record,
    SpanRecord,
    Value,
)

EndSignal = Literal["", "agent_session", "session report", "recording", "job_shutdown", "job_entrypoint"]

STRENGTH: Mapping[EndSignal, int] = {
    "": 0,
    "agent_session": 1,
    "session report": 2,
    "recording": 3,
    "job_shutdown": 4,
    "job_entrypoint": 5,
}
"""Which signal's end time counts (docs/contract.md §12.3): the later one in the SDK's own order of
closing."""


LIVEKIT_JOB = "AJ_"
"""What the ids of LiveKit's jobs begin with."""


def is_of_livekit(job_id: str, room_id: str) -> bool:
    """Whether such a record or session is of a LiveKit job, or of another OpenTelemetry sender (docs/otlp.md)."""
    return bool(room_id) or job_id.startswith(LIVEKIT_JOB)


@dataclass(slots=True)
class SessionFacts:
    """What the records of one job say about its session. Empty and None mean "these records do not say"."""

    job_id: str
    room_id: str = ""
    room_name: str = ""
    agent_name: str = ""
    participant_identity: str = ""
    sdk_language: Language = ""
    sdk_version: str = ""
    started_ns: int | None = None
    """The earliest start in these records."""
    last_ns: int | None = None
    """The latest end or time in these records."""
    ended_ns: int | None = None
    end_signal: EndSignal = ""
    error_count: int = 0
    """Failed attempts of models and tools; log lines are not counted, for they mostly speak of the same."""
    error_log_count: int = 0
    chat_items_logged: int = 0
    chat_items_uploaded: int = 0
    """The same items as those logged, in a recording upload."""
    last_item_ns: int | None = None
    """The latest moment that uploaded items tell. The earliest may be of another day's conversation."""
    simulated: bool = False
    redaction: bool = False

    @property
    def chat_item_count(self) -> int:
        return max(self.chat_items_logged, self.chat_items_uploaded)

    def end(self, signal: EndSignal, at_ns: int | None) -> None:
        """Keep the strongest end signal and its time; a weaker one with a time fills a missing time."""
        if STRENGTH[signal] >= STRENGTH[self.end_signal]:
            self.ended_ns = at_ns or self.ended_ns
            self.end_signal = signal
        elif self.ended_ns is None:
            self.ended_ns = at_ns

    def end_with_items(self) -> None:
        """A recording upload that does not say when it was made came after the last thing said."""
        if self.ended_ns is None and self.last_item_ns is not None:
            self.end("recording", self.last_item_ns)

    def saw(self, start_ns: int, end_ns: int) -> None:
        if start_ns > 0 and (self.started_ns is None or start_ns < self.started_ns):
            self.started_ns = start_ns
        if end_ns > 0 and (self.last_ns is None or end_ns > self.last_ns):
            self.last_ns = end_ns


def identity_of(record: Record) -> tuple[str, str]:
    """(job_id, room_id) a record belongs to; "" where it does not say (docs/contract.md §11)."""
    attributes = mapping(record.get("attributes"))
    job_id = record.get("job_id") or text(attributes.get("job_id")) or text(attributes.get("lk.job_id"))
    room_id = record.get("room_id") or text(attributes.get("room_id")) or text(attributes.get("lk.room_sid"))
    return job_id, room_id


def revelations(records: Iterable[Record]) -> dict[str, SessionFacts]:
    """Facts by job id, one pass over the records. Records that name no job are under ""."""
    found: dict[str, SessionFacts] = {}
    for record in records:
        job_id = record["job_id"]
        facts = found.get(job_id)
        if facts is None:
            facts = found[job_id] = SessionFacts(job_id)
        if not facts.room_id:
            facts.room_id = record["room_id"]
        if not facts.redaction:
            facts.redaction = asks_for_redaction(record)
        if record["signal"] == "span":
            _see_span(facts, record)
        else:
            _see_other(facts, record)
    for facts in found.values():
        facts.end_with_items()
    return found


def _see_span(facts: SessionFacts, span: SpanRecord) -> None:
    name = span["name"]
    attributes = span["attributes"]
    facts.saw(span["start_ns"], span["end_ns"])
    _see_stamp(facts, attributes)
    if not facts.sdk_language:
        facts.sdk_language = language_of(span)
    if span["status"]["code"] == 2 and name not in _WRAPPERS:
        facts.error_count += 1
    reveal = _REVEALING.get(name)
    if reveal is not None:
        reveal(facts, span)


def _see_stamp(facts: SessionFacts, attributes: Mapping[str, Value]) -> None:
    if "lk.simulation.enabled" in attributes and attributes["lk.simulation.enabled"] is True:
        facts.simulated = True
    if not facts.agent_name:
        facts.agent_name = text(attributes.get("lk.agent_name"))


def _see_other(facts: SessionFacts, record: LogRecord | MetricRecord | ChatItemRecord | HeaderRecord) -> None:
    if record["signal"] == "log":
        _see_log(facts, record)
    elif record["signal"] == "metric":
        _see_stamp(facts, record["attributes"])
        facts.saw(record["start_ns"], record["time_ns"])
        facts.sdk_language = facts.sdk_language or language_of(record)
    elif record["signal"] == "chat_item":
        facts.chat_items_uploaded += 1
        facts.last_item_ns = max(facts.last_item_ns or 0, latest_moment_ns(record)) or None
    elif record["signal"] == "recording_header":
        _see_header(facts, record)


def _see_log(facts: SessionFacts, log: LogRecord) -> None:
    _see_stamp(facts, log["attributes"])
    facts.sdk_language = facts.sdk_language or language_of(log)
    kind = kind_of(log)
    if kind in ("runtime", "upload"):
        at_ns = log["time_ns"] or log["observed_ns"]
        facts.saw(at_ns, at_ns)
        facts.error_log_count += kind == "runtime" and log["severity_number"] >= 17
        return
    scope = mapping(log["scope"].get("attributes"))
    facts.room_name = facts.room_name or text(scope.get("room"))
    if kind == "chat_item":
        facts.chat_items_logged += 1
    elif kind == "session_report":
        report = session_report(log)
        facts.agent_name = facts.agent_name or report.agent_name
        facts.sdk_version = facts.sdk_version or report.sdk_version
        facts.saw(report.started_ns or 0, report.reported_ns or 0)
        facts.end("session report", report.reported_ns)


def _see_header(facts: SessionFacts, header: HeaderRecord) -> None:
    summary = session_summary(header)
    facts.simulated = facts.simulated or header.get("simulated") is True
    facts.room_name = facts.room_name or header.get("room_name", "")
    start_ns, duration_ms = header["start_ns"], header.get("duration_ms", 0)
    ended_ns = start_ns + duration_ms * 1_000_000 if start_ns and duration_ms else None
    if summary is not None:
        facts.room_name = facts.room_name or summary.room_name
        facts.agent_name = facts.agent_name or summary.agent_name
        facts.sdk_version = facts.sdk_version or summary.sdk_version
        facts.sdk_language = facts.sdk_language or "python"
        ended_ns = summary.reported_ns or ended_ns
    facts.saw(start_ns, ended_ns or 0)
    facts.end("recording", ended_ns)


def _see_job(facts: SessionFacts, span: SpanRecord) -> None:
    _see_room(facts, span)
    facts.end("job_entrypoint", span["end_ns"] or None)


def _see_shutdown(facts: SessionFacts, span: SpanRecord) -> None:
    facts.end("job_shutdown", span["end_ns"] or None)


def _see_agent_session(facts: SessionFacts, span: SpanRecord) -> None:
    """Only as a root: below another span it is Python ≥ 1.8.2, where job_entrypoint follows, or a
    second session (§1.3)."""
    _see_room(facts, span)
    if not span["parent_span_id"]:
        facts.end("agent_session", span["end_ns"] or None)


def _see_room(facts: SessionFacts, span: SpanRecord) -> None:
    if not facts.room_name:
        facts.room_name = text(content(span["attributes"], "room_name"))


def _see_participant(facts: SessionFacts, span: SpanRecord) -> None:
    if not facts.participant_identity:
        facts.participant_identity = text(content(span["attributes"], "participant_identity"))


def _see_tool(facts: SessionFacts, span: SpanRecord) -> None:
    if span["attributes"].get("lk.function_tool.is_error") is True and span["status"]["code"] != 2:
        facts.error_count += 1


_WRAPPERS = frozenset(
    (
        "agent_session",
        "agent_turn",
        "job_entrypoint",
        "llm_node",
        "llm_request",
        "tts_node",
        "tts_request",
        "on_enter",
    )
)
"""Spans whose error status repeats that of a span inside them."""

_REVEALING: Mapping[str, Callable[[SessionFacts, SpanRecord], None]] = {
    "job_entrypoint": _see_job,
    "job_shutdown": _see_shutdown,
    "agent_session": _see_agent_session,
    "room_connect": _see_room,
    "user_turn": _see_participant,
    "user_speaking": _see_participant,
    "wait_for_participant": _see_participant,
    "wait_for_audio_track": _see_participant,
    "function_tool": _see_tool,
}
