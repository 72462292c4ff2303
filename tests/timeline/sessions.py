"""Whole sessions for tests: captured ones as batches of records, and small ones written by hand."""

from email.message import Message
from email.parser import BytesParser
from functools import cache
from itertools import count
from typing import Any

from observability.livekit.chat_history import chat_item_records
from observability.livekit.header import header_record
from observability.otlp.count import Limits
from observability.otlp.decode import decode
from observability.records import HeaderRecord, LogRecord, MetricRecord, Record, SpanRecord
from observability.timeline import RecordingFile, SessionContext, build
from observability.timeline.model import Timeline
from tests.captured import CapturedRequest, captured

LIMITS = Limits(20_000, 100_000, 200_000, nesting=45, json_depth=100, integer_digits=100)
ENDED = SessionContext(recording=RecordingFile())
LIVE = SessionContext(status="live")
T0 = 1_795_336_557_000_000_000

_span_ids = count(1)


@cache
def batches_of(run: str) -> list[list[Record]]:
    """One batch per captured request."""
    return [_records(request) for request in captured(run)]


def timeline_of(run: str, context: SessionContext = ENDED) -> Timeline:
    return build(batches_of(run), context=context)


def without_reports(run: str) -> list[list[Record]]:
    """What has arrived just before the end: no chat items, no report, no recording."""
    return [[record for record in batch if _is_live(record)] for batch in batches_of(run)]


def built(*records: Record, context: SessionContext = ENDED) -> Timeline:
    return build([list(records)], context=context)


def span(name: str, start_ms: float = 0, end_ms: float = 1, /, **fields: Any) -> SpanRecord:
    """A span of a Python SDK, times in milliseconds after T0; `attributes` and other fields as given."""
    number = next(_span_ids)
    record: SpanRecord = {
        "signal": "span",
        "job_id": "AJ_1",
        "room_id": "RM_1",
        "trace_id": "ab" * 16,
        "span_id": f"{number:016x}",
        "parent_span_id": "",
        "name": name,
        "kind": 1,
        "start_ns": at(start_ms),
        "end_ns": at(end_ms),
        "status": {"code": 0, "message": ""},
        "events": [],
        "links": [],
        "attributes": {},
        "scope": {"name": "livekit-agents"},
        "resource": {"attributes": {"telemetry.sdk.language": "python"}},
    }
    record.update(fields)  # type: ignore[typeddict-item]
    return record


def child(
    parent: SpanRecord, name: str, start_ms: float = 0, end_ms: float = 1, /, **fields: Any
) -> SpanRecord:
    return span(name, start_ms, end_ms, parent_span_id=parent["span_id"], **fields)


def event(name: str, at_ms: float = 0, **attributes: Any) -> dict[str, Any]:
    return {"name": name, "time_ns": at(at_ms), "attributes": attributes}


def log(
    body: Any, at_ms: float = 0, /, *, scope: str = "my-agent", severity: int = 9, **fields: Any
) -> LogRecord:
    record: LogRecord = {
        "signal": "log",
        "job_id": "AJ_1",
        "room_id": "RM_1",
        "time_ns": at(at_ms),
        "observed_ns": at(at_ms),
        "severity_number": severity,
        "severity_text": "",
        "body": body,
        "trace_id": "",
        "span_id": "",
        "attributes": {},
        "scope": {"name": scope},
        "resource": {"attributes": {"telemetry.sdk.language": "python"}},
    }
    record.update(fields)  # type: ignore[typeddict-item]
    return record


def report(*, language: str = "python", **attributes: Any) -> LogRecord:
    resource = (
        {"telemetry.sdk.language": "python"} if language == "python" else {"service.name": "livekit-agents"}
    )
    return log(
        "session report", scope="chat_history", attributes=attributes, resource={"attributes": resource}
    )


def point(name: str, value: float | None, /, time_ms: float = 1000, **fields: Any) -> MetricRecord:
    record: MetricRecord = {
        "signal": "metric",
        "job_id": "AJ_1",
        "room_id": "RM_1",
        "name": name,
        "kind": "sum",
        "temporality": 1,
        "start_ns": at(0),
        "time_ns": at(time_ms),
        "value": value,
        "attributes": {},
        "scope": {"name": "livekit-agents"},
        "resource": {},
    }
    record.update(fields)  # type: ignore[typeddict-item]
    return record


def item(position: int, /, **fields: Any) -> Record:
    """An item of chat_history.json; `at_ms` is its creation."""
    at_ms = fields.pop("at_ms", 1000 * position)
    written = {"id": f"item_{position}", "created_at": at(at_ms) / 1e9, **fields}
    return {"signal": "chat_item", "job_id": "AJ_1", "room_id": "RM_1", "position": position, "item": written}


def header(**fields: Any) -> HeaderRecord:
    record: HeaderRecord = {"signal": "recording_header", "job_id": "AJ_1", "room_id": "RM_1", "start_ns": T0}
    record.update(fields)  # type: ignore[typeddict-item]
    return record


def at(ms: float) -> int:
    return T0 + round(ms * 1e6)


def _is_live(record: Record) -> bool:
    if record["signal"] == "log":
        return record["scope"].get("name") not in ("chat_history", "evaluations")
    return record["signal"] in ("span", "metric")


def _records(request: CapturedRequest) -> list[Record]:
    if request.signal == "recordings":
        return _upload(request)
    return [*decode(request.signal, request.inflated, request.content_type, LIMITS).records]  # type: ignore[arg-type]


def _upload(request: CapturedRequest) -> list[Record]:
    parts = parts_of(request)
    told = header_record(parts["header"])
    history = parts.get("chat_history")
    if history is None:
        return [told]
    return [told, *chat_item_records(history, job_id=told["job_id"], room_id=told["room_id"])]


def parts_of(request: CapturedRequest) -> dict[str, bytes]:
    """The parts of a recording upload by name."""
    form: Message = BytesParser().parsebytes(
        b"Content-Type: " + request.content_type.encode() + b"\r\n\r\n" + request.body
    )
    found: dict[str, bytes] = {}
    for part in form.walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            body = part.get_payload(decode=True)
            found[name] = body if isinstance(body, bytes) else b""
    return found
