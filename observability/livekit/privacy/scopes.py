"""The kinds of records on the logs endpoint, told apart by scope and body (docs/contract.md §7)."""

from collections.abc import Mapping
from typing import Any

from observability.livekit.values import mapping, text

REPORT = "chat_history"
EVALUATIONS = "evaluations"
REPORT_BODY = "session report"


def scope_of(record: Mapping[str, Any]) -> str:
    return text(mapping(record.get("scope")).get("name"))


def is_chat_item(record: Mapping[str, Any]) -> bool:
    """Whatever else may one day be told in the chat history is conversation too, unless it is the report."""
    if record.get("signal") != "log":
        return record.get("signal") == "chat_item"
    told = scope_of(record) == REPORT and record.get("body") != REPORT_BODY
    return told or "chat.item" in mapping(record.get("attributes"))


def is_session_report(record: Mapping[str, Any]) -> bool:
    return record.get("signal") == "log" and scope_of(record) in (REPORT, EVALUATIONS)


def is_runtime_log(record: Mapping[str, Any]) -> bool:
    return record.get("signal") == "log" and scope_of(record) not in (REPORT, EVALUATIONS)


def is_sdk_log(record: Mapping[str, Any]) -> bool:
    """A line that the SDK or one of its plugins wrote, so that its fields mean what the SDK means by them."""
    return scope_of(record).partition(".")[0] == "livekit"
