"""Adds batches to sessions' journals.

Written SQL, because this runs for every upload: a few statements by primary or unique key, the same words on SQLite
and PostgreSQL. There the usual upload is one prepared statement, hence one round trip and one commit.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from observability.journal.archive import is_sealed_in
from observability.journal.statements import run
from observability.models import Batch, Session
from observability.records import Record

SESSION_TABLE = Session._meta.db_table
BATCH_TABLE = Batch._meta.db_table


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


LEARN = f"""
    room_id = CASE WHEN {SESSION_TABLE}.room_id = '' THEN %s ELSE {SESSION_TABLE}.room_id END,
    room_name = CASE WHEN {SESSION_TABLE}.is_redacted OR %s THEN ''
                     WHEN {SESSION_TABLE}.room_name = '' THEN %s ELSE {SESSION_TABLE}.room_name END,
    agent_name = CASE WHEN {SESSION_TABLE}.agent_name = '' THEN %s ELSE {SESSION_TABLE}.agent_name END,
    participant = CASE WHEN {SESSION_TABLE}.is_redacted OR %s THEN ''
                       WHEN {SESSION_TABLE}.participant = '' THEN %s ELSE {SESSION_TABLE}.participant END,
    sdk_language = CASE WHEN {SESSION_TABLE}.sdk_language = '' THEN %s ELSE {SESSION_TABLE}.sdk_language END,
    sdk_version = CASE WHEN {SESSION_TABLE}.sdk_version = '' THEN %s ELSE {SESSION_TABLE}.sdk_version END,
    is_simulated = {SESSION_TABLE}.is_simulated OR %s,
    is_redacted = {SESSION_TABLE}.is_redacted OR %s,
    status = CASE WHEN %s <> '' THEN 'ended'
                  WHEN {SESSION_TABLE}.status = 'lost' THEN 'live' ELSE {SESSION_TABLE}.status END,
    end_signal = CASE WHEN {SESSION_TABLE}.end_signal = '' THEN %s ELSE {SESSION_TABLE}.end_signal END,
    started_ns = CASE WHEN {SESSION_TABLE}.started_ns IS NULL OR CAST(%s AS bigint) < {SESSION_TABLE}.started_ns
                      THEN CAST(%s AS bigint) ELSE {SESSION_TABLE}.started_ns END,
    ended_ns = CASE WHEN {SESSION_TABLE}.ended_ns IS NULL OR CAST(%s AS bigint) > {SESSION_TABLE}.ended_ns
                    THEN CAST(%s AS bigint) ELSE {SESSION_TABLE}.ended_ns END,
    error_count = {SESSION_TABLE}.error_count + %s,
    span_count = {SESSION_TABLE}.span_count + %s,
    log_count = {SESSION_TABLE}.log_count + %s,
    metric_point_count = {SESSION_TABLE}.metric_point_count + %s,
    chat_item_count = {SESSION_TABLE}.chat_item_count + %s,
    last_received_at = %s,
    has_news = TRUE,
    is_sealed = FALSE
