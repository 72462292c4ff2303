"""The one gate between decoding and the first write."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from observability.livekit.privacy.redaction import redacted
from observability.livekit.privacy.scopes import is_chat_item, is_runtime_log
from observability.livekit.privacy.withholding import without_content
from observability.livekit.values import flag, mapping, sequence
from observability.records import Record, Value

REDACTION_FLAG = "lk.redaction.enabled"


@dataclass(frozen=True, slots=True)
class Switches:
    """True means kept; for `redaction`, on. Audio is decided where it is stored."""

    audio: bool
    transcripts: bool
    traces: bool
    logs: bool
    redaction: bool


@dataclass(frozen=True, slots=True)
class Permitted:
    records: list[Record]
    discarded: dict[str, int]
    """Whole records as "traces", "logs", "transcript"; "redacted" counts those that redaction changed."""


def permitted(records: Sequence[Record], switches: Switches) -> Permitted:
    """What of a batch may be stored. With everything on and no redaction the very same list comes back.

    The input is never changed; records that need no change are shared with the result.
    """
    if switches.traces and switches.transcripts and switches.logs and not switches.redaction:
        return Permitted(records if isinstance(records, list) else list(records), {})
    return _sifted(records, switches)


def asks_for_redaction(record: Mapping[str, Any]) -> bool:
    """Whether the session's owner asked for redaction: on the record, its scope or the header (docs/contract.md §13).

    Spans that began before the session do not carry the flag: remember for the session what one record says.
    """
    if record.get("redaction_enabled") is True:
        return True
    scope = record.get("scope")
    return (
        _is_on_in(record.get("attributes"))
        or (bool(scope) and _is_on_in(mapping(scope).get("attributes")))
        or ("repeated" in record and _asks_in_pairs(record["repeated"]))
    )


def _is_on_in(attributes: Value) -> bool:
    return (
        isinstance(attributes, dict) and REDACTION_FLAG in attributes and _is_on(attributes[REDACTION_FLAG])
    )


def _sifted(records: Sequence[Record], switches: Switches) -> Permitted:
    discarded: Counter[str] = Counter()
    kept: list[Record] = []
    for record in records:
        reason = _unwanted(record, switches)
        if reason:
            discarded[reason] += 1
            continue
        rest = record if switches.transcripts else without_content(record)
        clean = redacted(rest) if switches.redaction else rest
        discarded["redacted"] += clean is not rest
        kept.append(clean)
    return Permitted(kept, {reason: count for reason, count in discarded.items() if count})


def _unwanted(record: Record, switches: Switches) -> str:
    """Why the whole record goes, or ""."""
    signal = record.get("signal")
    if signal == "span":
        return "" if switches.traces else "traces"
    if not switches.transcripts and is_chat_item(record):
        return "transcript"
    return "logs" if not switches.logs and is_runtime_log(record) else ""


def _asks_in_pairs(pairs: Value) -> bool:
    return any(_asks_in_pair(pair) for pair in sequence(pairs))


def _asks_in_pair(pair: Value) -> bool:
    match pair:
        case [name, value]:
            return bool(name == REDACTION_FLAG and _is_on(value))
        case _:
            return False


def _is_on(value: Value) -> bool:
    """The SDKs write a boolean; whoever writes a word or a number means it as well."""
    return flag(value) is True or value == 1
