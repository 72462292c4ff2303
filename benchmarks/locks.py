"""Watches how long anybody holds, or waits for, a lock in a PostgreSQL database."""

import threading
from types import TracebackType
from typing import Any, Self

import psycopg

LOOK_EVERY_S = 0.02
HELD = """
    SELECT COALESCE(MAX(held_s) FILTER (WHERE application_name = '{name}'), 0),
        COALESCE(MAX(held_s) FILTER (WHERE application_name <> '{name}'), 0)
    FROM (SELECT *, EXTRACT(EPOCH FROM clock_timestamp() - xact_start) AS held_s FROM pg_stat_activity) AS activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
        AND EXISTS (SELECT 1 FROM pg_locks WHERE pg_locks.pid = activity.pid AND granted
            AND mode NOT IN ('AccessShareLock', 'RowShareLock') AND locktype <> 'virtualxid')
"""
"""A lock is held until its transaction ends; those of readers are in nobody's way."""
AWAITED = "SELECT COALESCE(MAX(EXTRACT(EPOCH FROM clock_timestamp() - waitstart)), 0) FROM pg_locks WHERE NOT granted"


class LockWatch:
    """Looks fifty times a second, from a connection of its own.

    Who works under `application_name` (PGAPPNAME) is told apart from all others.
    """

    def __init__(self, database_url: str, application_name: str) -> None:
        self._database_url = database_url
        self._held = HELD.format(name=application_name)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._watch, name="locks")
        self.longest_held_s = 0.0
        self.longest_held_by_others_s = 0.0
        self.longest_awaited_s = 0.0
        self.looks = 0

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: object, trace: TracebackType | None) -> None:
        self._stopped.set()
        self._thread.join()

    def _watch(self) -> None:
        with psycopg.connect(self._database_url, autocommit=True) as database:
            while not self._stopped.wait(LOOK_EVERY_S):
                held, by_others = self._seconds(database, self._held)
                self.longest_held_s = max(self.longest_held_s, held)
                self.longest_held_by_others_s = max(self.longest_held_by_others_s, by_others)
                self.longest_awaited_s = max(self.longest_awaited_s, *self._seconds(database, AWAITED))
                self.looks += 1

    def _seconds(self, database: "psycopg.Connection[Any]", question: str) -> list[float]:
        row = database.execute(question).fetchone()  # type: ignore[call-overload]
        return [float(value) for value in row or ()]
