from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from observability.insights.figures import insights_of
from observability.insights.scope import Scope, read_scope
from observability.insights.shapes import Insights
from observability.models import Session, SessionFact
from observability.timeline.facts import ANSWER_TIMES
from observability.timeline.packed import packed
from projects.models import Project
from tests.api.conftest import script
from tests.pages.conftest import front_desk, replay
from tests.people import SessionFactory
from tests.sending import agent

__all__ = ["agent", "front_desk", "replay", "script"]

NOW = datetime.now(UTC)


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