"""
"""Both databases read the columns on the right as they were before the statement."""

RECORD_COUNT = "span_count + log_count + metric_point_count + chat_item_count"
DATABASE_NOW = {"sqlite": "STRFTIME('%Y-%m-%d %H:%M:%f', 'NOW')", "postgresql": "STATEMENT_TIMESTAMP()"}
"""Sessions expire by its clock, here as for every reader."""
HOLD = f"""
    SELECT id, cursor, {RECORD_COUNT}, switched_off, is_redacted, expires_at <= {{database_now}}, sealed_seq
    FROM {SESSION_TABLE} WHERE """  # noqa: S608  # our own names
INSERT_BATCH = f"""
    INSERT INTO {BATCH_TABLE} (project_id, session_id, seq, signal, digest, payload, record_count, received_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT """  # noqa: S608
SESSION_TARGET = "(session_id, digest) DO NOTHING"
NO_SESSION_TARGET = "(project_id, digest) WHERE session_id IS NULL DO NOTHING"
ADVANCE_SESSION = f"UPDATE {SESSION_TABLE} SET cursor = %s, {LEARN} WHERE id = %s"  # noqa: S608
APPEND_AT_ONCE = f"""
    WITH held AS (
        SELECT id, cursor FROM {SESSION_TABLE}
        WHERE project_id = %s AND job_id = %s AND job_id <> '' AND expires_at > STATEMENT_TIMESTAMP()
              AND NOT is_redacted AND sealed_seq = 0 AND switched_off = '[]'::jsonb AND {RECORD_COUNT} + %s <= %s
        FOR UPDATE
    ), added AS (
        INSERT INTO {BATCH_TABLE} (project_id, session_id, seq, signal, digest, payload, record_count, received_at)
        SELECT %s, id, cursor + 1, %s, %s, %s, %s, %s FROM held
        ON CONFLICT (session_id, digest) DO NOTHING
        RETURNING session_id, seq
    )
    UPDATE {SESSION_TABLE} SET cursor = added.seq, {LEARN} FROM added
    WHERE {SESSION_TABLE}.id = added.session_id RETURNING {SESSION_TABLE}.id, {SESSION_TABLE}.cursor
"""  # noqa: S608


def append_at_once(
    project_id: int, job_id: str, batch: NewBatch, news: News, *, max_records: int
) -> Appended | None:
    """Append, learn, count and commit in one statement, where nothing is out of the ordinary. None: do it step by step.

    PostgreSQL only. Out of the ordinary are a new, an expired or a sealed session, a switch that is off, redaction, and
    a repetition.
    """
    if connection.vendor != "postgresql" or connection.in_atomic_block or news.is_redacted:
        return None
    counted = [batch.record_count, max_records]
    row = [batch.signal, batch.digest, batch.payload, batch.record_count, batch.received_at]
    parameters = [project_id, job_id, *counted, project_id, *row, *learnt(batch, news)]
    found = run(APPEND_AT_ONCE, parameters).fetchone()
    return Appended(*found) if found else None


def session_of_job(project_id: int, job_id: str) -> HeldSession | None:
    """The session of the job, held until the transaction ends. Index: session_once_per_job."""
    return hold("project_id = %s AND job_id = %s AND job_id <> ''", [project_id, job_id])


def session_of_id(session_id: int) -> HeldSession:
    held = hold("id = %s", [session_id])
    if held is None:
        raise Session.DoesNotExist(f"Session {session_id} went away.")
    return held


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
    run(ADVANCE_SESSION, [seq, *learnt(batch, news), session.id])
    return Appended(session.id, seq)


def append_unassigned(project_id: int, batch: NewBatch) -> bool:
    """Keep records that name no job, such as metrics of the agent's process between two jobs. False if already kept."""
    return insert(project_id, None, 0, batch)


def insert(project_id: int, session_id: int | None, seq: int, batch: NewBatch) -> bool:
    """Only a repetition is passed over. A number given twice is an error: a new batch must not be taken for an old."""
    row = [batch.signal, batch.digest, batch.payload, batch.record_count, db_time(batch.received_at)]
    target = "(session_id, digest) DO NOTHING" if session_id else NO_SESSION_TARGET
    return bool(run(INSERT_BATCH + target, [project_id, session_id, seq, *row]).rowcount == 1)


def learnt(batch: NewBatch, news: News) -> list[Any]:
    """The parameters of LEARN."""
    return [
        news.room_id,
        news.is_redacted,
        news.room_name,
        news.agent_name,
        news.is_redacted,
        news.participant,
        news.sdk_language,
        news.sdk_version,
        news.is_simulated,
        news.is_redacted,
        news.end_signal,
        news.end_signal,
        news.started_ns,
        news.started_ns,
        news.ended_ns,
        news.ended_ns,
        news.errors,
        *(batch.counts.get(kind, 0) for kind in ("span", "log", "metric", "chat_item")),
        db_time(batch.received_at),
    ]


def count_by_kind(records: Iterable[Record]) -> dict[str, int]:
    counts: dict[str, int] = {}
    for record in records:
        counts[record["signal"]] = counts.get(record["signal"], 0) + 1
    return counts


def db_time(at: datetime) -> Any:
    return connection.ops.adapt_datetimefield_value(at)
