from collections.abc import Callable

import pytest

from observability.models import Session
from observability.sessions.summary import refresh_summary
from projects.models import Project
from tests.api.conftest import received

Replay = Callable[..., Session]
FRONT_DESK = "python/1.8.9_full"


@pytest.fixture
def replay(project: Project) -> Replay:
    """Have the project receive a captured run, or so many of its requests; the session that it brought."""

    def replay(run: str, *, requests: int | None = None) -> Session:
        return summarised(received(run, project, requests))

    return replay


def summarised(session: Session) -> Session:
    refresh_summary(session.pk)
    return Session.objects.get(pk=session.pk)


@pytest.fixture
def front_desk(replay: Replay) -> Session:
    """Fifteen turns with a slow answer, a failed tool, a turn without an answer, a handoff and audio."""
    return replay(FRONT_DESK)
