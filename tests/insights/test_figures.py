"""Figures across sessions: what they count, what they leave out, and that they are exact."""

from collections import Counter
from collections.abc import Iterable
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.insights.shapes import Counts
from observability.models import Session, SessionFact
from observability.queries.records import timeline_of
from observability.retention.delete import delete_session
from observability.sessions.life import lose_silent_sessions
from observability.sessions.summary import refresh_summary
from observability.timeline.facts import ANSWER_TIMES, WAITED_TIMES
from observability.timeline.model import Timeline
from projects.models import Project
from tests.captured import captured
from tests.insights.conftest import RUNS, counted, figures
from tests.pages.conftest import Replay
from tests.people import SessionFactory


@pytest.fixture
def told(project: Project, replay: Replay) -> list[Timeline]:
    """What the timelines of real sessions say, each for itself."""
    sessions = [replay(run) for run in RUNS]
    Session.objects.filter(status="live").update(status="lost")
    for session in sessions:
        refresh_summary(session.pk)
    return [timeline_of(session) for session in Session.objects.order_by("pk")]


def between(values: Iterable[float], share: float) -> float:
    """The textbook's: linear between the two nearest of the sorted values."""
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low, rest = int(place), place - int(place)
    return ordered[low] + (rest and (ordered[low + 1] - ordered[low]) * rest)


def test_counts_are_those_of_the_sessions_together(project: Project, told: list[Timeline]) -> None:
    turns = [turn for timeline in told for turn in timeline.turns]
    tools = [call for timeline in told for call in timeline.tools]

    counts = figures(project).total.counts

    assert len(turns) > 30
    assert counts == Counts(
        sessions=len(RUNS),
        duration_ms=sum(Session.objects.values_list("length_ms", flat=True)),
        turns=len(turns),
        unanswered=sum(turn.outcome in ("failed", "no_answer") for turn in turns),
        interrupted=sum(turn.interrupted for turn in turns),
        preempted=sum(turn.preempted for turn in turns),
        tool_calls=len(tools),
        tool_failures=sum(call.is_error is True for call in tools),
        error_sessions=sum(bool(timeline.errors) for timeline in told),
        slow_sessions=sum(any((t.latency.e2e_ms or 0) > 1200 for t in each.turns) for each in told),
        unanswered_sessions=sum(any(t.outcome in ("failed", "no_answer") for t in e.turns) for e in told),
        interrupted_sessions=sum(any(turn.interrupted for turn in each.turns) for each in told),
        preempted_sessions=sum(any(turn.preempted for turn in each.turns) for each in told),
    )


def test_percentiles_are_exact(project: Project, told: list[Timeline]) -> None:
    latency = figures(project).total.latency

    for name in (*ANSWER_TIMES, *WAITED_TIMES):
        values = [
            ms for each in told for turn in each.turns if (ms := getattr(turn.latency, name)) is not None
        ]
        spread = latency[name]
        assert spread.count == len(values) > (0 if name == "tool_ms" else 10), name
        assert (spread.p50_ms, spread.p95_ms, spread.p99_ms) == pytest.approx(
            tuple(between(values, share) for share in (0.5, 0.95, 0.99)), abs=0.001
        ), name


def test_tools_models_errors_and_verdicts_are_tallied(project: Project, told: list[Timeline]) -> None:
    found = figures(project)

    calls = Counter(call.name for each in told for call in each.tools)
    assert {tool.name: tool.calls for tool in found.tools} == calls
    [failing] = [tool for tool in found.tools if tool.name == "book_table"]
    durations = [c.duration_ms for e in told for c in e.tools if c.name == "book_table" and c.duration_ms]
    assert (failing.failed, failing.failed_sessions) == (1, 1)
    assert failing.duration.p95_ms == pytest.approx(between(durations, 0.95), abs=0.001)

    used = [usage for each in told for usage in each.usage]
    tokens = Counter({u.model: 0 for u in used})
    for usage in used:
        tokens[usage.model] += round(usage.figures.get("input_tokens", 0))
    by_model: Counter[str] = Counter()
    for model in found.models:
        by_model[model.model] += model.input_tokens or 0
    assert +by_model == +tokens
    llms = [model for model in found.models if model.type == "llm"]
    firsts = [ms for usage in used if usage.type == "llm" for ms in usage.firsts_ms]
    assert sum(model.first.count for model in llms) == len(firsts) > 10

    kinds = Counter((error.kind, error.error_type) for each in told for error in each.errors)
    assert {(error.kind, error.error_type): error.count for error in found.errors} == kinds
    outcomes = Counter(each.outcome.outcome for each in told if each.outcome)
    assert {v.name: v.sessions for v in found.verdicts if v.kind == "outcome"} == outcomes


