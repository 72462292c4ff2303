"""Sealing: bytes a span and a log line, processor time of a seal, and how fast a sealed session is read.

    python benchmarks/seal.py

The session is the captured one at the length and with the log lines of a usual one (five minutes, some 30 turns, 690
lines), sealed on the embedded defaults. It fails if a goal is missed or a record is missing.
"""

import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.long_session import long_session
from benchmarks.rows import Row, at_most, finish, machine_row, none, parser_of, told

MINUTES, LINES = 5, 690
CONTENT_TYPE = "application/x-protobuf"
ROUNDS = 30
MAX_SPAN_BYTES, MAX_LOG_BYTES = 150, 70
MAX_SEAL_CPU_S = 0.1
MAX_WHOLE_MS, MAX_SNAPSHOT_MS = 15, 8


def main() -> int:
    arguments = parser_of(__doc__).parse_args()
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
        os.environ |= {"DATA_DIR": folder, "DJANGO_SETTINGS_MODULE": "config.settings", "LOG_LEVEL": "ERROR"}
        os.environ.pop("DATABASE_URL", None)
        rows = measured()
    return finish(rows, as_json=arguments.json)


def measured() -> list[Row]:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from observability.journal.archive_format import packed, sorted_for_archive, unpacked
    from observability.journal.seal import seal_session
    from observability.models import Archive
    from observability.queries.records import built, facts_of, records_of

    session = received_session()
    records = sorted_for_archive(records_of(session))
    spans = [record for record in records if record["signal"] == "span"]
    logs = [record for record in records if record["signal"] == "log"]
    before = len(records_of(session))
    cpu = time.process_time()
    seal_session(session.pk)
    seal_cpu_s = time.process_time() - cpu
    archive = Archive.objects.get(session=session)
    whole = packed(records, about={})
    assert unpacked(whole) == records
    after, facts = len(records_of(session)), facts_of(session)
    return [
        machine_row(),
        at_most("bytes a span", len(packed(spans, about={})) / len(spans), MAX_SPAN_BYTES),
        at_most("bytes a log line", len(packed(logs, about={})) / len(logs), MAX_LOG_BYTES),
        told(f"the object of {len(spans)} spans and {len(logs)} lines", archive.size_bytes, "bytes"),
        at_most("processor time of a seal", seal_cpu_s, MAX_SEAL_CPU_S, "s"),
        at_most("all records with all attributes", p50_ms(lambda: records_of(session)), MAX_WHOLE_MS, "ms"),
        at_most(
            "timeline's snapshot, as a page asks for it", p50_ms(snapshot_of(session)), MAX_SNAPSHOT_MS, "ms"
        ),
        told("timeline built from the archive", p50_ms(lambda: built(session, facts, time.time_ns())), "ms"),
        none("records missing", before - after),
    ]


def received_session() -> Any:
    from django.utils import timezone

    from observability.ingest.telemetry import accept_telemetry
    from observability.models import Session
    from tests.people import ProjectFactory

    project = ProjectFactory.create()
    for signal, body in long_session("AJ_000000000005", MINUTES, lines=LINES).uploads():
        accept_telemetry(project, signal, gzip.decompress(body), CONTENT_TYPE, now=timezone.now())  # type: ignore[arg-type]
    return Session.objects.get()


def p50_ms(read: Callable[[], object]) -> float:
    return statistics.median(timed_ms(read) for _ in range(ROUNDS))


def snapshot_of(session: Any) -> Callable[[], object]:
    from observability.pages.snapshot import packed_snapshot

    return lambda: packed_snapshot(session)


def timed_ms(read: Callable[[], object]) -> float:
    began = time.perf_counter()
    read()
    return (time.perf_counter() - began) * 1000


if __name__ == "__main__":
    sys.exit(main())
