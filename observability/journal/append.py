"""Adds batches to sessions' journals, one by one.

Written SQL, because this runs for every upload: a few statements by primary or unique key, the same words on SQLite
and PostgreSQL. There the usual uploads take a shorter way (append_together.py).
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from config.statements import run
from observability.journal.archive import is_sealed_in
from observability.journal.news import SESSION_TABLE, NewBatch, News, learnt, set_clause, told
from observability.models import Batch, Session

BATCH_TABLE = Batch._meta.db_table


@dataclass(frozen=True, slots=True)
class HeldSession:
    """What must be known of a session before a batch is added, while a transaction holds its row."""

    id: int
    cursor: int
    record_count: int
    switched_off: frozenset[str]
    is_redacted: bool
    is_expired: bool
    sealed_seq: int


@dataclass(frozen=True, slots=True)
class Appended:
    session_id: int
    seq: int


RECORD_COUNT = "span_count + log_count + metric_point_count + chat_item_count"
DATABASE_NOW = {"sqlite": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}
"""Sessions expire by its clock, here as for every reader."""
HOLD = f"""
    SELECT id, cursor, {RECORD_COUNT}, switched_off, is_redacted, expires_at <= {{database_now}}, sealed_seq
    FROM {SESSION_TABLE} WHERE """  # noqa: S608  # our own names
WITHOUT_JOB = f"""
    SELECT 1 FROM {SESSION_TABLE} WHERE project_id = %s AND room_id = %s AND job_id = '' LIMIT 1
"""  # noqa: S608
INSERT_BATCH = f"""
    INSERT INTO {BATCH_TABLE} (project_id, session_id, seq, signal, digest, payload, record_count, received_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT """  # noqa: S608
SESSION_TARGET = "(session_id, digest) DO NOTHING"
NO_SESSION_TARGET = "(project_id, digest) WHERE session_id IS NULL DO NOTHING"
LEARNT = {"cursor": "%(seq)s", **learnt("%({})s".format)}
ADVANCE_SESSION = f"UPDATE {SESSION_TABLE} SET {set_clause(LEARNT)} WHERE id = %(id)s"  # noqa: S608
COUNTED = (
    "cursor",
    "started_ns",
    "ended_ns",
    "span_count",
    "log_count",
    "metric_point_count",
    "chat_item_count",
    "last_received_at",
)
"""What every batch changes. No index has these columns."""
COUNT_ONLY = f"""
    UPDATE {SESSION_TABLE} SET {set_clause({name: LEARNT[name] for name in COUNTED})} WHERE id = %(id)s
    AND {" AND ".join(f"{name} IS ({sql})" for name, sql in LEARNT.items() if name not in COUNTED)}
"""  # noqa: S608
"""For SQLite, if the batch tells nothing new of its session: an UPDATE there writes all indexes of the columns that it
names, whether their values change or not. That saves a dozen pages."""


OF_JOB = "project_id = %s AND job_id = %s AND NOT (job_id = '')"
"""In the very words of the partial index: SQLite takes no others for the same, and would go through the project."""


def session_of_job(project_id: int, job_id: str) -> HeldSession | None:
    """The session of the job, held until the transaction ends. Index: session_once_per_job."""
    return hold(OF_JOB, [project_id, job_id])


def session_of_id(session_id: int) -> HeldSession:
    held = hold("id = %s", [session_id])
    if held is None:
        raise Session.DoesNotExist(f"Session {session_id} went away.")
    return held


def has_session_without_job(project_id: int, room_id: str) -> bool:
    """Hardly ever; each new session asks. Index: session_of_room."""
    return run(WITHOUT_JOB, [project_id, room_id]).fetchone() is not None


def hold(condition: str, parameters: list[Any]) -> HeldSession | None:
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    look = HOLD.format(database_now=DATABASE_NOW[connection.vendor])
    row = run(look + condition + lock, parameters).fetchone()
    if row is None:
        return None
    session_id, seq, record_count, switched_off, is_redacted, is_expired, sealed_seq = row
    off = json.loads(switched_off) if isinstance(switched_off, str) else switched_off
    return HeldSession(
        session_id, seq, record_count, frozenset(off), bool(is_redacted), bool(is_expired), sealed_seq
    )


def append(project_id: int, session: HeldSession, batch: NewBatch, news: News) -> Appended | None:
    """Put the batch at the end of the session's journal. None if it is there already; then nothing was changed."""
    seq = session.cursor + 1
    if session.sealed_seq and is_sealed_in(session.id, batch.digest):
        return None
    if not insert(project_id, session.id, seq, batch):
        return None
    advance({"seq": seq, "id": session.id, **told(batch, news), "received_at": db_time(batch.received_at)})
    return Appended(session.id, seq)


def advance(values: dict[str, Any]) -> None:
    if connection.vendor == "sqlite" and run(COUNT_ONLY, values).rowcount:
        return
    run(ADVANCE_SESSION, values)


def append_unassigned(project_id: int, batch: NewBatch) -> bool:
    """Keep records that name no job, such as metrics of the agent's process between two jobs. False if already kept."""
    return insert(project_id, None, 0, batch)


def insert(project_id: int, session_id: int | None, seq: int, batch: NewBatch) -> bool:
    """Only a repetition is passed over. A number given twice is an error: a new batch must not be taken for an old."""
    if batch.base is not None:
        raise ValueError("Only what is appended at once may lean on another batch.")
    row = [batch.signal, batch.digest, batch.payload, batch.record_count, db_time(batch.received_at)]
    target = "(session_id, digest) DO NOTHING" if session_id else NO_SESSION_TARGET
    return bool(run(INSERT_BATCH + target, [project_id, session_id, seq, *row]).rowcount == 1)


def db_time(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