def test_the_slowest_turns_are_those_of_all_sessions(project: Project, told: list[Timeline]) -> None:
    slowest = sorted((t.latency.e2e_ms for e in told for t in e.turns if t.latency.e2e_ms), reverse=True)

    turns = figures(project).slowest_turns

    assert [turn.e2e_ms for turn in turns] == slowest[:8]
    worst = figures(project).worst_sessions
    assert [each.error_count for each in worst] == sorted(
        (len(e.errors) for e in told if e.errors), reverse=True
    )


def test_what_was_never_measured_is_missing_and_not_0(project: Project) -> None:
    counted(project, e2e=[None, None])

    found = figures(project)

    assert found.total.counts.turns == 2
    assert found.total.latency["e2e_ms"].p50_ms is None
    assert found.total.latency["tts_ttfb_ms"].count == 0


def test_sessions_that_live_or_wait_are_told_and_not_counted(project: Project, replay: Replay) -> None:
    replay("node/1.9.0_full", requests=24)
    SessionFactory(project=project)
    counted(project)

    found = figures(project)

    assert (found.total.counts.sessions, found.live, found.waiting) == (1, 1, 1)


def test_a_session_that_lives_again_does_not_count_until_it_is_over(project: Project) -> None:
    session = counted(project, e2e=[500])

    Session.objects.filter(pk=session.pk).update(status="live")
    found = figures(project)

    assert (found.total.counts.sessions, found.live) == (0, 1)


def test_lost_sessions_count_too(project: Project, replay: Replay) -> None:
    session = replay("python/1.8.9_full", requests=40)
    lose_silent_sessions(timezone.now() + timedelta(hours=1))
    refresh_summary(session.pk)

    assert figures(project).total.counts.sessions == 1


def test_expired_deleted_simulated_and_foreign_sessions_are_not_counted(
    project: Project, other_project: Project
) -> None:
    counted(project, expires_at=timezone.now() - timedelta(seconds=1), e2e=[1])
    counted(project, is_simulated=True, e2e=[2])
    counted(other_project, e2e=[3])
    delete_session(counted(project, e2e=[4]))
    counted(project, e2e=[5])

    assert figures(project).total.latency["e2e_ms"].p99_ms == 5
    assert figures(project, simulated="any").total.counts.sessions == 2
    assert figures(project, simulated="yes").total.latency["e2e_ms"].p50_ms == 2


def test_the_stretch_before_is_as_long_and_counted_apart(project: Project) -> None:
    for days, ms in ((1, 900), (8, 500), (13, 700), (15, 10_000)):
        counted(project, ago=timedelta(days=days), e2e=[ms])

    found = figures(project, within="7d")

    assert (found.total.counts.sessions, found.total.latency["e2e_ms"].p50_ms) == (1, 900)
    assert found.before is not None
    assert (found.before.counts.sessions, found.before.latency["e2e_ms"].p50_ms) == (2, 600)


def test_a_stretch_that_is_partly_gone_is_nothing_to_compare_with(project: Project) -> None:
    counted(project, ago=timedelta(days=1))

    assert project.plan.retention_days == 30
    assert figures(project, within="30d").before is None


def test_each_session_is_in_the_column_of_its_first_receipt(project: Project) -> None:
    for days in (0.1, 2, 2.1, 5):
        counted(project, ago=timedelta(days=days), e2e=[days * 1000])

    found = figures(project, within="7d")

    for column in found.columns:
        received = Session.objects.filter(
            first_received_at__gte=column.since, first_received_at__lt=column.until
        )
        assert column.counts.sessions == received.count()
    assert sum(column.counts.sessions for column in found.columns) == 4


