"""Fills a project with usual sessions that are over: some are taken in and sealed, all others are copies of these.

    DATA_DIR=… [DATABASE_URL=…] python benchmarks/fill.py --sessions 1000 [--days 29] [--age-days 0]
        [--unsealed 0] [--spans-only 0]

On SQLite and PostgreSQL alike. A copy has its own row, archive, facts, names and words, and its own object in the
storage; nothing tells it from what an agent has sent. The project is the one that `bootstrap` makes for benchmarks.
Prints the ids of a few copies and of the sessions whose journal is not sealed, as JSON.
"""

import argparse
import gzip
import json
import os
import sys
from copy import copy
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

from benchmarks.long_session import long_session
from benchmarks.servers import manage

MINUTES, LINES = 5, 690
"""As long and with as many log lines as a usual call."""
TEMPLATES = 4
CONTENT_TYPE = "application/x-protobuf"
TOLD = 100
ROWS_AT_ONCE = 500
SESSIONS_AT_ONCE = 100
"""In the order in which they came: what expires together lies together, as it does where agents sent it."""
COPIED_FACTS = """
INSERT INTO {table} ({columns}, session_id, expires_at) SELECT {fact_columns}, s.id, s.expires_at
FROM {table} AS fact, observability_session AS s WHERE fact.session_id = %s AND s.id BETWEEN %s AND %s
ORDER BY s.id, fact.id
"""


def filled(environment: dict[str, str], sessions: int, **options: int) -> dict[str, Any]:
    """For a server's data, in a process of its own.

    The ids of some `copies`, of the `templates` and the `unsealed`; `spans` and `records` of each; how many `expired`.
    """
    words = [f"--{name.replace('_', '-')}={value}" for name, value in options.items()]
    return dict(json.loads(run_in(environment, __file__, f"--sessions={sessions}", *words)))


def run_in(environment: dict[str, str], script: str, *words: str) -> str:
    """What a script of this folder prints, with Django on a server's data."""
    import subprocess

    command = [sys.executable, script, *words]
    return subprocess.run(command, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, required=True, help="that there are afterwards")
    parser.add_argument("--days", type=int, default=29, help="over which they are spread")
    parser.add_argument(
        "--age-days", type=int, default=0, help="of the newest; 1 makes the oldest day expired"
    )
    parser.add_argument(
        "--unsealed", type=int, default=0, help="sessions besides, whose journal is as it came"
    )
    parser.add_argument("--spans-only", type=int, default=0, help="1 leaves out log lines and chat items")
    arguments = parser.parse_args()
    manage({**os.environ}, "migrate", "-v0")
    manage({**os.environ}, "bootstrap", "--json", "--project", "benchmark", "--plan", "enterprise")
    import django

    django.setup()
    print(json.dumps(fill(arguments)))


def fill(arguments: argparse.Namespace) -> dict[str, Any]:
    from django.db import transaction
    from django.utils import timezone

    from observability.models import Session
    from projects.models import Project

    project = Project.objects.get(slug="benchmark")
    signals = {"traces"} if arguments.spans_only else {"traces", "logs"}
    templates = templates_of(project, signals)
    copies = Session.objects.filter(project=project, job_id__startswith="AJ_copy")
    missing = max(0, arguments.sessions - len(templates) - copies.count())
    spread = timedelta(days=arguments.days) / max(1, missing)
    ages = [
        timedelta(days=arguments.age_days) + spread * (number + 0.5) for number in reversed(range(missing))
    ]
    for begin in range(0, missing, SESSIONS_AT_ONCE):
        together = ages[begin : begin + SESSIONS_AT_ONCE]
        with transaction.atomic():
            for number, template in enumerate(templates):
                copy_session(template, together[number :: len(templates)])
    unsealed = [received(project, f"AJ_{900 + number:012d}", signals) for number in range(arguments.unsealed)]
    settle()
    newest = copies.order_by("-pk").values_list("public_id", flat=True)[:TOLD]
    known = [*templates, *unsealed]
    return {
        "copies": [str(public_id) for public_id in newest],
        "templates": [str(session.public_id) for session in templates],
        "unsealed": [str(session.public_id) for session in unsealed],
        "spans": sorted({session.span_count for session in known}),
        "records": sorted({session.span_count + session.log_count for session in known}),
        "kept": Session.objects.count(),
        "expired": Session.objects.filter(expires_at__lte=timezone.now()).count(),
    }


