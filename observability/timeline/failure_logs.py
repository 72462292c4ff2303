"""Log lines that speak of a failure, and of which one."""

from typing import Literal

from observability.livekit.values import mapping, parsed_mapping, text
from observability.records import LogRecord

FailureKind = Literal["llm", "tts", "stt", "realtime", "tool", "stall", "span", "log"]

ERROR_FROM = 17
"""OpenTelemetry severity number of ERROR."""

KIND_WORDS: tuple[tuple[str, FailureKind], ...] = (
    ("executing tool", "tool"),
    ("sttError", "stt"),
    ("stt_error", "stt"),
    ("recognize speech", "stt"),
    ("ttsError", "tts"),
    ("tts_error", "tts"),
    ("synthesize speech", "tts"),
    ("realtimemodelError", "realtime"),
    ("realtime_model_error", "realtime"),
    ("realtime", "realtime"),
    ("llmError", "llm"),
    ("llm_error", "llm"),
    ("llm completion", "llm"),
    ("_llm_inference_task", "llm"),
    ("event loop blocked", "stall"),
)
"""Words in the SDKs' own lines, and the names of the error events that applications log."""

RETRY_ATTRIBUTES: tuple[FailureKind, ...] = ("stt", "tts", "llm")
"""The SDK's retry warnings name the failing part under its kind. Speech to text has no spans, so for it
they are all
there is (docs/contract.md §6)."""


def speaks_of_failure(record: LogRecord) -> bool:
    """An error, or the SDK's warning that an attempt failed and is repeated."""
    return (record.get("severity_number") or 0) >= ERROR_FROM or _retried(record) is not None


def kind_in(record: LogRecord) -> FailureKind:
    retried = _retried(record)
    if retried is not None:
        return retried
    attributes = mapping(record.get("attributes"))
    told = (record.get("body"), attributes.get("type"), attributes.get("error.type"))
    said = " ".join(map(text, told)).lower()
    return next((kind for words, kind in KIND_WORDS if words.lower() in said), "log")


def error_in(record: LogRecord) -> tuple[str, str]:
    """(type, message): the exception's where the line has one, else its body."""
    attributes = mapping(record.get("attributes"))
    told = parsed_mapping(attributes.get("error"))
    kind = text(attributes.get("exception.type")) or text(told.get("type"))
    message = (
        text(attributes.get("exception.message"))
        or text(told.get("message"))
        or text(attributes.get("error"))
    )
    return kind, message or text(record.get("body"))


def _retried(record: LogRecord) -> FailureKind | None:
    attributes = mapping(record.get("attributes"))
    if "attempt" not in attributes or not text(record.get("body")).startswith("failed to "):
        return None
    return next((kind for kind in RETRY_ATTRIBUTES if kind in attributes), None)
