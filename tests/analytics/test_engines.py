"""Engines read the archive as it lies, by the very statements of docs/analytics.md."""

import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import timezone

from observability.journal.seal import seal_session
from observability.models import Session
from projects.models import Project
from tests.analytics.figures import known_of, told_by

pytestmark = [
    pytest.mark.engines,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(300),
    pytest.mark.parametrize("engine", ["DuckDB", "ClickHouse"]),
]


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

    told, known = told_by(engine, engine), known_of(*sealed)

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

    told = told_by(engine, engine)

    assert told.keys() == known_of(whole).keys()
