"""What sealed sessions leave in the journal's table: as it is, as PostgreSQL would vacuum it, and in partitions.

    python benchmarks/churn.py [--seconds 240] [--per-s 300] [--reader-s 40] [ways …]

Sessions come, grow and are sealed at a tenth of their length (30 s, then 12 s of silence), with autovacuum's naps at a
tenth too, each way on a PostgreSQL of its own, all at the same time. In between somebody reads for a while in one
transaction, as a backup does. Uploads are appended by the product's own statement; of sealing there is only what it
does to the tables.

`partitions` lie by ranges of session numbers, the only key under which the statements of uploads stay as they are:
sealing leaves rows alone, and a partition goes when all its sessions are sealed. Sizes are looked at once a second.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.churn_partitions import REMOVE_FROM_DEFAULT, Partitions
from benchmarks.own_postgresql import own_postgresql

LIVE_S, SILENT_S, NAP = 30.0, 12.0, "6s"
UPLOADS_A_SESSION = 149
TRACES_OF_THEM = 66
TRACE_BYTES, LOG_BYTES = 2_700, 900
TOGETHER = 8
LOOK_EVERY_S = 1.0
WAYS = {
    "as-it-is": "",
    "settings": "ALTER TABLE observability_batch SET "
    "(autovacuum_vacuum_scale_factor = 0.05, autovacuum_vacuum_threshold = 1000)",
    "partitions": "",
}
SIZE = """
    SELECT COALESCE(SUM(pg_total_relation_size(c.oid)), 0), COALESCE(SUM(pg_relation_size(c.oid)), 0)
    FROM pg_class c WHERE c.relkind = 'r' AND c.relname LIKE 'observability_batch%'
"""
LIVING = """
    SELECT COALESCE(SUM(octet_length(payload)), 0)
    FROM observability_batch b JOIN observability_session s ON s.id = b.session_id WHERE s.sealed_seq = 0
"""
HOLD = "SELECT cursor FROM observability_session WHERE id = %s FOR UPDATE"
REMOVE = "DELETE FROM observability_batch WHERE session_id = %s"
SEAL = """
    UPDATE observability_session SET sealed_seq = cursor, is_sealed = TRUE, status = 'ended' WHERE id = %s
"""
WAL = "SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), '0/0')"
VACUUMS = """
    SELECT COALESCE(SUM(autovacuum_count), 0) FROM pg_stat_user_tables
    WHERE relname LIKE 'observability_batch%'
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ways", nargs="*", default=[], choices=[[], *WAYS])
    parser.add_argument("--seconds", type=float, default=240)
    parser.add_argument("--per-s", type=float, default=300, help="uploads")
    parser.add_argument("--reader-s", type=float, default=40)
    parser.add_argument("--child", choices=WAYS, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        print(json.dumps(one_way(arguments.child, arguments)))
        return 0
    passed = [
        f"--{name}={getattr(arguments, name.replace('-', '_'))}" for name in ("seconds", "per-s", "reader-s")
    ]
    begun = {
        way: subprocess.Popen([sys.executable, __file__, *passed, "--child", way], stdout=subprocess.PIPE)
        for way in arguments.ways or WAYS
    }
    told = {way: json.loads(process.communicate()[0] or b"{}") for way, process in begun.items()}
    for name in dict.fromkeys(name for each in told.values() for name in each):
        print(f"{name:<58}" + "".join(f"{each.get(name, ''):>24}" for each in told.values()))
    return 0


def one_way(way: str, arguments: argparse.Namespace) -> dict[str, str]:
    with (
        tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder,
        own_postgresql(autovacuum="on", autovacuum_naptime=NAP, max_wal_size="1GB") as server,
    ):
        os.environ |= {"DATA_DIR": folder, "DATABASE_URL": server.url(), "LOG_LEVEL": "ERROR"}
        os.environ["DJANGO_SETTINGS_MODULE"] = "config.settings"
        prepare(way)
        return {"": way} | Churn(way, arguments, server.cpu_s).told()


def prepare(way: str) -> None:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0)
    if WAYS[way]:
        with connection.cursor() as cursor:
            cursor.execute(WAYS[way])


