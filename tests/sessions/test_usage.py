"""What a project uses is counted from its sessions, once, whenever and however often the counting runs."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from observability.models import Batch, Recording, Refusal, Session
from observability.retention.delete import delete_session
from observability.retention.erase import erase
from observability.sessions.usage import count_storage, count_usage
from projects.actions import change_plan
from projects.models import Plan, Project, UsageDay
from projects.usage import Usage, usage_by_month
from tests.people import SessionFactory
from tests.sending import Agent, agent, forget_verdicts, spans

__all__ = ["agent"]
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
MINUTE_MS = 60_000


def talk(project: Project, *, events: int = 10, minutes: float = 0, began: datetime = NOON) -> Session:
    session = SessionFactory(
        project=project, span_count=events - 3, log_count=2, metric_point_count=1, first_received_at=began
    )
    if minutes:
        recording(session, minutes)
    return session


def recording(session: Session, minutes: float, revision: int = 1) -> Recording:
    return Recording.objects.create(
        session=session,
        revision=revision,
        sha256=str(revision),
        size_bytes=1000,
        name=f"{session.pk}-{revision}",
        place="storage",
        duration_ms=int(minutes * MINUTE_MS),
    )


def this_month(project: Project) -> Usage:
    return usage_by_month(project, now=NOON, months=1)[0]


def figures(project: Project) -> tuple[int, int, int]:
    month = this_month(project)
    return month.sessions, month.events, month.recording_minutes


def test_events_and_minutes_are_added_up_and_counted_once(project: Project, other_project: Project) -> None:
    talk(project, events=10, minutes=2)
    talk(project, events=20, minutes=0.5, began=NOON - timedelta(days=1))
    talk(other_project, events=5)

    for _ in range(3):
        assert count_usage(NOON) == 2

    assert figures(project) == (2, 30, 3)
    assert figures(other_project) == (1, 5, 0)
    assert UsageDay.objects.filter(project=project).count() == 2


def test_what_comes_later_counts_too(project: Project) -> None:
    session = talk(project)
    count_usage(NOON)

    Session.objects.filter(pk=session.pk).update(span_count=100)
    count_usage(NOON + timedelta(days=1))

    assert figures(project) == (1, 103, 0)


def test_of_several_recordings_of_a_session_the_longest_counts(project: Project) -> None:
    session = talk(project, minutes=2)
    recording(session, 3, revision=2)

    count_usage(NOON)

    assert figures(project) == (1, 10, 3)


def test_a_deleted_session_stays_counted_and_once(project: Project) -> None:
    first, second = talk(project, events=10, minutes=2), talk(project, events=20, minutes=1)
    count_usage(NOON)
    Session.objects.filter(pk=first.pk).update(span_count=17)

    assert delete_session(first)
    assert delete_session(first) is None
    count_usage(NOON)
    Session.objects.filter(pk=first.pk).delete()
    talk(project, events=5)
    count_usage(NOON)

    assert figures(project) == (3, 45, 3)
    assert Session.objects.filter(pk=second.pk).exists()


def test_a_session_deleted_before_anybody_counted_it_counts(project: Project) -> None:
    delete_session(talk(project, events=10, minutes=1))

    count_usage(NOON)

    assert figures(project) == (1, 10, 1)


def test_what_has_expired_and_is_purged_stays_counted(project: Project) -> None:
    session = talk(project, events=10, minutes=1)
    talk(project, events=4)
    count_usage(NOON)

    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    erase(session.pk)
    count_usage(NOON + timedelta(hours=1))

    assert Session.objects.count() == 1
    assert figures(project) == (2, 14, 1)


def test_settled_days_are_not_counted_again(project: Project) -> None:
    session = talk(project, events=10)
    count_usage(NOON)

    Session.objects.filter(pk=session.pk).update(span_count=0)
    later = NOON + timedelta(days=3)

    assert count_usage(later) == 0
    assert figures(project) == (1, 10, 0)


def test_months_are_apart_and_empty_ones_are_shown(project: Project) -> None:
    talk(project, events=10, began=datetime(2026, 11, 1, 0, 0, tzinfo=UTC))
    talk(project, events=20, began=datetime(2026, 10, 31, 23, 59, tzinfo=UTC))
    count_usage(datetime(2026, 11, 2, tzinfo=UTC))

    months = usage_by_month(project, now=NOON, months=3)

    assert [(f"{each.begins:%Y-%m}", each.events) for each in months] == [
        ("2026-11", 10),
        ("2026-10", 20),
        ("2026-09", 0),
    ]


def test_storage_is_what_lies_there_now(project: Project, other_project: Project) -> None:
    session = talk(project, minutes=1)
    Recording.objects.update(copy_bytes=500)
    Batch.objects.create(
        project=project,
        session=session,
        seq=1,
        signal="traces",
        digest=b"1",
        payload=b"x" * 70,
        record_count=1,
        received_at=NOON,
    )

    count_storage(NOON)
    assert this_month(project).stored_bytes == 1570
    assert this_month(other_project).stored_bytes == 0

    Session.objects.all().delete()
    count_storage(NOON)
    assert this_month(project).stored_bytes == 0


@pytest.mark.parametrize("sessions", [1, 3])
def test_counting_takes_as_many_queries_for_many_sessions_as_for_few(
    project: Project, django_assert_num_queries: Any, sessions: int
) -> None:
    for _ in range(sessions):
        talk(project, minutes=1)
    count_usage(NOON)

    with django_assert_num_queries(11):
        count_usage(NOON)


@pytest.fixture
def small_plan(project: Project) -> Plan:
    Plan.objects.filter(slug="build").update(events_per_month=20, recording_minutes_per_month=2)
    return Plan.objects.get(slug="build")


def now_used(project: Project, **what: Any) -> None:
    talk(project, began=timezone.now(), **what)
    count_usage(timezone.now())
    forget_verdicts()


@pytest.mark.parametrize("what", [{"events": 20}, {"minutes": 2}])
def test_beyond_the_quota_no_session_begins_and_agents_are_told_politely(
    agent: Agent, project: Project, small_plan: Plan, what: dict[str, Any]
) -> None:
    assert agent.send("traces", spans("llm_node", job="AJ_running")).status_code == 200
    now_used(project, **what)

    begun = agent.send("traces", spans("tts_node", job="AJ_running", first_id=7))
    new = agent.send("traces", spans("llm_node", job="AJ_new"))

    assert begun.status_code == 200
    assert new.status_code == 401
    assert b"data recording is disabled" in new.content
    assert Refusal.objects.get().reason == "over-quota"
    assert not Session.objects.filter(job_id="AJ_new").exists()


def test_below_the_quota_nothing_is_refused(agent: Agent, project: Project, small_plan: Plan) -> None:
    now_used(project, events=19, minutes=1.9)

    assert agent.send("traces", spans("llm_node")).status_code == 200


def test_a_larger_plan_opens_the_door_again(agent: Agent, project: Project, small_plan: Plan) -> None:
    now_used(project, events=20)

    project.refresh_from_db()
    change_plan(project, Plan.objects.get(slug="ship"))
    forget_verdicts()

    assert agent.send("traces", spans("llm_node")).status_code == 200


def test_so_does_a_larger_quota_and_the_next_month(agent: Agent, project: Project, small_plan: Plan) -> None:
    now_used(project, events=20)
    project.refresh_from_db()
    until = project.over_quota_until
    assert until is not None
    assert (until.day, until > timezone.now()) == (1, True)

    count_usage(until)
    project.refresh_from_db()
    assert project.over_quota_until is None
    count_usage(timezone.now())
    Plan.objects.update(events_per_month=None)
    count_usage(timezone.now())
    forget_verdicts()

    assert agent.send("traces", spans("llm_node")).status_code == 200