def test_a_version_is_new_if_its_agent_had_another_before(project: Project) -> None:
    for days, version in ((5, "1.8.9"), (4, "1.8.9"), (2, "1.10.0"), (1, "1.8.9")):
        counted(project, ago=timedelta(days=days), sdk_version=version, e2e=[days * 100])
    counted(project, ago=timedelta(days=1), agent_name="fresh", sdk_version="1.10.0")

    versions = {(each.agent, each.sdk): each for each in figures(project, within="7d").versions}

    assert [key for key, each in versions.items() if each.is_new] == [("receptionist", "1.10.0")]
    assert [*versions][:2] == [("receptionist", "1.8.9"), ("receptionist", "1.10.0")]
    assert versions["receptionist", "1.8.9"].e2e.p50_ms == 400


def test_a_version_that_ran_in_the_stretch_before_is_not_new(project: Project) -> None:
    for days, version in ((9, "1.9.0"), (5, "1.8.9"), (1, "1.9.0")):
        counted(project, ago=timedelta(days=days), sdk_version=version, e2e=[days * 100])

    versions = {each.sdk: each for each in figures(project, within="7d").versions}

    assert {sdk: each.is_new for sdk, each in versions.items()} == {"1.8.9": True, "1.9.0": False}
    assert (versions["1.9.0"].counts.sessions, versions["1.9.0"].e2e.p50_ms) == (1, 100)


def test_a_version_that_only_the_stretch_before_had_is_not_told(project: Project) -> None:
    counted(project, ago=timedelta(days=9), sdk_version="1.8.9")
    counted(project, ago=timedelta(days=6.9), sdk_version="1.9.0")

    [version] = figures(project, within="7d").versions

    assert (version.sdk, version.is_new) == ("1.9.0", True)


def test_where_the_stretch_before_is_partly_gone_a_version_is_new_within_the_range(project: Project) -> None:
    for days, version in ((31, "1.9.0"), (20, "1.8.9"), (1, "1.9.0")):
        counted(project, ago=timedelta(days=days), sdk_version=version)

    found = figures(project, within="30d")

    assert [each.sdk for each in found.versions if each.is_new] == ["1.9.0"]


@pytest.mark.parametrize(
    ("given", "found"),
    [({"agent": "odd"}, 1), ({"sdk": "1.9.0"}, 1), ({"imported": "yes"}, 0), ({"agent": "never"}, 0)],
)
def test_filters_are_those_of_the_list(project: Project, given: dict[str, str], found: int) -> None:
    counted(project)
    counted(project, agent_name="odd", sdk_version="1.9.0")

    assert figures(project, **given).total.counts.sessions == found


def test_figures_cost_the_same_queries_however_many_sessions_there_are(project: Project) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as run:
            figures(project)
        return sum(" FROM " in query["sql"] for query in run)

    counted(project, e2e=[1], slowest_answer_ms=1, error_count=1)
    with_one = queries()
    for _ in range(2):
        counted(project, e2e=[1], slowest_answer_ms=1, error_count=1)

    assert (with_one, queries()) == (10, 10)


def test_an_answer_prepared_and_thrown_away_is_counted(project: Project, told: list[Timeline]) -> None:
    assert SessionFact.objects.filter(preempted__gt=0).count() == sum(
        any(turn.preempted for turn in each.turns) for each in told
    )


def test_late_data_change_the_figures(project: Project, replay: Replay) -> None:
    session = replay("python/1.8.9_full", requests=40)
    Session.objects.update(status="lost")
    refresh_summary(session.pk)
    before = figures(project).total.counts.turns

    for request in captured("python/1.8.9_full"):
        if request.signal != "recordings":
            accept_telemetry(
                project, request.signal, request.inflated, request.content_type, now=timezone.now()
            )
    Session.objects.update(status="ended")
    refresh_summary(session.pk)

    assert 0 < before < figures(project).total.counts.turns == 15
