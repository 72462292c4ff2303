"""Which sessions are written to Parquet, and which of them together."""

import json
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from observability.compaction import plan as planning
from observability.compaction.plan import ask_for_parts, begin_part
from observability.models import CompactedPart, Job, Session
from observability.tasks import sweep_parquet
from tests.compaction.parts import parquet_files, plan, sessions_in, settled, tomorrow, written
from tests.ops.working import run_all_jobs
from tests.sending import spans

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def call(agent):
    """One call, over and sealed, that began so many days ago."""

    def call(job: str, *names: str, days_ago: int = 0) -> Session:
        agent.send("traces", spans(*(names or ("llm_node",)), job=job))
        session = settled(Session.objects.get(job_id=job))
        session.first_received_at -= days_ago * DAY
        session.save(update_fields=["first_received_at"])
        return session

    return call


def test_sealed_sessions_of_a_day_that_is_over_become_one_part(call, project):
    sessions = [call("AJ_1"), call("AJ_2")]

    [part] = plan()

    assert (part.project, part.day, part.session_count) == (project, sessions[0].first_received_at.date(), 2)
    assert sessions_in(part) == [session.pk for session in sessions]
    assert part.keys[1] == f"parquet/spans/project={project.pk}/date={part.day}/{part.public_id}.parquet"
    assert Job.objects.get(kind="write-parquet").object_id == part.pk


def test_a_day_is_left_alone_until_it_has_been_over_for_an_hour(call):
    session = call("AJ_1")
    midnight = session.first_received_at.replace(hour=0, minute=0, second=0, microsecond=0) + DAY

    assert ask_for_parts(now=midnight + timedelta(minutes=59)) == []
    assert len(ask_for_parts(now=midnight + timedelta(minutes=60))) == 1


@pytest.mark.parametrize(
    "change",
    [
        {"status": Session.Status.LIVE},
        {"is_sealed": False},
        {"has_news": True},
        {"is_named": False},
        {"summary_cursor": 0},
        {"expires_at": timezone.now() + timedelta(minutes=50)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_what_may_still_change_or_is_about_to_expire_waits(call, change):
    session = call("AJ_1")
    Session.objects.filter(pk=session.pk).update(**change)

    assert plan() == []


def test_days_and_projects_have_parts_of_their_own(call, replay, other_project):
    early, late = call("AJ_1", days_ago=1), call("AJ_2")
    elsewhere = settled(replay("python/1.8.9_second_session", to=other_project))

    parts = plan()

    assert [sessions_in(part) for part in parts] == [[early.pk], [late.pk], [elsewhere.pk]]


def test_a_day_with_many_records_comes_in_pieces_of_neighbours(call, monkeypatch):
    monkeypatch.setattr(planning, "MAX_RECORDS", 4)
    sessions = [call(f"AJ_{number}", "llm_node", "tts_node") for number in range(5)]

    parts = plan()

    assert [sessions_in(part) for part in parts] == [
        [session.pk for session in sessions[first : first + 2]] for first in (0, 2, 4)
    ]


def test_one_session_that_is_larger_than_a_part_has_one_of_its_own(call, monkeypatch):
    monkeypatch.setattr(planning, "MAX_RECORDS", 1)
    sessions = [call("AJ_1", "llm_node", "tts_node"), call("AJ_2")]

    assert [sessions_in(part) for part in plan()] == [[session.pk] for session in sessions]


def test_a_session_that_is_in_a_part_is_in_no_other(call, project):
    session = call("AJ_1")
    chosen = [(session.pk, session.first_received_at, 1)]

    [part] = plan()

    assert plan() == []
    assert begin_part(project, chosen) is None  # as a second worker that has looked a moment before
    assert list(CompactedPart.objects.all()) == [part]


def test_what_changes_while_the_part_is_begun_is_left_out(call, project):
    session = call("AJ_1")
    chosen = [(session.pk, session.first_received_at, 1)]
    Session.objects.filter(pk=session.pk).update(is_sealed=False)

    assert begin_part(project, chosen) is None
    assert not CompactedPart.objects.exists()


def test_a_straggler_has_a_part_of_its_own(call):
    call("AJ_1")
    [first] = plan()
    written(first)
    late = call("AJ_2")

    [second] = plan()

    assert sessions_in(second) == [late.pk]
    assert first.keys[0] in parquet_files()


def test_without_the_setting_no_worker_begins_anything(call, settings):
    call("AJ_1", days_ago=2)

    sweep_parquet()
    assert not CompactedPart.objects.exists()

    settings.PARQUET = True
    sweep_parquet()
    assert CompactedPart.objects.count() == 1


def test_where_duckdb_is_missing_the_part_waits_and_says_why(call, tmp_path, monkeypatch):
    Path(tmp_path, "duckdb.py").write_text("raise ImportError")  # wherever else it may be
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    call("AJ_1")
    plan()

    run_all_jobs()

    job = Job.objects.get(kind="write-parquet")
    assert (job.state, job.error) == (
        "waiting",
        "NoEngine: DuckDB is not installed here: the extra `parquet`.",
    )
    assert parquet_files() == []


def test_what_was_set_aside_is_tried_again_after_an_hour(call):
    call("AJ_1")
    [part] = plan()
    jobs = Job.objects.filter(kind="write-parquet")

    jobs.update(state=Job.State.SET_ASIDE, finished_at=timezone.now() - timedelta(minutes=50))
    plan()
    assert jobs.get().state == "set-aside"

    jobs.update(finished_at=timezone.now() - timedelta(minutes=70))
    plan()
    assert (jobs.get().state, jobs.get().object_id) == ("waiting", part.pk)


def compact(*arguments):
    out = StringIO()
    call_command("compact", "--json", *arguments, stdout=out)
    return json.loads(out.getvalue())


def test_the_command_begins_with_one_project_and_day_if_it_is_told_so(call, replay, other_project):
    call("AJ_1", days_ago=2)
    day = (timezone.now() - DAY * 3).date().isoformat()
    mine = call("AJ_2", days_ago=3)
    other = settled(replay("python/1.8.9_second_session", to=other_project))
    Session.objects.filter(pk=other.pk).update(first_received_at=mine.first_received_at)

    compact("--project", "acme", "--day", day)

    assert [sessions_in(part) for part in CompactedPart.objects.all()] == [[mine.pk]]


def test_the_command_removes_everything_again(call):
    call("AJ_1")
    [part] = plan()
    written(part)

    assert compact("--remove") == {"removed": 1}
    assert (parquet_files(), CompactedPart.objects.count()) == ([], 0)


def test_the_command_says_what_it_cannot_do():
    with pytest.raises(CommandError, match="There is no project nowhere"):
        compact("--project", "nowhere")
    with pytest.raises(CommandError, match="--remove is of all projects and days"):
        compact("--remove", "--day", "2026-11-01")


def test_tomorrow_is_over() -> None:
    """What these tests stand on."""
    assert tomorrow().date() > timezone.now().date()
