"""Transcripts are off: what people and models said is taken out of everything that may stay."""

from collections.abc import Callable, Mapping
from typing import Any

from observability.livekit.privacy.names import REPORT_CONTENT, SDK_LOG_CONTENT, SUMMARY_CONTENT
from observability.livekit.privacy.rewriting import (
    Parts,
    as_record,
    attributes_of,
    envelope_of,
    events_and_links,
    summary_of,
    with_parts,
)
from observability.livekit.privacy.scopes import is_sdk_log, is_session_report
from observability.livekit.privacy.treatment import Treatment, treated
from observability.records import Record

CONTENT = Treatment(frozenset({"content"}))
"""Identities under `pii` names stay: a room's name is no transcript."""
SDK_LOG = Treatment(CONTENT.drops, SDK_LOG_CONTENT)
REPORT = Treatment(CONTENT.drops, REPORT_CONTENT)
SUMMARY = Treatment(CONTENT.drops, SUMMARY_CONTENT, reads_all_json=True)


def without_content(record: Record) -> Record:
    """The record without content, or itself if it has none. Exception messages stay, as parts of traces."""
    parts = PARTS.get(record.get("signal", ""))
    return as_record(with_parts(record, parts(record))) if parts else record


def _of_span(span: Mapping[str, Any]) -> Parts:
    return {**attributes_of(span, CONTENT), **envelope_of(span, CONTENT), **events_and_links(span, CONTENT)}


def _of_log(log: Mapping[str, Any]) -> Parts:
    treatment = REPORT if is_session_report(log) else SDK_LOG if is_sdk_log(log) else CONTENT
    body = {"body": treated(log["body"], treatment)} if "body" in log else {}
    return {**body, **attributes_of(log, treatment), **envelope_of(log, CONTENT)}


def _of_metric(metric: Mapping[str, Any]) -> Parts:
    details = {"details": treated(metric["details"], CONTENT)} if "details" in metric else {}
    return {**details, **attributes_of(metric, CONTENT), **envelope_of(metric, CONTENT)}


def _of_header(header: Mapping[str, Any]) -> Parts:
    return summary_of(header, SUMMARY)


PARTS: Mapping[str, Callable[[Mapping[str, Any]], Parts]] = {
    "span": _of_span,
    "log": _of_log,
    "metric": _of_metric,
    "recording_header": _of_header,
}
