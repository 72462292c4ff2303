"""A sealed session as rows of the tables: its records out of the archive, its facts out of the database."""

import math
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from observability.compaction.tables import (
    BIG,
    DOUBLE,
    ERRORS,
    INT,
    LOGS,
    METRICS,
    MODELS,
    SPANS,
    TEXT,
    TOOLS,
    TURNS,
    VERDICTS,
    YES_OR_NO,
    Columns,
)
from observability.models import (
    ErrorFact,
    Fact,
    ModelFact,
    Session,
    SessionFact,
    ToolFact,
    TurnFact,
    VerdictFact,
)
from observability.records import Record

Row = dict[str, Any]

TABLE_OF: Mapping[str, tuple[str, Columns]] = {
    "span": ("spans", SPANS),
    "log": ("logs", LOGS),
    "metric": ("metrics", METRICS),
}
"""By signal. Chat items and headers of recordings stay in the archive."""
AS_JSON = ("attributes", "events", "links", "details", "scope", "resource")
DERIVED = ("status_code", "status_message", "scope_name", "more")
FACTS: Mapping[str, tuple[Columns, type[Fact]]] = {
    "turns": (TURNS, TurnFact),
    "tools": (TOOLS, ToolFact),
    "models": (MODELS, ModelFact),
    "errors": (ERRORS, ErrorFact),
    "verdicts": (VERDICTS, VerdictFact),
}
OF_FACT = ("turns", "unanswered", "interrupted", "preempted", "tool_calls", "tool_failures")
NAMES_IN_FACTS = {("turns", "turn"): "index"}
"""A word that is nobody's keyword in SQL."""
WIDEST = {INT: 31, BIG: 63, DOUBLE: 53}
"""Bits of an integer that the column holds exactly."""


def head_of(session: Session) -> Row:
    """What every row of it begins with."""
    return {"session": str(session.public_id), "expires_at": session.expires_at.isoformat()}


def row_of(record: Record, columns: Columns) -> Row:
    """What a column cannot hold is empty there, and stands in `more`."""
    left: dict[str, Any] = {name: value for name, value in record.items() if name != "signal"}
    row: Row = {}
    for name, kind in columns.items():
        if name in AS_JSON:
            row[name] = text_of(left.pop(name)) if name in left else None
        elif name not in DERIVED and name in left and fits(left[name], kind):
            row[name] = left.pop(name)
    if "status" in left:
        status = left.pop("status")
        row["status_code"], row["status_message"] = status["code"], status["message"]
    row["scope_name"] = record.get("scope", {}).get("name")  # type: ignore[attr-defined]  # of those that have one
    row["more"] = text_of(left) if left else None
    return row


def fits(value: Any, kind: str) -> bool:
    if kind.endswith("[]"):
        return isinstance(value, list) and all(fits(each, kind.removesuffix("[]")) for each in value)
    if kind in (TEXT, YES_OR_NO):
        return isinstance(value, str if kind == TEXT else bool)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    if isinstance(value, float):
        return kind == DOUBLE and math.isfinite(value)
    return value.bit_length() <= WIDEST[kind]


def text_of(value: Any) -> str:
    return orjson.dumps(value).decode()


def row_of_session(session: Session, columns: Columns) -> Row:
    """`columns`: those that only sessions have."""
    fact = SessionFact._base_manager.filter(session=session).first()
    row = {name: getattr(fact if name in OF_FACT else session, name, None) for name in columns}
    return row | {"first_received_at": session.first_received_at.isoformat()}


def rows_of_facts(session: Session, table: str) -> Iterator[Row]:
    columns, kind = FACTS[table]
    fields = {name: NAMES_IN_FACTS.get((table, name), name) for name in columns}
    for fact in kind._base_manager.filter(session=session).order_by("pk").iterator(500):
        yield {name: getattr(fact, field) for name, field in fields.items()}
