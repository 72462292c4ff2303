"""The journal's table in partitions by ranges of session numbers: tried by churn.py, and not what the product has.

docs/decisions/0025-the-journal-is-one-table.md says why.
"""

import time
from collections import Counter
from dataclasses import dataclass, field

from django.db import Error, connection, transaction

PARTITION_S = 60.0
"""A tenth of ten minutes. Those of a day would hold what came in a day."""
WAIT = "SET LOCAL lock_timeout = '50ms'"
BEGIN = """
    ALTER TABLE observability_batch RENAME TO former_batch;
    CREATE TABLE observability_batch
        (LIKE former_batch INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING STORAGE) PARTITION BY RANGE (session_id);
    DROP TABLE former_batch;
    ALTER TABLE observability_batch ADD UNIQUE (session_id, seq), ADD UNIQUE (session_id, digest),
        ADD FOREIGN KEY (session_id) REFERENCES observability_session DEFERRABLE INITIALLY DEFERRED,
        ADD FOREIGN KEY (project_id) REFERENCES projects_project DEFERRABLE INITIALLY DEFERRED;
    CREATE INDEX ON observability_batch (id);
    CREATE TABLE observability_batch_default PARTITION OF observability_batch DEFAULT;
"""
PARTITION = """
    CREATE TABLE observability_batch_{first} PARTITION OF observability_batch
    FOR VALUES FROM ({first}) TO ({beyond}) WITH (toast_tuple_target = 8160)
"""
NEWEST = "SELECT COALESCE(MAX(id), 0) FROM observability_session"
REMOVE_FROM_DEFAULT = "DELETE FROM observability_batch_default WHERE session_id = %s"
NOT_SEALED = "SELECT 1 FROM observability_session WHERE id >= %s AND id < %s AND sealed_seq = 0 LIMIT 1"
LOCKS = """
    SELECT DISTINCT c.relname, l.mode FROM pg_locks l JOIN pg_class c ON c.oid = l.relation
    WHERE l.pid = pg_backend_pid() AND l.mode LIKE '%ExclusiveLock' AND c.relkind IN ('r', 'p')
        AND c.relname IN ('observability_batch', 'observability_batch_default', 'observability_session',
            'projects_project')
"""


@dataclass
class Partitions:
    sessions_per_s: float
    first: list[int] = field(default_factory=list)
    beyond: int = 0
    locked: set[tuple[str, str]] = field(default_factory=set)
    outcomes: Counter[str] = field(default_factory=Counter)
    longest_s: float = 0.0
    not_before: float = 0.0

    def __post_init__(self) -> None:
        self.sessions = max(1, round(self.sessions_per_s * PARTITION_S))
        with connection.cursor() as cursor:
            cursor.execute(BEGIN)
        self.make_room()

    def keep(self) -> None:
        """Once a second; after a try in vain not for five, so that uploads do not wait behind one all the time."""
        if time.monotonic() < self.not_before:
            return
        self.not_before = time.monotonic() + 1
        self.make_room()
        self.drop_sealed()

    def make_room(self) -> None:
        """Two ahead. While one cannot be made uploads go to the default partition, and its numbers are passed over."""
        newest = one(NEWEST)
        beyond = max(self.beyond, newest + 1)
        while beyond <= newest + 2 * self.sessions:
            if not self.tried("made", PARTITION.format(first=beyond, beyond=beyond + self.sessions)):
                self.beyond = beyond
                return
            self.first.append(beyond)
            beyond += self.sessions
        self.beyond = beyond

    def drop_sealed(self) -> None:
        while self.first and self.is_sealed(self.first[0]):
            if not self.tried("dropped", f"DROP TABLE observability_batch_{self.first[0]}"):
                return
            self.first.pop(0)

    def is_sealed(self, first: int) -> bool:
        if one(NEWEST) < first + self.sessions:
            return False
        with connection.cursor() as cursor:
            cursor.execute(NOT_SEALED, [first, first + self.sessions])
            return cursor.fetchone() is None

    def tried(self, outcome: str, statement: str) -> bool:
        """Waits a moment for its locks, and meanwhile all uploads wait behind it."""
        began = time.monotonic()
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(WAIT)
                cursor.execute(statement)
                cursor.execute(LOCKS)
                self.locked.update(cursor.fetchall())
        except Error:
            self.outcomes[f"not {outcome}"] += 1
            self.not_before = time.monotonic() + 5
            return False
        finally:
            self.longest_s = max(self.longest_s, time.monotonic() - began)
        self.outcomes[outcome] += 1
        return True

    def told(self) -> dict[str, str]:
        return {
            "partitions: " + ", ".join(self.outcomes): ", ".join(map(str, self.outcomes.values())),
            "longest of these": f"{self.longest_s * 1000:.0f} ms",
            **{f"  lock on {table}": mode for table, mode in sorted(self.locked)},
        }


def one(question: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(question)
        return int(cursor.fetchone()[0])
