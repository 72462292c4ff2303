from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.utils import timezone

from observability.recordings import store
from observability.recordings.accept import AcceptedRecording, accept_recording
from observability.recordings.form import RecordingForm, read_form
from projects.models import Project
from tests.recordings.uploads import CONTENT_TYPE, Stream
from tests.sending import agent

__all__ = ["agent"]


@pytest.fixture(autouse=True)
def no_sweeper(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests sweep when they want to. The thread would outlive them."""
    monkeypatch.setattr(store, "keep_spool_swept", lambda: None)


@pytest.fixture
def accept(project: Project) -> Callable[..., AcceptedRecording]:
    """Upload a body to `project`, as the door for recordings does."""

    def accept(
        body: bytes, *, content_type: str = CONTENT_TYPE, to: Project | None = None
    ) -> AcceptedRecording:
        with read_form(BytesIO(body), content_type=content_type, spool_dir=settings.SPOOL_DIR) as form:
            return accept_recording(to or Project.objects.get(pk=project.pk), form, now=timezone.now())

    return accept


@pytest.fixture
def read(tmp_path: Path) -> Callable[..., AbstractContextManager[RecordingForm]]:
    """Read a form, given as bytes or as a stream."""

    def read(
        body: Any, *, content_type: str = CONTENT_TYPE, **limits: Any
    ) -> AbstractContextManager[RecordingForm]:
        stream = Stream(body) if isinstance(body, bytes) else body
        return read_form(stream, content_type=content_type, spool_dir=tmp_path, **limits)

    return read
