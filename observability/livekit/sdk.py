"""Which SDK a record comes from. It decides units: Python writes seconds where Node writes milliseconds
(§6.3, §15.6)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from observability.livekit.values import mapping, parsed_mapping, text
from observability.records import Record, Value

Language = Literal["python", "node", ""]

LANGUAGES: Mapping[str, Language] = {"python": "python", "nodejs": "node", "webjs": "node"}


@dataclass(frozen=True, slots=True)
class Sdk:
    language: Language = ""
    version: str = ""
    """Release of livekit-agents; only the session report and summary tell it (docs/contract.md §2)."""


def language_of(record: Mapping[str, Value], default: Language = "") -> Language:
    """The record's own SDK, by its resource. Node's logs have no `telemetry.sdk.language` but its
    `service.name` (§5.1)."""
    resource = mapping(mapping(record.get("resource")).get("attributes"))
    told = LANGUAGES.get(text(resource.get("telemetry.sdk.language")))
    if told:
        return told
    if record.get("signal") == "log" and resource.get("service.name") == "livekit-agents":
        return "node"
    return default


UNKNOWN_SERVICE = "unknown_service"
"""OpenTelemetry's own word for a service that has no name, before the program's."""


def service_of(record: Mapping[str, Value]) -> str:
    """The `service.name` of the record's sender, or ""."""
    name = text(mapping(mapping(record.get("resource")).get("attributes")).get("service.name"))
    return "" if name.startswith(UNKNOWN_SERVICE) else name


def sdk_of(records: Iterable[Record]) -> Sdk:
    """The SDK of a whole session: the first language any record tells, and the version the report tells."""
    language: Language = ""
    version = ""
    for record in records:
        language = language or language_of(record)
        version = version or _version_in(record)
        if language and version:
            break
    return Sdk(language, version)


def _version_in(record: Record) -> str:
    if record["signal"] == "log" and record.get("body") == "session report":
        return text(mapping(record.get("attributes")).get("sdk_version"))
    if record["signal"] == "recording_header":
        return text(parsed_mapping(record.get("session_summary")).get("sdk_version"))
    return ""
