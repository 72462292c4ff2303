"""The kinds of log records, told apart by scope and body (docs/contract.md §7)."""

from typing import Literal

from observability.livekit.values import mapping, text
from observability.records import LogRecord

Kind = Literal["runtime", "upload", "session_report", "chat_item", "evaluation", "tag", "outcome"]

UPLOAD_LOGGERS = ("opentelemetry.exporter.", "opentelemetry.sdk.")
UPLOAD_PHRASES = (
    "observability/recordings",
    "recording upload",
    "upload session",
    "upload the session",
    "upload recording",
)
"""Words of the SDKs' own complaints when a recording upload fails (docs/contract.md §4)."""

EXPORTERS = "opentelemetry.exporter.otlp."
DROPPED_BY = {"trace_exporter": "traces", "_log_exporter": "logs", "metric_exporter": "metrics"}
"""Signals by the last part of the name of their exporter's logger."""
ERROR = 17

REPORTS: dict[tuple[str, str], Kind] = {
    ("chat_history", "session report"): "session_report",
    ("chat_history", "chat item"): "chat_item",
    ("evaluations", "evaluation"): "evaluation",
    ("evaluations", "tag"): "tag",
    ("evaluations", "outcome"): "outcome",
}


def kind_of(record: LogRecord) -> Kind:
    """runtime for the agent's log lines, upload for the client's own failed uploads, else what the
    report record is."""
    scope = logger_of(record)
    body = record.get("body")
    if scope in ("chat_history", "evaluations") and isinstance(body, str):
        return REPORTS.get((scope, body), "runtime")
    if scope.startswith(UPLOAD_LOGGERS):
        return "upload"
    return "upload" if _complains_of_an_upload(record, body) else "runtime"


def dropped_batch_of(record: LogRecord) -> str:
    """The signal of which the agent's exporter says that it dropped a batch (docs/contract.md §4.2), or ""."""
    _, is_exporter, name = logger_of(record).rpartition(EXPORTERS)
    is_error = (record.get("severity_number") or 0) >= ERROR
    return DROPPED_BY.get(name.rpartition(".")[2], "") if is_exporter and is_error else ""


def logger_of(record: LogRecord) -> str:
    return text(mapping(record.get("scope")).get("name")) or text(
        mapping(record.get("attributes")).get("logger.name")
    )


def _complains_of_an_upload(record: LogRecord, body: object) -> bool:
    if not isinstance(body, str) or (record.get("severity_number") or 0) < 13:
        return False
    return any(phrase in body.lower() for phrase in UPLOAD_PHRASES)
