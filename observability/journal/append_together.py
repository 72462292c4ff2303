"""Adds the usual batches of many sessions to their journals in one statement: one round trip and one commit for all.

PostgreSQL only. What an upload costs there is waking processes, planning and committing; eight in one statement cost a
third of eight statements (docs/decisions/0003-appending-to-a-journal.md).
"""

import logging
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import Error as DatabaseError
from django.db import connection

from config.statements import run
from observability.journal.append import BATCH_TABLE, RECORD_COUNT, Appended
from observability.journal.bases import Base, Bases, Told
from observability.journal.news import SESSION_TABLE, NewBatch, News, learn, told
from observability.journal.together import Turns, Work
from observability.models import Signal

logger = logging.getLogger(__name__)

COLUMNS = """
    n integer, project_id bigint, job_id text, signal text, record_count integer, max_records integer,
    room_id text, room_name text, agent_name text, participant text, sdk_language text, sdk_version text,
    is_simulated boolean, is_redacted boolean, end_signal text, started_ns bigint, ended_ns bigint, errors integer,
    spans integer, logs integer, metric_points integer, chat_items integer, received_at timestamptz,
    base_seq integer
"""
WRITTEN = f"""
    WITH told AS MATERIALIZED (
        SELECT told.*, sent.digest, sent.payload, sent.base
        FROM json_to_recordset(%s::json) AS told ({COLUMNS})
        JOIN unnest(%b::bytea[], %b::bytea[], %b::bytea[]) WITH ORDINALITY
             AS sent (digest, payload, base, n) USING (n)
        ORDER BY n LIMIT %s
    ), held AS MATERIALIZED (
        SELECT told.*, session.id AS session_id, session.cursor FROM told CROSS JOIN LATERAL (
            SELECT id, cursor FROM {SESSION_TABLE}
            WHERE project_id = told.project_id AND job_id = told.job_id AND job_id <> ''
                  AND expires_at > STATEMENT_TIMESTAMP() AND NOT is_redacted AND sealed_seq = 0
                  AND switched_off = '[]'::jsonb AND {RECORD_COUNT} + told.record_count <= told.max_records
                  AND told.base IS NOT DISTINCT FROM (SELECT digest FROM {BATCH_TABLE}
                                                 WHERE session_id = {SESSION_TABLE}.id AND seq = told.base_seq
                                                           AND base_seq IS NULL AND record_count > 0)
            LIMIT 1 FOR UPDATE SKIP LOCKED
        ) AS session
    ), added AS (
        INSERT INTO {BATCH_TABLE}
            (project_id, session_id, seq, signal, digest, payload, base_seq, record_count, received_at)
        SELECT project_id, session_id, cursor + 1, signal, digest, payload, base_seq, record_count, received_at
        FROM held
        ON CONFLICT (session_id, digest) DO NOTHING
        RETURNING session_id, seq
    )
    UPDATE {SESSION_TABLE} SET cursor = added.seq, {learn("held.{}".format)}
    FROM added JOIN held USING (session_id)
    WHERE {SESSION_TABLE}.id = added.session_id RETURNING held.n, {SESSION_TABLE}.id, {SESSION_TABLE}.cursor
"""  # noqa: S608  # our own names
"""A session that somebody else holds is passed over, so that it makes nobody wait but its own upload.

The limit is the number of rows: PostgreSQL takes an unknown one for few, and few rows are looked up by index.
"""
APPEND_TOGETHER = " ".join(WRITTEN.split())
"""psycopg remembers what it made of a statement of up to 4,096 characters, and takes a longer one apart each time."""


@dataclass(frozen=True, slots=True)
class Upload:
    project_id: int
    job_id: str
    batch: NewBatch
    news: News
    max_records: int

    @property
    def session(self) -> tuple[str, int]:
        return self.job_id, self.project_id

    def row(self, n: int) -> dict[str, Any]:
        return {
            "n": n,
            "project_id": self.project_id,
            "job_id": self.job_id,
            "signal": self.batch.signal,
            "record_count": self.batch.record_count,
            "max_records": self.max_records,
            "base_seq": self.batch.base.seq if self.batch.base else None,
            **told(self.batch, self.news),
        }


def append_at_once(
    project_id: int, job_id: str, batch: NewBatch, news: News, *, max_records: int
) -> Appended | None:
    """Append, learn, count and commit, where nothing is out of the ordinary. None: nothing is done; do it step by step.

    Out of the ordinary are a new, an expired, a sealed or a held session, a switch that is off, redaction, a
    repetition, and a base that is not there any more.
    """
    if not is_possible():
        return None
    if news.is_redacted:
        for signal in Signal.values:
            _bases.forget((project_id, job_id, signal))
        return None
    appended: Appended | None = _turns.outcome_of(Upload(project_id, job_id, batch, news, max_records))
    remember(appended, (project_id, job_id, batch.signal), batch)
    return appended


def remember(appended: Appended | None, told: Told, batch: NewBatch) -> None:
    """What the next batch may lean on. One that was refused goes, for it may be the reason."""
    if appended is None:
        if batch.base:
            _bases.forget(told)
    elif batch.base:
        _bases.remember(told, batch.base)
    elif batch.text:
        _bases.remember(told, Base(appended.seq, batch.digest, batch.text))


def base_of(project_id: int, job_id: str, signal: str) -> Base | None:
    """What the job's next batch may lean on, if it is appended at once.

    Nobody writes or removes a batch of a session that is neither redacted nor sealed, and the statement looks whether
    the base is there, for a restored database may have another in its place.
    """
    return _bases.of((project_id, job_id, signal)) if is_possible() else None


def is_possible() -> bool:
    return connection.vendor == "postgresql" and not connection.in_atomic_block


def append_together(works: list[Work]) -> None:
    """Whatever fails is left to each on its own."""
    while works:
        first: dict[tuple[str, int], Work] = {}
        for work in works:
            first.setdefault(work.task.session, work)
        try:
            append_rows(list(first.values()))
        except DatabaseError as error:
            logger.info("Uploads are kept one by one: %s", str(error).partition("\n")[0])
        works = [work for work in works if first[work.task.session] is not work]


def append_rows(works: list[Work]) -> None:
    """One statement; no session may be in it twice."""
    uploads = [work.task for work in works]
    rows = orjson.dumps([upload.row(n) for n, upload in enumerate(uploads, 1)]).decode()
    digests = [upload.batch.digest for upload in uploads]
    payloads = [upload.batch.payload for upload in uploads]
    bases = [upload.batch.base.digest if upload.batch.base else None for upload in uploads]
    for n, session_id, seq in run(APPEND_TOGETHER, [rows, digests, payloads, bases, len(works)]).fetchall():
        works[n - 1].result = Appended(session_id, seq)


_turns = Turns(append_together)
_bases = Bases()