@dataclass
class Churn:
    way: str
    arguments: argparse.Namespace
    cpu_s: Callable[[], float]
    appended_ms: list[tuple[float, float]] = field(default_factory=list)
    """When, and how long eight uploads took."""
    looks: list[tuple[float, int, int]] = field(default_factory=list)
    over: deque[tuple[float, int]] = field(default_factory=deque)
    """Due to be sealed: when, and which session."""
    is_over: threading.Event = field(default_factory=threading.Event)
    faults: list[str] = field(default_factory=list)

    def told(self) -> dict[str, str]:
        from tests.people import ProjectFactory

        self.project = ProjectFactory.create()
        self.partitions = Partitions(self.sessions_per_s()) if self.way == "partitions" else None
        threads = [
            threading.Thread(target=self.guarded, args=[each]) for each in (self.seal, self.look, self.read)
        ]
        wal, cpu, self.began = one(WAL), self.cpu_s(), time.monotonic()
        for thread in threads:
            thread.start()
        try:
            uploads = self.append()
        finally:
            self.is_over.set()
        for thread in threads:
            thread.join()
        assert not self.faults, self.faults
        return self.figures(uploads, one(WAL) - wal, self.cpu_s() - cpu)

    def sessions_per_s(self) -> float:
        return float(self.arguments.per_s) / UPLOADS_A_SESSION

    def guarded(self, work: Callable[[], None]) -> None:
        from django.db import connection

        try:
            work()
        except Exception as fault:  # told at the end, by the main thread
            self.faults.append(f"{work.__name__}: {fault}")
        finally:
            connection.close()

    def append(self) -> int:
        """Eight sessions' next uploads each time, in turns, at the pace that is asked for."""
        from observability.journal.append_together import append_rows
        from observability.journal.together import Work

        randomly, uploads, due = random.Random(1), 0, time.monotonic()
        concurrent = max(TOGETHER, round(self.sessions_per_s() * LIVE_S))
        live = deque((self.begun_session(), randomly.randrange(UPLOADS_A_SESSION)) for _ in range(concurrent))
        while time.monotonic() - self.began < self.arguments.seconds:
            time.sleep(max(0.0, due - time.monotonic()))
            due += TOGETHER / self.arguments.per_s
            mine = [live.popleft() for _ in range(TOGETHER)]
            works = [Work(self.upload(job, number, randomly)) for (_, job), number in mine]
            at = time.monotonic()
            append_rows(works)
            self.appended_ms.append((at - self.began, (time.monotonic() - at) * 1000))
            assert all(work.result for work in works), "An upload was not kept."
            uploads += TOGETHER
            for (session_id, job), number in mine:
                if number + 1 < UPLOADS_A_SESSION:
                    live.append(((session_id, job), number + 1))
                else:
                    self.over.append((time.monotonic() + SILENT_S, session_id))
                    live.append((self.begun_session(), 0))
        return uploads

    def begun_session(self) -> tuple[int, str]:
        from tests.people import SessionFactory

        job = f"AJ_{random.getrandbits(60):x}"
        session_id = SessionFactory.create(project=self.project, job_id=job).pk
        return session_id, job

    def upload(self, job: str, number: int, randomly: random.Random) -> Any:
        from django.utils import timezone

        from observability.journal.append_together import Upload
        from observability.journal.news import NewBatch, News

        signal, kind, usual = (
            ("traces", "span", TRACE_BYTES)
            if number % UPLOADS_A_SESSION < TRACES_OF_THEM
            else ("logs", "log", LOG_BYTES)
        )
        payload = randomly.randbytes(round(usual * randomly.uniform(0.4, 1.6)))
        batch = NewBatch(signal, randomly.randbytes(16), payload, {kind: 4}, timezone.now())
        return Upload(self.project.pk, job, batch, News(agent_name="agent"), max_records=500_000)

    def seal(self) -> None:
        from django.db import connection, transaction

        while not self.is_over.wait(0.05):
            while self.over and self.over[0][0] <= time.monotonic():
                _, session_id = self.over.popleft()
                with transaction.atomic(), connection.cursor() as cursor:
                    for statement in (HOLD, REMOVE_FROM_DEFAULT if self.partitions else REMOVE, SEAL):
                        cursor.execute(statement, [session_id])
            if self.partitions:
                self.partitions.keep()

    def look(self) -> None:
        while not self.is_over.wait(LOOK_EVERY_S):
            total, heap = row(SIZE)
            self.looks.append((time.monotonic() - self.began, int(total), int(heap)))

    def read(self) -> None:
        """As pg_dump: a snapshot, and a lock on every table that nobody feels but who wants to drop one."""
        from django.db import connection, transaction

        if self.is_over.wait(self.arguments.seconds / 2):
            return
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(
                "SELECT COUNT(*) FROM observability_batch, (SELECT 1 FROM observability_session LIMIT 1) s"
            )
            self.is_over.wait(self.arguments.reader_s)

    def figures(self, uploads: int, wal_bytes: int, cpu_s: float) -> dict[str, str]:
        reads = self.arguments.seconds / 2, self.arguments.seconds / 2 + self.arguments.reader_s
        before = [look for look in self.looks if self.arguments.seconds / 4 < look[0] < reads[0]]
        end = [look for look in self.looks if look[0] > self.arguments.seconds - 20]
        calm = [ms for at, ms in self.appended_ms if not reads[0] <= at <= reads[1] + 5]
        read = [ms for at, ms in self.appended_ms if reads[0] <= at <= reads[1]] or [0.0]
        living = one(LIVING)
        after = max(total for at, total, _ in self.looks if at > reads[0])
        told = {
            "uploads; bytes of payload not sealed yet": f"{uploads:,}; {living / 1e6:.1f} MB",
            "table with indexes before the reader, median": f"{median(t for _, t, _ in before) / 1e6:.1f} MB",
            "  largest": f"{max(t for _, t, _ in before) / 1e6:.1f} MB",
            "largest while and after somebody reads": f"{after / 1e6:.1f} MB",
            "at the end": f"{median(t for _, t, _ in end) / 1e6:.1f} MB",
            "runs of autovacuum": f"{one(VACUUMS)}",
            "PostgreSQL's processor time for 1,000 uploads": f"{cpu_s / uploads * 1000:.3f} s",
            "WAL for 1,000 uploads": f"{wal_bytes / uploads * 1000 / 1e6:.2f} MB",
            "eight uploads, p50 / p99 / longest": percentiles(calm),
            "  while somebody reads": percentiles(read),
        }
        return told | (self.partitions.told() if self.partitions else {})


def percentiles(ms: list[float]) -> str:
    ordered = sorted(ms)
    return (
        f"{ordered[len(ordered) // 2]:.1f} / {ordered[int(len(ordered) * 0.99)]:.1f} / {ordered[-1]:.0f} ms"
    )


def row(question: str) -> Any:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(question)
        return cursor.fetchone()


def one(question: str) -> int:
    return int(row(question)[0])


if __name__ == "__main__":
    sys.exit(main())
