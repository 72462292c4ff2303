"""Sealed sessions as Parquet: written by DuckDB out of the archive, read by the statements of docs/analytics.md."""

import json
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from observability import jobs
from observability.compaction import plan as planning
from observability.compaction.run import compact
from observability.compaction.tables import TABLES
from observability.models import CompactedPart, Job, Session, TurnFact
from observability.queries.records import records_of
from observability.recordings import files
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from projects.models import Project
from tests.analytics.engines import packages, rows_of
from tests.analytics.figures import known_of, told_by
from tests.compaction.parts import parquet_files, settled, tomorrow
from tests.compaction.test_rows import record_of
from tests.ops.working import run_all_jobs
from tests.recordings.left import spooled_files
from tests.retention.erasing import expire

pytestmark = [pytest.mark.engines, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]


@pytest.fixture(autouse=True)
def with_duckdb(monkeypatch: pytest.MonkeyPatch) -> None:
    """As the extra brings it to a worker."""
    monkeypatch.setenv("PYTHONPATH", str(packages()))


@pytest.fixture
def sessions(replay: Callable[..., Session], other_project: Project) -> list[Session]:
    return [
        settled(replay("python/1.8.9_full")),
        settled(replay("node/1.9.0_full")),
        settled(replay("python/1.8.9_second_session", to=other_project)),
    ]


def compact_tomorrow() -> dict[str, int]:
    return compact(now=tomorrow())


def records_in(table: str, signal: str, session: Session) -> list[dict[str, Any]]:
    return [
        record_of(
            {name: row[name] for name in TABLES[table] if name not in ("session", "expires_at")}, signal
        )
        for row in rows_of(table)
        if row["session"] == str(session.public_id)
    ]


def in_order(records: list[Any]) -> list[Any]:
    """By what they say; a column of floating point makes 5 of 5.0, which is equal and another text."""
    return sorted(records, key=lambda record: json.dumps(record, sort_keys=True).replace(".0", ""))


def test_every_span_log_and_metric_point_comes_back_as_the_archive_has_it(sessions: list[Session]) -> None:
    told = compact_tomorrow()

    assert (told["parts"], told["sessions"], told["waiting"]) == (2, 3, 0)
    for table, signal in (("spans", "span"), ("logs", "log"), ("metrics", "metric")):
        for session in sessions:
            kept = [dict(record) for record in records_of(session) if record["signal"] == signal]
            assert in_order(records_in(table, signal, session)) == in_order(kept), table


def test_sessions_and_facts_are_those_of_the_database(sessions: list[Session]) -> None:
    compact_tomorrow()

    told = {row["session"]: row for row in rows_of("sessions")}
    assert {key: (row["job_id"], row["span_count"], row["length_ms"]) for key, row in told.items()} == {
        str(session.public_id): (session.job_id, session.span_count, session.length_ms)
        for session in sessions
    }
    assert sum(row["turns"] for row in told.values()) == TurnFact.objects.filter(role="user").count()
    answers = {(row["session"], row["turn"], row["e2e_ms"]) for row in rows_of("turns") if row["e2e_ms"]}
    assert answers == {
        (str(fact.session.public_id), fact.index, fact.e2e_ms)
        for fact in TurnFact.objects.exclude(e2e_ms=None).select_related("session")
    }


@pytest.mark.parametrize("engine", ["DuckDB", "ClickHouse"])
def test_figures_are_those_of_the_records(engine: str, sessions: list[Session]) -> None:
    compact_tomorrow()

    told, known = told_by(engine, f"Parquet in {engine}"), known_of(*sessions)

    assert told.keys() == known.keys()
    assert all(told[key] == pytest.approx(known[key]) for key in known)


@pytest.mark.parametrize("engine", ["DuckDB", "ClickHouse"])
def test_what_has_expired_does_not_count_though_its_file_is_still_there(
    engine: str, sessions: list[Session]
) -> None:
    soon = timezone.now() + timedelta(seconds=3)
    Session.objects.filter(pk=sessions[0].pk).update(expires_at=soon)
    planning_margin = planning.LIVES_FOR
    planning.LIVES_FOR = timedelta(0)
    try:
        compact_tomorrow()
    finally:
        planning.LIVES_FOR = planning_margin
    time.sleep(max(0, (soon - timezone.now()).total_seconds()))

    assert told_by(engine, f"Parquet in {engine}").keys() == known_of(*sessions[1:]).keys()


def test_a_session_that_goes_takes_its_part_along_and_the_rest_is_written_anew(
    sessions: list[Session],
) -> None:
    compact_tomorrow()
    before = parquet_files()
    delete_session(sessions[0])
    erase(sessions[0].pk)
    assert {row["session"] for row in rows_of("spans")} == {str(sessions[2].public_id)}

    compact_tomorrow()

    assert {row["session"] for row in rows_of("spans")} == {
        str(session.public_id) for session in sessions[1:]
    }
    assert len(set(parquet_files()) - set(before)) > 0


def test_a_worker_that_is_killed_between_two_files_leaves_nothing_that_stays(
    sessions: list[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    put, calls = files.put_object, iter(range(3))

    def put_some(path: Path, key: str) -> None:
        if next(calls, None) is None:
            raise Killed
        put(path, key)

    monkeypatch.setattr(files, "put_object", put_some)
    with pytest.raises(Killed):
        compact_tomorrow()
    monkeypatch.setattr(files, "put_object", put)
    left = parquet_files()
    assert (len(left), CompactedPart.objects.filter(state="ready").count()) == (3, 0)

    Job.objects.filter(state=Job.State.RUNNING).update(leased_until=timezone.now() - timedelta(seconds=1))
    jobs.put_back_orphans(timezone.now())
    Job.objects.update(run_after=timezone.now())
    run_all_jobs()

    assert parquet_files() == sorted(key for part in CompactedPart.objects.all() for key in part.keys)
    assert len(rows_of("sessions")) == 3
    assert spooled_files() == []


def test_one_large_day_comes_in_pieces_and_each_session_once(
    replay: Callable[..., Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(planning, "MAX_SESSIONS", 1)
    made = [
        settled(replay(run))
        for run in ("python/1.8.9_full", "python/1.8.9_second_session", "node/1.9.0_full")
    ]

    assert compact_tomorrow()["parts"] == 3

    assert sorted(row["session"] for row in rows_of("sessions")) == sorted(
        str(each.public_id) for each in made
    )
    assert len(rows_of("spans")) == sum(session.span_count for session in made)


def test_a_session_whose_archive_is_lost_keeps_no_other_waiting(sessions: list[Session]) -> None:
    Path(settings.MEDIA_ROOT, sessions[0].archive.name).unlink()

    assert compact_tomorrow()["waiting"] == 0

    assert {row["session"] for row in rows_of("spans")} == {
        str(session.public_id) for session in sessions[1:]
    }
    assert len(rows_of("sessions")) == 3


def test_nothing_of_a_word_is_left_in_any_file_after_the_purge(sessions: list[Session]) -> None:
    """The canary of tests/retention cannot look into compressed columns; DuckDB can."""
    word = sessions[0].job_id
    compact_tomorrow()

    def tables_with(word: str) -> list[str]:
        found = [table for table in TABLES if any(f"parquet/{table}/" in key for key in parquet_files())]
        return [table for table in found if any(word in str(row) for row in rows_of(table))]

    assert {"sessions", "spans", "logs"} <= set(tables_with(word))
    expire(sessions[0])
    erase(sessions[0].pk)
    compact_tomorrow()

    assert tables_with(word) == []
    assert not any(str(sessions[0].public_id) in str(row) for row in rows_of("spans"))
