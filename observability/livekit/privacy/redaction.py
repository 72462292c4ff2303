"""Redaction (docs/contract.md §13): content goes by name, free text is scrubbed, exceptions lose details."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from observability.livekit.privacy.names import (
    BARE_IDENTITIES,
    REPORT_CONTENT,
    SDK_LOG_CONTENT,
    SUMMARY_CONTENT,
)
from observability.livekit.privacy.rewriting import (
    Parts,
    as_record,
    attributes_of,
    envelope_of,
    events_and_links,
    summary_of,
    with_parts,
)
from observability.livekit.privacy.scopes import is_chat_item, is_sdk_log, is_session_report
from observability.livekit.privacy.scrubbing import scrubbed
from observability.livekit.privacy.treatment import (
    DROPPED,
    REDACTED_EXCEPTION,
    Treatment,
    treated,
    treated_under,
)
from observability.livekit.values import snake_case
from observability.records import Record, Value

SCRUB = Treatment(frozenset({"content", "identity", "stack"}), text=scrubbed, hides_numbers=True)
TELEMETRY = replace(SCRUB, names=BARE_IDENTITIES)
SDK_LOG = replace(SCRUB, names=SDK_LOG_CONTENT | BARE_IDENTITIES)
METRIC = replace(TELEMETRY, hides_numbers=False)
REPORT = replace(SCRUB, names=REPORT_CONTENT, hides_numbers=False)
"""Numbers of report and summary are counts and durations."""
SUMMARY = replace(REPORT, names=SUMMARY_CONTENT | BARE_IDENTITIES)

ITEM_KINDS = frozenset(
    {"message", "function_call", "function_call_output", "agent_handoff", "agent_config_update"}
)
ITEM_STRUCTURE = frozenset(
    {
        "call_id",
        "created_at",
        "group_id",
        "id",
        "interrupted",
        "is_error",
        "name",
        "new_agent_id",
        "old_agent_id",
        "reply_required",
        "role",
        "transcript_confidence",
        "type",
    }
)
"""Fields of a chat item that the SDK itself fills, in all releases (docs/contract.md §7.2, §9.2)."""
ITEM = replace(SCRUB, names=frozenset({"instructions"}))


def redacted(record: Record) -> Record:
    """The record after redaction, or itself if there was nothing to hide."""
    parts = PARTS.get(record.get("signal", ""))
    return as_record(with_parts(record, parts(record))) if parts else record


def _of_span(span: Mapping[str, Any]) -> Parts:
    parts = {
        **attributes_of(span, TELEMETRY),
        **envelope_of(span, TELEMETRY),
        **events_and_links(span, TELEMETRY),
    }
    if "status" in span:
        parts["status"] = _status(span["status"])
    if "name" in span:
        parts["name"] = treated(span["name"], TELEMETRY)
    return parts


def _status(status: Value) -> Value:
    if not isinstance(status, dict) or not status.get("message") or status["message"] == REDACTED_EXCEPTION:
        return status
    return {**status, "message": REDACTED_EXCEPTION}


def _of_log(log: Mapping[str, Any]) -> Parts:
    if is_chat_item(log):
        return {**_of_chat_log(log), **envelope_of(log, TELEMETRY)}
    treatment = REPORT if is_session_report(log) else SDK_LOG if is_sdk_log(log) else TELEMETRY
    body = {"body": treated(log["body"], treatment)} if "body" in log else {}
    return {**body, **attributes_of(log, treatment), **envelope_of(log, TELEMETRY)}


def _of_chat_log(log: Mapping[str, Any]) -> Parts:
    parts = {"body": treated(log["body"], SCRUB)} if "body" in log else {}
    attributes = log.get("attributes")
    if not isinstance(attributes, dict) or "chat.item" not in attributes:
        return {**parts, **attributes_of(log, SCRUB)}
    told = {"chat.item": _item(attributes["chat.item"])}
    others = {name: value for name, value in attributes.items() if name != "chat.item"}
    rest = attributes_of({**log, "attributes": others}, SCRUB)
    clean = rest["attributes"]
    parts["attributes"] = with_parts(attributes, told) if clean is others else {**clean, **told}
    return {**rest, **parts}


def _of_chat_item(record: Mapping[str, Any]) -> Parts:
    return {"item": _item(record["item"])} if "item" in record else {}


def _item(item: Value) -> Value:
    """A chat item, bare as in chat_history.json or under its kind's name as in the logs."""
    if not isinstance(item, dict) or "$kvlist" in item:
        return treated(item, ITEM)
    result = {name: _kind_or_field(name, value) for name, value in item.items()}
    return _as_before(result, item)


def _kind_or_field(name: str, value: Value) -> Value:
    if snake_case(name) not in ITEM_KINDS or not isinstance(value, dict) or "$kvlist" in value:
        return _item_field(name, value)
    return _as_before({name: _item_field(name, field) for name, field in value.items()}, value)


def _item_field(name: str, value: Value) -> Value:
    if snake_case(name) in ITEM_STRUCTURE and not isinstance(value, (dict, list)):
        return value
    return treated_under(name, value, ITEM)


def _as_before(result: dict[str, Value], item: dict[str, Value]) -> dict[str, Value]:
    kept = {name: value for name, value in result.items() if value is not DROPPED}
    unchanged = len(kept) == len(item) and all(kept[name] is value for name, value in item.items())
    return item if unchanged else kept


def _of_metric(metric: Mapping[str, Any]) -> Parts:
    details = {"details": treated(metric["details"], METRIC)} if "details" in metric else {}
    return {**details, **attributes_of(metric, METRIC), **envelope_of(metric, METRIC)}


def _of_header(header: Mapping[str, Any]) -> Parts:
    parts = summary_of(header, SUMMARY)
    if "room_name" in header:
        parts["room_name"] = DROPPED
    if "room_tags" in header:
        parts["room_tags"] = treated(header["room_tags"], SCRUB)
    return parts


PARTS: Mapping[str, Callable[[Mapping[str, Any]], Parts]] = {
    "span": _of_span,
    "log": _of_log,
    "metric": _of_metric,
    "chat_item": _of_chat_item,
    "recording_header": _of_header,
}
