from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from observability.insights.figures import insights_of
from observability.insights.scope import Scope, read_scope
from observability.insights.shapes import Insights
from observability.models import Session, SessionFact, VerdictFact
from observability.timeline.facts import ANSWER_TIMES
from observability.timeline.packed import packed
from projects.models import Project
from tests.api.conftest import received, script
from tests.pages.conftest import front_desk, replay, summarised
from tests.people import SessionFactory
from tests.sending import agent

__all__ = ["agent", "front_desk", "replay", "script"]

NOW = datetime.now(UTC)
RUNS = ["python/1.8.9_full", "python/1.8.9_second_session", "python/1.8.9_crash", "node/1.9.0_full"]


def counted(
    project: Project, *, ago: timedelta = timedelta(hours=1), e2e: Sequence[float | None] = (), **more: Any
) -> Session:
    """A session that is over, with these answer times, as the worker leaves it."""
    counts = {name: more.pop(name, 0) for name in ("unanswered", "interrupted", "preempted")}
    session = SessionFactory(project=project, first_received_at=NOW - ago, **more)
    none = [None] * (len(ANSWER_TIMES) - 1)
    SessionFact.objects.create(
        project=project,
        session=session,
        expires_at=session.expires_at,
        turns=len(e2e),
        tool_calls=0,
        tool_failures=0,
        answer_times=packed([ms for each in e2e for ms in (each, *none)]),
        **counts,
    )
    return session


def scope_of(project: Project, **given: str) -> Scope:
    return read_scope(project, given, UTC, now=datetime.now(UTC))


def figures(project: Project, **given: str) -> Insights:
    return insights_of(scope_of(project, **given))


def judge(session: Session, kind: str, name: str, verdict: str = "") -> None:
    VerdictFact.objects.create(
        project=session.project,
        session=session,
        expires_at=session.expires_at,
        kind=kind,
        name=name,
        verdict=verdict,
    )


def real_sessions(project: Project) -> list[Session]:
    """Of real agents, one of which an API user would have judged otherwise."""
    sessions = [summarised(received(run, project)) for run in RUNS if run != "python/1.8.9_crash"]
    Session.objects.filter(pk=sessions[1].pk).update(agent_name="barkeeper", sdk_version="")
    judge(sessions[2], "evaluation", "task: done", "pass")
    return sessions


@pytest.fixture
def real(project: Project) -> list[Session]:
    return real_sessions(project)
