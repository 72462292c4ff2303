"""A record as a row: nothing of it is lost, and what a column cannot hold stands in `more`."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from observability.compaction.rows import AS_JSON, FACTS, TABLE_OF, row_of
from observability.compaction.tables import TABLES
from observability.queries.records import records_of
from tests.captured import RUNS

SPAN: Any = {
    "signal": "span",
    "job_id": "AJ_1",
    "room_id": "",
    "trace_id": "0" * 32,
    "span_id": "1" * 16,
    "parent_span_id": "",
    "name": "llm_node",
    "kind": 1,
    "start_ns": 1,
    "end_ns": 2,
    "status": {"code": 2, "message": "timed out"},
    "events": [],
    "links": [],
    "attributes": {"tokens": 12},
    "scope": {"name": "livekit-agents"},
    "resource": {},
}
POINT: Any = {
    "signal": "metric",
    "job_id": "",
    "room_id": "",
    "name": "usage",
    "kind": "gauge",
    "start_ns": 0,
    "time_ns": 5,
    "value": 1.5,
    "attributes": {},
    "scope": {},
    "resource": {},
}


def record_of(row: dict[str, Any], signal: str) -> dict[str, Any]:
    """Back again."""
    record = {
        name: value for name, value in row.items() if value is not None and name not in ("scope_name", "more")
    }
    record |= {name: json.loads(record[name]) for name in AS_JSON if name in record}
    if "status_code" in record:
        record["status"] = {"code": record.pop("status_code"), "message": record.pop("status_message")}
    return {"signal": signal, **record, **json.loads(row["more"] or "{}")}


@pytest.mark.django_db
@pytest.mark.parametrize("run", RUNS)
def test_every_captured_record_comes_back_as_it_was(replay, run):
    records = [record for record in records_of(replay(run)) if record["signal"] in TABLE_OF]

    rows = [(record, row_of(record, TABLE_OF[record["signal"]][1])) for record in records]

    assert [record_of(row, record["signal"]) for record, row in rows] == records


def test_columns_are_what_they_are_called():
    row = row_of(SPAN, TABLE_OF["span"][1])

    assert (row["status_code"], row["status_message"], row["scope_name"]) == (
        2,
        "timed out",
        "livekit-agents",
    )
    assert (row["attributes"], row["links"], row["more"]) == ('{"tokens":12}', "[]", None)


@pytest.mark.parametrize(
    ("record", "column", "value"),
    [
        (SPAN, "start_ns", 2**63),
        (SPAN, "kind", 2**31),
        (POINT, "value", 2**53 + 1),
        (POINT, "value", {"$double": "NaN"}),
        (POINT, "explicit_bounds", [1.0, {"$double": "Infinity"}]),
        (POINT, "count", 2**64 - 1),
    ],
)
def test_what_a_column_cannot_hold_stands_in_more(record, column, value):
    columns = TABLE_OF[record["signal"]][1]

    row = row_of(record | {column: value}, columns)

    assert (row.get(column), json.loads(row["more"])) == (None, {column: value})


def test_a_body_is_text_or_else_in_more():
    record: Any = {name: SPAN[name] for name in ("job_id", "room_id", "attributes", "scope", "resource")}

    def told(body: Any) -> tuple[Any, Any]:
        row = row_of(record | {"signal": "log", "body": body}, TABLE_OF["log"][1])
        return row.get("body"), row["more"]

    assert told("hello") == ("hello", None)
    assert told({"a": 1}) == (None, '{"body":{"a":1}}')


@pytest.mark.parametrize("table", FACTS)
def test_every_column_of_a_fact_is_written(table):
    """But for packed numbers, which only we can read."""
    columns, kind = FACTS[table]
    packed = {"first_times"}
    fields = {field.name for field in kind._meta.fields} - {"id", "project", "session", "expires_at"} - packed

    assert set(columns) == {"turn" if (table, name) == ("turns", "index") else name for name in fields}


def documented() -> dict[str, dict[str, str]]:
    """Columns of each table, as docs/analytics.md has them."""
    text = Path(settings.BASE_DIR, "docs", "analytics.md").read_text()
    rows = re.findall(r"^\| `(\w+)` \| (.+) \|$", text, re.MULTILINE)
    return {table: dict(re.findall(r"`(\w+)` ([A-Z]+(?:\[\])?)", columns)) for table, columns in rows}


def test_every_column_is_documented_and_every_documented_one_exists():
    shared = documented().pop("all")
    sent = documented().pop("sent")

    expected = {
        table: {**shared, **columns, **(sent if table in ("spans", "logs", "metrics") else {})}
        for table, columns in documented().items()
        if table not in ("all", "sent")
    }

    assert expected == TABLES
