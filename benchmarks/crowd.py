"""Fills a PostgreSQL database and its storage with sessions that are over, in bulk, half of them expired."""

from datetime import UTC
from pathlib import Path
from typing import Any

import psycopg

OBJECT = b"a sealed journal, as small as they come" * 50
EVERY_NTH_IS_RECORDED = 4

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
        '', %(size)s, 40, 10, '', '{}', '[]', '[]', now()
    FROM observability_session WHERE job_id LIKE 'AJ_crowd_%%'
"""
RECORDINGS = """
    INSERT INTO observability_recording (session_id, revision, sha256, size_bytes, name, place, start_ns, channels,
        duration_ms, problem, received_at)
    SELECT id, 1, md5(public_id::text), %(size)s, 'recordings/' || project_id || '/' || public_id || '/1.ogg',
        'storage', 0, 2, 1000, '', now()
    FROM observability_session WHERE job_id LIKE 'AJ_crowd_%%' AND id %% %(nth)s = 0
"""
FILES_OF_EXPIRED = """
    SELECT file.name FROM observability_session AS session
    JOIN (SELECT session_id, name FROM observability_archive
          UNION ALL SELECT session_id, name FROM observability_recording) AS file ON file.session_id = session.id
    WHERE session.expires_at <= now()
"""


def fill(database_url: str, media: Path, *, count: int) -> None:
    """`count` sessions like the newest one, each sealed, some recorded; the expired ones have their files."""
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
        database.commit()
        for (name,) in database.execute(FILES_OF_EXPIRED):
            write(media / name)
        database.commit()
        database.autocommit = True
        database.execute("VACUUM ANALYZE")


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
