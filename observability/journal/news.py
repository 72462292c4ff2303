"""What a batch tells about its session, and how a session's row learns it: one `SET` clause for all statements."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from observability.journal.bases import Base
from observability.models import Session
from observability.records import Record

SESSION_TABLE = Session._meta.db_table


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Records of one session as they came in one upload."""

    signal: str
    digest: bytes
    """16 bytes, of the decoded body and the job: the same upload again has the same."""
    payload: bytes
    counts: dict[str, int]
    """Records by their `signal`: span, log, metric, chat_item, recording_header."""
    received_at: datetime
    base: Base | None = None
    """What the payload leans on."""
    text: bytes = b""
    """What the payload holds, if later batches may lean on it."""

    @property
    def record_count(self) -> int:
        return sum(self.counts.values())


@dataclass(frozen=True, slots=True)
class News:
    """What a batch tells about its session. Names once known stay, an end once told stays, data ends a silence."""

    room_id: str = ""
    room_name: str = ""
    agent_name: str = ""
    participant: str = ""
    sdk_language: str = ""
    sdk_version: str = ""
    is_simulated: bool = False
    is_redacted: bool = False
    end_signal: str = ""
    """"" while nothing says that the session is over."""
    started_ns: int | None = None
    ended_ns: int | None = None
    errors: int = 0


def told(batch: NewBatch, news: News) -> dict[str, Any]:
    """The values of `learn`, by name; times are still Python's."""
    return {
        "room_id": news.room_id,
        "room_name": news.room_name,
        "agent_name": news.agent_name,
        "participant": news.participant,
        "sdk_language": news.sdk_language,
        "sdk_version": news.sdk_version,
        "is_simulated": news.is_simulated,
        "is_redacted": news.is_redacted,
        "end_signal": news.end_signal,
        "started_ns": news.started_ns,
        "ended_ns": news.ended_ns,
        "errors": news.errors,
        "spans": batch.counts.get("span", 0),
        "logs": batch.counts.get("log", 0),
        "metric_points": batch.counts.get("metric", 0),
        "chat_items": batch.counts.get("chat_item", 0),
        "received_at": batch.received_at,
    }


def learn(value: Callable[[str], str]) -> str:
    """The `SET` clause. `value` writes a name of `told` in SQL: as a parameter, or as a column."""
    return set_clause(learnt(value))


def set_clause(values: Mapping[str, str]) -> str:
    return ", ".join(f"{column} = {sql}" for column, sql in values.items())


def learnt(value: Callable[[str], str]) -> dict[str, str]:
    """What each column of the session's row becomes, in SQL.

    Both databases read the columns of the session as they were before the statement.
    """
    known = SESSION_TABLE

    def first_told(name: str) -> str:
        return f"CASE WHEN {known}.{name} = '' THEN {value(name)} ELSE {known}.{name} END"

    def never_if_redacted(name: str) -> str:
        return f"""CASE WHEN {known}.is_redacted OR {value("is_redacted")} THEN ''
                        WHEN {known}.{name} = '' THEN {value(name)} ELSE {known}.{name} END"""

    def beyond(name: str, sign: str) -> str:
        told_ns = f"CAST({value(name)} AS bigint)"
        return f"""CASE WHEN {known}.{name} IS NULL OR {told_ns} {sign} {known}.{name}
                        THEN {told_ns} ELSE {known}.{name} END"""

    return {
        **{
            name: first_told(name)
            for name in ("room_id", "agent_name", "sdk_language", "sdk_version", "end_signal")
        },
        **{name: never_if_redacted(name) for name in ("room_name", "participant")},
        "is_simulated": f"{known}.is_simulated OR {value('is_simulated')}",
        "is_redacted": f"{known}.is_redacted OR {value('is_redacted')}",
        "status": f"""CASE WHEN {value("end_signal")} <> '' THEN 'ended'
                           WHEN {known}.status = 'lost' OR {known}.end_signal = '' THEN 'live'
                           ELSE {known}.status END""",
        "started_ns": beyond("started_ns", "<"),
        "ended_ns": beyond("ended_ns", ">"),
        "error_count": f"{known}.error_count + {value('errors')}",
        "span_count": f"{known}.span_count + {value('spans')}",
        "log_count": f"{known}.log_count + {value('logs')}",
        "metric_point_count": f"{known}.metric_point_count + {value('metric_points')}",
        "chat_item_count": f"{known}.chat_item_count + {value('chat_items')}",
        "last_received_at": value("received_at"),
        "has_news": "TRUE",
        "is_named": "FALSE",
        "is_sealed": "FALSE",
    }


def count_by_kind(records: Iterable[Record]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in records:
        counts[record["signal"]] = counts.get(record["signal"], 0) + 1
    return counts
