"""Databases to measure on, and what they take on the disk."""

import os
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import Any

KINDS = ("sqlite", "postgres")
EXPIRE_OLDEST = """
UPDATE observability_session SET expires_at = first_received_at
WHERE id IN (SELECT id FROM observability_session ORDER BY expires_at LIMIT {sessions})
"""


@contextmanager
def empty_place(database: str) -> Iterator[dict[str, str]]:
    """The environment of a Playhead that has nothing yet, with no server: for commands and scripts."""
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
        environment = {**os.environ, "DATA_DIR": folder, "LOG_LEVEL": "ERROR"}
        environment.pop("REDIS_URL", None)
        if database == "sqlite":
            environment.pop("DATABASE_URL", None)
            yield environment
        else:
            with new_database() as database_url:
                yield {**environment, "DATABASE_URL": database_url}


@contextmanager
def new_database() -> Iterator[str]:
    """The URL of an empty one beside the one that DATABASE_URL names; it goes afterwards."""
    base = os.environ.get("DATABASE_URL") or "postgres://postgres@127.0.0.1:5432/postgres"
    name = f"playhead_benchmark_{os.getpid()}_{time.monotonic_ns()}"
    execute_on(base, f"CREATE DATABASE {name}")
    try:
        yield base.rpartition("/")[0] + f"/{name}"
    finally:
        execute_on(base, f"DROP DATABASE {name} WITH (FORCE)")


def name_of(database_url: str) -> str:
    return database_url.rpartition("/")[2]


def disk_bytes(data_dir: Path, database_url: str = "") -> int:
    """What files and database take, with nothing left in a log. Without an URL the database is among the files."""
    for file in [*data_dir.glob("*.sqlite3"), *data_dir.glob("*.db")]:
        with closing(sqlite3.connect(file, timeout=30)) as database:
            database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    files = sum(size_of(file) for file in data_dir.rglob("*"))
    if not database_url:
        return files
    with connected(database_url) as connection:
        connection.execute("CHECKPOINT")
        row = connection.execute("SELECT pg_database_size(current_database())").fetchone()
    return files + int(row[0])


def number_in(data_dir: Path, database_url: str, question: str) -> int:
    """What one question to the database is answered with."""
    if database_url:
        with connected(database_url) as connection:
            return int(connection.execute(question).fetchone()[0] or 0)
    [file] = [*data_dir.glob("*.sqlite3"), *data_dir.glob("*.db")]
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True, timeout=30)) as database:
        return int(database.execute(question).fetchone()[0] or 0)


def expire_oldest(data_dir: Path, database_url: str, sessions: int) -> None:
    statement = EXPIRE_OLDEST.format(sessions=sessions)
    if database_url:
        execute_on(database_url, statement)
        return
    [file] = [*data_dir.glob("*.sqlite3"), *data_dir.glob("*.db")]
    with closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as database:
        database.execute(statement)


def execute_on(database_url: str, statement: str) -> None:
    with connected(database_url) as connection:
        connection.execute(statement)


def connected(database_url: str) -> Any:
    import psycopg

    return psycopg.connect(database_url, autocommit=True)


def size_of(file: Path) -> int:
    """0 if it is a folder, or went while one looked."""
    with suppress(OSError):
        return file.stat().st_size if file.is_file() else 0
    return 0
