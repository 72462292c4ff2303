"""Engines read the archive as it lies, by the very statements of docs/analytics.md."""

import json
import re
import statistics
import subprocess
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from observability.journal.seal import seal_session
from observability.models import Session
from observability.queries.records import records_of
from projects.models import Project
from tests.api.conftest import replay
from tests.sdk.environments import python_home

__all__ = ["replay"]

HERE = Path(__file__).parent
DOCUMENT = Path(settings.BASE_DIR, "docs", "analytics.md")
Row = tuple[int, str, str, int]
pytestmark = [
    pytest.mark.engines,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.parametrize("engine", ["DuckDB", "ClickHouse"]),
]


def statements_for(engine: str) -> str:
    _, _, section = DOCUMENT.read_text().partition(f"\n## {engine}\n")
    return "\n".join(re.findall(r"```sql\n(.*?)```", section.partition("\n## ")[0], re.DOTALL))


def told_by(engine: str) -> dict[Row, tuple[float, float]]:
    """Median and 95th percentile, by project, day, name and number of spans."""
    python = python_home("analytics", HERE / "requirements.txt") / "bin" / "python"
    done = subprocess.run(
        [python, HERE / "ask.py", engine, settings.MEDIA_ROOT],
        input=statements_for(engine),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)
    return {
        (int(project), day, name, int(spans)): (float(p50), float(p95))
        for project, day, name, spans, p50, p95 in rows
    }


def known_of(*sessions: Session) -> dict[Row, tuple[float, float]]:
    """The same, out of the records."""
    lengths: dict[tuple[int, str, str], list[float]] = {}
    for session in sessions:
        day = f"{session.first_received_at:%Y-%m-%d}"
        for record in records_of(session):
            if record["signal"] == "span":
                key = (session.project_id, day, record["name"])
                lengths.setdefault(key, []).append((record["end_ns"] - record["start_ns"]) / 1e6)
    return {(*key, len(found)): quantiles(found) for key, found in lengths.items()}


def quantiles(lengths: list[float]) -> tuple[float, float]:
    if len(lengths) == 1:
        return lengths[0], lengths[0]
    return statistics.median(lengths), statistics.quantiles(lengths, n=20, method="inclusive")[18]


def seal(session: Session, *, expires_in: timedelta = timedelta(days=30)) -> Session:
    Session.objects.filter(pk=session.pk).update(
        status=Session.Status.ENDED, expires_at=timezone.now() + expires_in
    )
    seal_session(session.pk)
    session.refresh_from_db()
    assert session.is_sealed
    return session


def test_figures_are_those_of_the_records(
    engine: str, replay: Callable[..., Session], other_project: Project
) -> None:
    sealed = [
        seal(replay("python/1.8.9_full")),
        seal(replay("node/1.9.0_full")),
        seal(replay("python/1.8.9_second_session", to=other_project)),
    ]

    told, known = told_by(engine), known_of(*sealed)

    assert told.keys() == known.keys()
    assert all(told[key] == pytest.approx(known[key]) for key in known)


def test_what_has_expired_and_what_was_sealed_anew_does_not_count(
    engine: str, replay: Callable[..., Session]
) -> None:
    seal(replay("node/1.9.0_no_logs"), expires_in=timedelta(seconds=1))
    early = seal(replay("python/1.8.9_full", requests=20))
    [older] = Path(settings.MEDIA_ROOT).glob(f"archive/*/*/{early.public_id}/*.jsonl.zst")
    content = older.read_bytes()
    whole = seal(replay("python/1.8.9_full"))
    older.write_bytes(content)  # as long as the Job that removes it has not come to it
    time.sleep(1.1)

    told = told_by(engine)

    assert told.keys() == known_of(whole).keys()