def templates_of(project: Any, signals: set[str]) -> list[Any]:
    """Taken in, summarised and sealed, as the server and its workers do it."""
    from observability.journal.seal import seal_session
    from observability.models import Session
    from observability.sessions.summary import refresh_summary

    jobs = [f"AJ_{number:012d}" for number in range(TEMPLATES)]
    known = {session.job_id: session for session in Session.objects.filter(project=project, job_id__in=jobs)}
    for job in jobs:
        if job not in known:
            session = received(project, job, signals)
            refresh_summary(session.pk)
            seal_session(session.pk)
    return list(Session.objects.filter(project=project, job_id__in=jobs, is_sealed=True).order_by("pk"))


def received(project: Any, job: str, signals: set[str]) -> Any:
    from django.utils import timezone

    from observability.ingest.telemetry import accept_telemetry
    from observability.models import Session

    for signal, body in long_session(job, MINUTES, lines=LINES, seed=int(job[3:])).uploads():
        if signal in signals:
            accept_telemetry(project, signal, gzip.decompress(body), CONTENT_TYPE, now=timezone.now())  # type: ignore[arg-type]
    return Session.objects.get(project=project, job_id=job)


def copy_session(template: Any, ages: list[timedelta]) -> None:
    from observability.models import Session

    copies = [copied(template, age) for age in ages]
    if not copies:
        return
    made = Session.objects.bulk_create(copies, batch_size=ROWS_AT_ONCE)
    copy_archive(template, made)
    copy_facts(template, made[0].pk, made[-1].pk)


def copied(template: Any, age: timedelta) -> Any:
    life = template.expires_at - template.first_received_at
    made = copy(template)
    made._state = copy(template._state)
    made.pk, made.public_id = None, uuid4()
    made.job_id, made.room_id = f"AJ_copy_{made.public_id}", f"RM_copy_{made.public_id}"
    made.first_received_at = template.first_received_at - age
    made.last_received_at = template.last_received_at - age
    made.expires_at = made.first_received_at + life
    return made


def copy_archive(template: Any, made: list[Any]) -> None:
    from django.conf import settings

    from observability.journal.archive import new_key
    from observability.models import Archive

    archive = Archive.objects.get(session=template)
    content = (settings.MEDIA_ROOT / archive.name).read_bytes()
    rows = []
    for session in made:
        row = copy(archive)
        row.pk, row.session_id, row.name = None, session.pk, new_key(session, revision=1)
        file = settings.MEDIA_ROOT / row.name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(content)
        rows.append(row)
    Archive.objects.bulk_create(rows, batch_size=ROWS_AT_ONCE)


def copy_facts(template: Any, first: int, last: int) -> None:
    """The keys of copies follow one another: nobody else makes sessions meanwhile."""
    from django.db import connection

    from observability.sessions.facts import KINDS

    with connection.cursor() as cursor:
        for kind in KINDS:
            names = [field.column for field in kind._meta.fields]
            kept = [f'"{name}"' for name in names if name not in {"id", "session_id", "expires_at"}]
            statement = COPIED_FACTS.format(
                table=kind._meta.db_table,
                columns=", ".join(kept),
                fact_columns=", ".join(f"fact.{name}" for name in kept),
            )
            cursor.execute(statement, [template.pk, first, last])


def settle() -> None:
    """Or what is measured next would pay for what was filled."""
    from django.db import connection

    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("VACUUM ANALYZE")
            cursor.execute("CHECKPOINT")
        else:
            cursor.execute("ANALYZE")
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.sync()


if __name__ == "__main__":
    main()
