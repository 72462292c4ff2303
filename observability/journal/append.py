"""Adds batches to sessions' journals, inside the caller's transaction.

Written SQL, because this runs for every upload: a few short statements by primary or unique key, the same on
SQLite and PostgreSQL.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Self

from django.db import connection

from observability.models import Batch, Session
from observability.records import Record

SESSION_TABLE = Session._meta.db_table
BATCH_TABLE = Batch._meta.db_table

COUNTERS = {"span": "span_count", "log": "log_count", "metric": "metric_point_count", "chat_item": "chat_item_count"}


@dataclass(frozen=True, slots=True)
class NewBatch:
    """Records of one session as they came in one upload."""

    signal: str
    digest: bytes
    """16 bytes, of the decoded body and the job: the same upload again has the same."""
    payload: bytes
    counts: dict[str, int]
    """Records by their kind, the keys of COUNTERS."""
    received_at: datetime

    @property
    def record_count(self) -> int:
        return sum(self.counts.values())


@dataclass(slots=True)
class LockedSession:
    """A session's row while a transaction holds it. Changed fields are written by `advance`."""

    id: int
    cursor: int
    status: str
    end_signal: str
    started_ns: int | None
    ended_ns: int | None
    room_id: str
    room_name: str
    agent_name: str
    participant: str
    sdk_language: str
    sdk_version: str
    is_simulated: bool
    is_redacted: bool
    record_count: int
    switched_off: Any
    is_expired: bool

    @classmethod
    def of_job(cls, project_id: int, job_id: str, now: datetime) -> Self | None:
        """The session of the job, locked until the transaction ends. Index: session_once_per_job."""
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(SELECT_OF_JOB + lock, [db_time(now), project_id, job_id])
            row = cursor.fetchone()
        return cls(*row) if row else None

    @classmethod
    def of_id(cls, session_id: int, now: datetime) -> Self:
        lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
        with connection.cursor() as cursor:
            cursor.execute(SELECT_OF_ID + lock, [db_time(now), session_id])
            return cls(*cursor.fetchone())


SELECT_COLUMNS = f"""
    SELECT id, cursor, status, end_signal, started_ns, ended_ns, room_id, room_name, agent_name, participant,
           sdk_language, sdk_version, is_simulated, is_redacted,
           span_count + log_count + metric_point_count + chat_item_count, switched_off, expires_at <= %s
    FROM {SESSION_TABLE}
"""  # noqa: S608  # table names of our own
SELECT_OF_JOB = SELECT_COLUMNS + "WHERE project_id = %s AND job_id = %s AND job_id <> ''"
SELECT_OF_ID = SELECT_COLUMNS + "WHERE id = %s"

INSERT_BATCH = f"""
    INSERT INTO {BATCH_TABLE} (project_id, session_id, seq, signal, digest, payload, record_count, received_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT DO NOTHING
"""  # noqa: S608

ADVANCE_SESSION = f"""
    UPDATE {SESSION_TABLE} SET
        cursor = %s, status = %s, end_signal = %s, started_ns = %s, ended_ns = %s, room_id = %s, room_name = %s,
        agent_name = %s, participant = %s, sdk_language = %s, sdk_version = %s, is_simulated = %s, is_redacted = %s,
        span_count = span_count + %s, log_count = log_count + %s, metric_point_count = metric_point_count + %s,
        chat_item_count = chat_item_count + %s, error_count = error_count + %s, last_received_at = %s
    WHERE id = %s
"""  # noqa: S608


def append(project_id: int, session: LockedSession, batch: NewBatch) -> bool:
    """Put the batch at the end of the session's journal. False if it is there already; then nothing was added."""
    seq = session.cursor + 1
    if not _insert(project_id, session.id, seq, batch):
        return False
    session.cursor = seq
    return True


def append_unassigned(project_id: int, batch: NewBatch) -> bool:
    """Keep records that name no job, such as metrics of the agent's process between two jobs."""
    return _insert(project_id, None, 0, batch)


def advance(session: LockedSession, batch: NewBatch, *, errors: int) -> None:
    """Write the session's changed fields and count the batch."""
    added = [batch.counts.get(kind, 0) for kind in ("span", "log", "metric", "chat_item")]
    with connection.cursor() as cursor:
        cursor.execute(
            ADVANCE_SESSION,
            [
                session.cursor,
                session.status,
                session.end_signal,
                session.started_ns,
                session.ended_ns,
                session.room_id,
                session.room_name,
                session.agent_name,
                session.participant,
                session.sdk_language,
                session.sdk_version,
                session.is_simulated,
                session.is_redacted,
                *added,
                errors,
                db_time(batch.received_at),
                session.id,
            ],
        )


def count_by_kind(records: list[Record]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in records:
        counts[record["signal"]] = counts.get(record["signal"], 0) + 1
    return counts


def db_time(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)


def _insert(project_id: int, session_id: int | None, seq: int, batch: NewBatch) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            INSERT_BATCH,
            [
                project_id,
                session_id,
                seq,
                batch.signal,
                batch.digest,
                batch.payload,
                batch.record_count,
                db_time(batch.received_at),
            ],
        )
        return cursor.rowcount == 1
