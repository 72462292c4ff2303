"""A day with a million spans as Parquet: time, memory of the worker and of DuckDB beside it, bytes, disk for the lines.

    python benchmarks/parquet.py [--spans 1000000]

The session is that of `seal.py`, received and sealed once, and then so often as if it had been received anew. It needs
the extra `parquet`. It fails if a span is missing or the worker's memory grows with the day.
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.machine import slowness
from benchmarks.rows import Row
from benchmarks.seal import received_session

MAX_GROWTH_MB = 100
MAX_ENGINE_MB = 700


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--spans", type=int, default=1_000_000)
    spans = parser.parse_args().spans
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        os.environ.pop("DATABASE_URL", None)
        rows = measured(spans)
    for row in rows:
        print(f"{'ok  ' if row.is_met else 'MISS'} {row.what:<58} {row.figure:>14}   {row.goal}")
    return 0 if all(row.is_met for row in rows) else 1


def measured(spans: int) -> list[Row]:
    import django

    django.setup()
    from django.core.management import call_command
    from django.db.models import Sum

    call_command("migrate", verbosity=0)
    from observability.compaction.run import compact
    from observability.compaction.write import LINES_TO_ARCHIVE
    from observability.models import Archive, Session

    crowd(spans)
    known = Session.objects.aggregate(n=Sum("span_count"))["n"]
    records = sum(
        Session.objects.aggregate(
            a=Sum("span_count"), b=Sum("log_count"), c=Sum("metric_point_count")
        ).values()
    )
    before_mb, began, cpu = peak_mb(resource.RUSAGE_SELF), time.perf_counter(), time.process_time()
    told = compact()
    took_s, cpu_s = time.perf_counter() - began, time.process_time() - cpu
    growth_mb, engine_mb = peak_mb(resource.RUSAGE_SELF) - before_mb, peak_mb(resource.RUSAGE_CHILDREN)
    lines = lines_to_archive()
    sealed = Archive.objects.aggregate(n=Sum("size_bytes"))["n"]
    return [
        Row("time this machine takes for 1 s where the goals were set", f"{slowness():.2f} s", "", True),
        Row("spans, in all records", f"{known:,} {records:,}", "", True),
        Row("records missing", str(records - told["records"]), "0", records == told["records"]),
        Row("parts", str(told["parts"]), told["waits_for"], not told["waiting"]),
        Row("seconds, of them on this process's processor", f"{took_s:.0f} {cpu_s:.0f}", "", True),
        Row(
            "bytes a record, and in the archive",
            f"{told['bytes'] / records:.0f} {sealed / records:.0f}",
            "",
            True,
        ),
        Row(
            "bytes of lines for one of the archive",
            f"{lines:.0f}",
            f"<= {LINES_TO_ARCHIVE}",
            lines <= LINES_TO_ARCHIVE,
        ),
        Row(
            "MB that the worker grew by",
            f"{growth_mb:.0f}",
            f"<= {MAX_GROWTH_MB}",
            growth_mb <= MAX_GROWTH_MB,
        ),
        Row("MB of DuckDB at most", f"{engine_mb:.0f}", f"<= {MAX_ENGINE_MB}", engine_mb <= MAX_ENGINE_MB),
    ]


def crowd(spans: int) -> None:
    """Yesterday's sessions, each with an archive of its own."""
    from observability.journal.seal import seal_session
    from observability.models import Session
    from observability.sessions.summary import refresh_summary

    first = received_session()
    Session.objects.update(
        status=Session.Status.ENDED, first_received_at=first.first_received_at - timedelta(days=1)
    )
    seal_session(first.pk)
    refresh_summary(first.pk)
    first.refresh_from_db()
    for number in range(1, max(1, spans // first.span_count)):
        copy_of(first, number)


def copy_of(first: Any, number: int) -> None:
    from observability.models import Archive, Session, SessionFact, TurnFact
    from observability.storage import objects

    session, archive = Session.objects.get(pk=first.pk), Archive.objects.get(session=first)
    content = objects.read(archive.name)
    session.pk, session.public_id, session.job_id = None, uuid4(), f"AJ_{1000 + number:012d}"
    session.save()
    archive.pk, archive.session = None, session
    archive.name = archive.name.replace(str(first.public_id), str(session.public_id))
    archive.save()
    path = Path(os.environ["DATA_DIR"], "media", archive.name)
    path.parent.mkdir(parents=True)
    path.write_bytes(content)
    for kind in (SessionFact, TurnFact):
        facts = list(kind.objects.filter(session=first))
        for fact in facts:
            fact.pk, fact.session = None, session
        kind.objects.bulk_create(facts)


def lines_to_archive() -> float:
    """Of one session, in bytes."""
    import orjson

    from observability.compaction.rows import TABLE_OF, head_of, row_of
    from observability.journal.archive import archived_records
    from observability.models import Archive

    archive = Archive.objects.select_related("session").order_by("pk")[0]
    rows = (
        head_of(archive.session) | row_of(record, TABLE_OF[record["signal"]][1])
        for record in archived_records(archive)
        if record["signal"] in TABLE_OF
    )
    return sum(len(orjson.dumps(row)) + 1 for row in rows) / archive.size_bytes


def peak_mb(whose: int) -> float:
    return resource.getrusage(whose).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
