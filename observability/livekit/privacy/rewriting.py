"""A record with some of its parts treated: what changes is copied, the rest is shared with the original."""

from collections.abc import Mapping
from typing import Any, cast

from observability.livekit.privacy.names import CONTENT_EVENTS
from observability.livekit.privacy.treatment import (
    DROPPED,
    Treatment,
    differs,
    treated,
    treated_mapping,
    treated_pairs,
)
from observability.livekit.values import mapping
from observability.records import Record

Parts = dict[str, Any]


def with_parts(record: Mapping[str, Any], parts: Parts) -> Mapping[str, Any]:
    """The record with these parts, less those that are `DROPPED`; itself if they are its own already."""
    if all(record.get(name) is part for name, part in parts.items()):
        return record
    return {name: part for name, part in {**record, **parts}.items() if part is not DROPPED}


def as_record(rewritten: Mapping[str, Any]) -> Record:
    return cast(Record, rewritten)


def attributes_of(record: Mapping[str, Any], treatment: Treatment) -> Parts:
    """Treated attributes and repeated attributes, as far as the record has any."""
    parts: Parts = {}
    if isinstance(record.get("attributes"), dict):
        parts["attributes"] = treated_mapping(record["attributes"], treatment)
    if isinstance(record.get("repeated"), list):
        parts["repeated"] = treated_pairs(record["repeated"], treatment)
    return parts


def envelope_of(record: Mapping[str, Any], treatment: Treatment) -> Parts:
    """Scope and resource: machines describe themselves there, so only names count."""
    names_only = treatment.of_names_only
    return {
        part: with_parts(record[part], attributes_of(record[part], names_only))
        for part in ("scope", "resource")
        if isinstance(record.get(part), dict)
    }


def events_and_links(span: Mapping[str, Any], treatment: Treatment) -> Parts:
    parts: Parts = {}
    for name in ("events", "links"):
        if isinstance(span.get(name), list):
            new = [_detail(detail, treatment) for detail in span[name] if not _is_content(detail)]
            parts[name] = new if differs(new, span[name]) else span[name]
    return parts


def summary_of(header: Mapping[str, Any], treatment: Treatment) -> Parts:
    """The session summary is JSON in a text; what cannot be read as that is treated as text."""
    summary = header.get("session_summary")
    if summary is None:
        return {}
    return {"session_summary": treated(summary, treatment)}


def _detail(detail: Any, treatment: Treatment) -> Any:
    if not isinstance(detail, dict):
        return treated(detail, treatment)
    parts = attributes_of(detail, treatment)
    if treatment.text and isinstance(detail.get("name"), str):
        parts["name"] = treatment.text(detail["name"])
    return with_parts(detail, parts)


def _is_content(detail: Any) -> bool:
    name = mapping(detail).get("name")
    return isinstance(name, str) and name.lower() in CONTENT_EVENTS
