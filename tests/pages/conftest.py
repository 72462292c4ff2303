from collections.abc import Callable
from io import BytesIO

import pytest
from django.conf import settings
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.models import Session
from observability.recordings.accept import accept_recording
from observability.recordings.form import read_form
from observability.sessions.summary import refresh_summary
from projects.models import Project
from tests.captured import captured

Replay = Callable[..., Session]


@pytest.fixture
def replay(project: Project) -> Replay:
    """Have the project receive a captured run, or so many of its requests; the session that it brought."""

    def replay(run: str, *, requests: int | None = None) -> Session:
        for request in captured(run)[:requests]:
            if request.signal == "recordings":
                body = BytesIO(request.body)
                with read_form(body, content_type=request.content_type, spool_dir=settings.SPOOL_DIR) as form:
                    accept_recording(project, form, now=timezone.now())
            else:
                accept_telemetry(
                    project, request.signal, request.inflated, request.content_type, now=timezone.now()
                )
        session = Session.objects.filter(project=project).latest("pk")
        refresh_summary(session.pk)
        return Session.objects.get(pk=session.pk)

    return replay


@pytest.fixture
def front_desk(replay: Replay) -> Session:
    """Fifteen turns with a slow answer, a failed tool, a turn without an answer, a handoff and audio."""
    return replay("python/1.8.9_full")
