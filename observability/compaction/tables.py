"""The tables of the Parquet files: stable columns, with DuckDB's words for their types. docs/analytics.md lists them.

Every row has the session's public id and its death date. Project and day are in the names of the folders.
"""

from collections.abc import Mapping

Columns = Mapping[str, str]

PREFIX = "parquet/"
SUFFIX = ".parquet"

TEXT, INT, BIG, DOUBLE, YES_OR_NO, MOMENT = "VARCHAR", "INTEGER", "BIGINT", "DOUBLE", "BOOLEAN", "TIMESTAMPTZ"
JSON = "VARCHAR"
OF_ALL: Columns = {"session": TEXT, "expires_at": MOMENT}
SENT_BY: Columns = {
    "job_id": TEXT,
    "room_id": TEXT,
    "attributes": JSON,
    "scope_name": TEXT,
    "scope": JSON,
    "resource": JSON,
    "more": JSON,
}
"""`more`: whatever else the record has, and what its column could not hold; so that nothing is lost."""

SPANS: Columns = {
    "trace_id": TEXT,
    "span_id": TEXT,
    "parent_span_id": TEXT,
    "name": TEXT,
    "kind": INT,
    "start_ns": BIG,
    "end_ns": BIG,
    "status_code": INT,
    "status_message": TEXT,
    "events": JSON,
    "links": JSON,
    **SENT_BY,
}
LOGS: Columns = {
    "time_ns": BIG,
    "observed_ns": BIG,
    "severity_number": INT,
    "severity_text": TEXT,
    "event_name": TEXT,
    "body": TEXT,
    "trace_id": TEXT,
    "span_id": TEXT,
    **SENT_BY,
}
METRICS: Columns = {
    "name": TEXT,
    "description": TEXT,
    "unit": TEXT,
    "kind": TEXT,
    "temporality": INT,
    "monotonic": YES_OR_NO,
    "start_ns": BIG,
    "time_ns": BIG,
    "value": DOUBLE,
    "count": BIG,
    "sum": DOUBLE,
    "min": DOUBLE,
    "max": DOUBLE,
    "bucket_counts": f"{BIG}[]",
    "explicit_bounds": f"{DOUBLE}[]",
    "details": JSON,
    **SENT_BY,
}
SESSIONS: Columns = {
    "job_id": TEXT,
    "room_id": TEXT,
    "room_name": TEXT,
    "agent_name": TEXT,
    "participant": TEXT,
    "sdk_language": TEXT,
    "sdk_version": TEXT,
    "status": TEXT,
    "is_simulated": YES_OR_NO,
    "is_redacted": YES_OR_NO,
    "first_received_at": MOMENT,
    "started_ns": BIG,
    "ended_ns": BIG,
    "length_ms": BIG,
    "slowest_answer_ms": BIG,
    "span_count": BIG,
    "log_count": BIG,
    "metric_point_count": BIG,
    "error_count": BIG,
    "turns": BIG,
    "unanswered": BIG,
    "interrupted": BIG,
    "preempted": BIG,
    "tool_calls": BIG,
    "tool_failures": BIG,
}
TURNS: Columns = {
    "role": TEXT,
    "turn": BIG,
    "outcome": TEXT,
    "agent": TEXT,
    "start_ns": BIG,
    "end_ns": BIG,
    "is_interrupted": YES_OR_NO,
    "steps": BIG,
    "tool_calls": BIG,
    "transcription_delay_ms": DOUBLE,
    "end_of_turn_delay_ms": DOUBLE,
    "hook_ms": DOUBLE,
    "llm_ttft_ms": DOUBLE,
    "tts_ttfb_ms": DOUBLE,
    "playback_ms": DOUBLE,
    "e2e_ms": DOUBLE,
    "measured_ms": DOUBLE,
}
TOOLS: Columns = {
    "name": TEXT,
    "status": TEXT,
    "turn": BIG,
    "start_ns": BIG,
    "duration_ms": DOUBLE,
}
MODELS: Columns = {
    "type": TEXT,
    "provider": TEXT,
    "model": TEXT,
    "requests": BIG,
    "input_tokens": BIG,
    "input_cached_tokens": BIG,
    "output_tokens": BIG,
    "characters": BIG,
    "audio_duration_ms": DOUBLE,
}
ERRORS: Columns = {
    "kind": TEXT,
    "source": TEXT,
    "error_type": TEXT,
    "turn": BIG,
    "at_ns": BIG,
    "attempts": BIG,
    "recovered": YES_OR_NO,
}
VERDICTS: Columns = {"kind": TEXT, "name": TEXT, "verdict": TEXT}

TABLES: Mapping[str, Columns] = {
    name: {**OF_ALL, **columns}
    for name, columns in {
        "sessions": SESSIONS,
        "spans": SPANS,
        "logs": LOGS,
        "metrics": METRICS,
        "turns": TURNS,
        "tools": TOOLS,
        "models": MODELS,
        "errors": ERRORS,
        "verdicts": VERDICTS,
    }.items()
}


def folder_of(table: str) -> str:
    """What the keys of all its files begin with: a folder for each table, as engines want it."""
    return f"{PREFIX}{table}/"


def folder_of_project(table: str, project_id: int) -> str:
    return f"{folder_of(table)}project={project_id}/"


def key_of(table: str, project_id: int, day: str, name: str) -> str:
    return f"{folder_of_project(table, project_id)}date={day}/{name}{SUFFIX}"
