"""What one session of five minutes costs PostgreSQL, workers and storage: the constants of benchmarks/scaling.py.

    DATABASE_URL=postgres://…/a_database_that_may_be_filled python benchmarks/at_rest.py [--sessions 40]

The captured session at the length and with the log lines of a usual one, taken, summarised and sealed so many times.
"""

import argparse
import gzip
import os
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.long_session import LongSession, long_session
from benchmarks.machine import slowness

MINUTES, LINES = 5, 690
CONTENT_TYPE = "application/x-protobuf"
JOURNAL = "observability_batch"
SIZES = """
    SELECT relname, pg_total_relation_size(relid) FROM pg_stat_user_tables
    WHERE relname LIKE 'observability%%' AND relname <> 'observability_job'
"""


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=40)
    count = parser.parse_args().sessions
    if not os.environ.get("DATABASE_URL", "").startswith("postgres"):
        parser.error("DATABASE_URL has to name a PostgreSQL database that may be filled.")
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        for what, figure in measured(count).items():
            print(f"{what:<58} {figure:>16}")
    return 0


def measured(count: int) -> dict[str, str]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from observability.journal.seal import seal_session
    from observability.models import Archive, Session
    from observability.sessions.summary import refresh_summary
    from tests.people import ProjectFactory

    project, template = ProjectFactory.create(), long_session("AJ_000000000005", MINUTES, lines=LINES)
    before = sizes()
    uploads = sum(take(project, template, f"AJ_{number:012d}") for number in range(count))
    taken = sizes()
    ids = list(Session.objects.values_list("pk", flat=True))
    cpu = time.process_time()
    for each in ids:
        refresh_summary(each)
    summarised = time.process_time()
    for each in ids:
        seal_session(each)
    sealed = time.process_time()
    after = sizes()
    stays = {name: (after[name] - before[name]) / count for name in after if name != JOURNAL}
    archived = sum(Archive.objects.values_list("size_bytes", flat=True)) / count
    told = {
        "time this machine takes for 1 s where goals were set": f"{slowness():.2f} s",
        "spans; log lines; uploads a session": f"{len(template.spans)}; {len(template.lines)}; {uploads / count:.0f}",
        "journal, with indexes": f"{(taken[JOURNAL] - before[JOURNAL]) / count / 1000:,.0f} kB",
        "rows that stay in PostgreSQL, with indexes": f"{sum(stays.values()) / 1000:,.1f} kB",
        "archive in the storage": f"{archived / 1000:,.0f} kB",
        "processor time of a worker: summary and facts": f"{(summarised - cpu) / count * 1000:.0f} ms",
        "  sealing": f"{(sealed - summarised) / count * 1000:.0f} ms",
    }
    largest = sorted(stays.items(), key=lambda each: -each[1])[:8]
    return told | {f"  of what stays: {name}": f"{size / 1000:,.1f} kB" for name, size in largest}


def take(project: Any, template: LongSession, job_id: str) -> int:
    from django.utils import timezone

    from observability.ingest.telemetry import accept_telemetry

    uploads = list(LongSession(job_id, template.spans, template.lines).uploads())
    for signal, body in uploads:
        accept_telemetry(project, signal, gzip.decompress(body), CONTENT_TYPE, now=timezone.now())  # type: ignore[arg-type]
    return len(uploads)


def sizes() -> dict[str, int]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
        cursor.execute(SIZES)
        return dict(cursor.fetchall())


if __name__ == "__main__":
    sys.exit(main())
