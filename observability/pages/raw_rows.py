"""The records of a session as they are kept: filtered by kind and words, one after the other."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from observability.pages.details import pretty
from observability.pages.transcript_lines import compact
from observability.pages.wording import milliseconds, offset
from observability.records import Record

ROWS_AT_ONCE = 200
KINDS = {
    "span": "Spans",
    "log": "Log records",
    "metric": "Metric points",
    "chat_item": "Chat items",
    "recording_header": "Recording headers",
}
NAMES = {
    "span": "span",
    "log": "log",
    "metric": "point",
    "chat_item": "chat item",
    "recording_header": "header",
}
MOST_NAME_CHARS = 120
EXACT_IN_BROWSERS = 2**53
"""Larger integers lose their last digits in JavaScript; nanoseconds are such."""


@dataclass(frozen=True, slots=True)
class RawRow:
    key: str
    """Kind and place among the records of that kind, in order of arrival: later records do not change it."""
    kind: str
    at: str
    name: str
    size: str


@dataclass(frozen=True, slots=True)
class RawPage:
    rows: Sequence[RawRow]
    total: int
    shown: int
    next_after: int | None


@dataclass(frozen=True, slots=True)
class RawPane:
    kind: str
    name: str
    json: str


def raw_page(
    records: Sequence[Record], *, start_ns: int, kind: str = "", text: str = "", after: int = 0
) -> RawPage:
    found = [
        (key, record)
        for key, record in keyed(records)
        if kind in {"", record["signal"]} and has_words(record, text)
    ]
    rows = [row_of(key, record, start_ns) for key, record in found[after : after + ROWS_AT_ONCE]]
    shown = after + len(rows)
    return RawPage(rows, len(found), shown, shown if shown < len(found) else None)


def raw_pane(record: Record) -> RawPane:
    return RawPane(NAMES[record["signal"]], name_of(record), pretty(exact(record)))


def keyed(records: Sequence[Record]) -> Iterator[tuple[str, Record]]:
    places: Counter[str] = Counter()
    for record in records:
        kind = record["signal"]
        yield f"{kind}-{places[kind]}", record
        places[kind] += 1


def has_words(record: Record, text: str) -> bool:
    return not text or text.lower() in orjson.dumps(record, default=str).decode().lower()


def row_of(key: str, record: Record, start_ns: int) -> RawRow:
    at_ns = moment_of(record)
    return RawRow(
        key=key,
        kind=NAMES[record["signal"]],
        at=offset(milliseconds(start_ns, at_ns), decimals=2) if at_ns else "",
        name=name_of(record),
        size=size_words(len(orjson.dumps(record, default=str))),
    )


def moment_of(record: Record) -> int:
    """0 if the record has no time of its own."""
    if record["signal"] in {"span", "recording_header"}:
        return record["start_ns"]
    if record["signal"] == "log":
        return record["time_ns"] or record["observed_ns"]
    return record["time_ns"] if record["signal"] == "metric" else 0


def name_of(record: Record) -> str:
    if record["signal"] == "log":
        return compact(record["body"])[:MOST_NAME_CHARS]
    if record["signal"] == "chat_item":
        item = record["item"]
        return " ".join(compact(item.get(name)) for name in ("type", "role", "name", "id") if item.get(name))
    return record["name"] if record["signal"] != "recording_header" else record["room_id"]


def size_words(size_bytes: int) -> str:
    return f"{size_bytes:,} B" if size_bytes < 10_000 else f"{size_bytes / 1000:,.0f} kB"


def exact(value: Any) -> Any:
    """The same, with integers that a browser would round given as text."""
    if isinstance(value, Mapping):
        return {name: exact(inner) for name, inner in value.items()}
    if isinstance(value, list):
        return [exact(inner) for inner in value]
    is_large = isinstance(value, int) and not isinstance(value, bool) and abs(value) > EXACT_IN_BROWSERS
    return str(value) if is_large else value
