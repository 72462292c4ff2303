"""Fills a PostgreSQL database and its storage with sessions that are over, in bulk, half of them expired."""

import os
from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg

OBJECT = b"a sealed journal, as small as they come" * 50
EVERY_NTH_IS_RECORDED = 4
EVERY_NTH_HAS_COME_LATE = 10

SESSIONS = """
    INSERT INTO observability_session ({columns})
    SELECT {values} FROM observability_session AS template, generate_series(1, %(count)s) AS n
    WHERE template.id = %(template)s
"""
CHANGED = {
    "public_id": "gen_random_uuid()",
    "job_id": "'AJ_crowd_' || n",
    "room_id": "'RM_crowd_' || n",
    "status": "'ended'",
    "is_sealed": "true",
    "has_news": "false",
    "expires_at": "CASE WHEN n % 2 = 0 THEN now() - interval '1 minute' ELSE now() + interval '30 days' END",
}
ARCHIVES = """
    INSERT INTO observability_archive (session_id, revision, name, sha256, size_bytes, record_count, through_seq,
        digests, arrivals, obsolete, being_written, sealed_at)
    SELECT id, 1, 'archive/project=' || project_id || '/date=' || %(day)s || '/' || public_id || '/1-0000.jsonl.zst',
        '', %(size)s, 40, 10, decode(repeat(md5(public_id::text), 10), 'hex'), '{}', '[]', '[]', now()
    FROM observability_session WHERE job_id LIKE 'AJ_crowd_%%'
"""
RECORDINGS = """
    INSERT INTO observability_recording (session_id, revision, sha256, size_bytes, name, place, start_ns, channels,
        duration_ms, problem, received_at)
    SELECT id, 1, md5(public_id::text), %(size)s, 'recordings/' || project_id || '/' || public_id || '/1.ogg',
        'storage', 0, 2, 1000, '', now()
    FROM observability_session WHERE job_id LIKE 'AJ_crowd_%%' AND id %% %(nth)s = 0
"""
FACTS = """
    INSERT INTO observability_{table} ({columns}, project_id, session_id, expires_at)
    SELECT {values}, project_id, id, expires_at
    FROM observability_session CROSS JOIN generate_series(1, {times}) AS k WHERE job_id LIKE 'AJ_crowd_%'
"""
FACTS_OF_EACH = [
    (
        "turnfact",
        "role, index, outcome, agent, start_ns, end_ns, is_interrupted, steps, tool_calls, e2e_ms",
        "'user', k, 'answered', 'front desk', k * 5000000000, k * 5000000000 + 1, false, 1, 0, id * 7919 % 3000",
        6,
    ),
    ("toolfact", "name, status, start_ns", "'tool-' || k, 'ok', 0", 3),
    ("modelfact", "type, provider, model", "'llm', 'provider', 'model-' || k", 2),
    ("errorfact", "kind, source, error_type, at_ns, attempts", "'llm', 'span', 'APIError', 0, 1", 1),
    ("verdictfact", "kind, name, verdict", "'tag', 'tag-' || k, ''", 2),
    ("saidline", "words", "'words w' || id % 5000 || ' v' || k || ' of a line that somebody said'", 8),
]
"""Numbers of rows as of a call of two minutes."""
BATCHES = """
    INSERT INTO observability_batch (project_id, session_id, seq, signal, digest, payload, record_count, received_at)
    SELECT project_id, id, 11, 'logs', decode(md5(id::text), 'hex'), %(payload)s, 1, now()
    FROM observability_session WHERE job_id LIKE 'AJ_crowd_%%' AND id %% %(nth)s = 0
"""
"""What came after the journal was sealed."""
FILES_OF_EXPIRED = """
    SELECT file.name FROM observability_session AS session
    JOIN (SELECT session_id, name FROM observability_archive
          UNION ALL SELECT session_id, name FROM observability_recording) AS file ON file.session_id = session.id
    WHERE session.expires_at <= now()
"""


def fill(database_url: str, media: Path, *, count: int) -> None:
    """`count` sessions like the newest one, each sealed and with its facts, some recorded, some with late records.

    The expired ones have their files.
    """
    with psycopg.connect(database_url) as database:
        [template, first_received_at] = one(
            database,
            "SELECT id, first_received_at FROM observability_session ORDER BY id DESC LIMIT 1",
        )
        columns = columns_of_sessions(database)
        statement = SESSIONS.format(
            columns=", ".join(columns),
            values=", ".join(CHANGED.get(name, f"template.{name}") for name in columns),
        ).replace("n % 2", "n %% 2")
        database.execute(statement, {"count": count, "template": template})  # type: ignore[arg-type]
        day = first_received_at.astimezone(UTC).date().isoformat()
        database.execute(ARCHIVES, {"day": day, "size": len(OBJECT)})
        database.execute(RECORDINGS, {"size": len(OBJECT), "nth": EVERY_NTH_IS_RECORDED})
        database.execute(BATCHES, {"payload": OBJECT, "nth": EVERY_NTH_HAS_COME_LATE})
        for table, columns, values, times in FACTS_OF_EACH:
            statement = FACTS.format(table=table, columns=columns, values=values, times=times)
            database.execute(statement)  # type: ignore[arg-type]
        database.commit()
        for (name,) in database.execute(FILES_OF_EXPIRED):
            write(media / name)
        database.commit()
        database.autocommit = True
        database.execute("VACUUM ANALYZE")
        database.execute("CHECKPOINT")  # or what is measured next would pay for what was filled
    os.sync()


def columns_of_sessions(database: "psycopg.Connection[Any]") -> list[str]:
    found = database.execute(
        "SELECT column_name FROM information_schema.columns WHERE table_name = 'observability_session'"
    )
    return [name for (name,) in found if name != "id"]


def write(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(OBJECT)


def one(database: "psycopg.Connection[Any]", statement: str) -> list[Any]:
    row = database.execute(statement).fetchone()  # type: ignore[call-overload]
    assert row is not None
    return list(row)


def count_of(database_url: str, condition: str) -> int:
    """Of the crowd's sessions."""
    with psycopg.connect(database_url) as database:
        [count] = one(
            database,
            f"SELECT COUNT(*) FROM observability_session WHERE job_id LIKE 'AJ_crowd_%' AND {condition}",
        )
    return int(count)
