from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Any

import pytest
from django.conf import settings
from django.core.signals import request_finished
from django.db import close_old_connections
from django.test import Client
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.models import Session
from observability.recordings.accept import accept_recording
from observability.recordings.form import read_form
from projects.actions import NewSecret
from projects.models import AccessToken, Project
from tests.captured import captured

BASE = "/api/v1/projects/acme/sessions/"
TALK = "python/1.8.9_second_session"


@pytest.fixture(autouse=True)
def answers_are_closed(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As servers do with every answer; the test client only closes a stream that was read to its end.

    As it does, without ending the test's own transaction and connection.
    """
    answers: list[Any] = []
    request = Client.request

    def remembered(client: Client, **environ: Any) -> Any:
        answers.append(request(client, **environ))
        return answers[-1]

    monkeypatch.setattr(Client, "request", remembered)
    yield
    request_finished.disconnect(close_old_connections)
    try:
        for answer in answers:
            answer.close()
    finally:
        request_finished.connect(close_old_connections)


@pytest.fixture
def replay(project: Project) -> Callable[..., Session]:

    def replay(run: str, *, requests: int | None = None, to: Project = project) -> Session:
        return received(run, to, requests)

    return replay


def received(run: str, to: Project, requests: int | None = None) -> Session:
    """Have the project receive a captured run, or so many of its requests; the session that it brought."""
    for request in captured(run)[:requests]:
        if request.signal == "recordings":
            body = BytesIO(request.body)
            with read_form(body, content_type=request.content_type, spool_dir=settings.SPOOL_DIR) as form:
                accept_recording(to, form, now=timezone.now())
        else:
            accept_telemetry(to, request.signal, request.inflated, request.content_type, now=timezone.now())
    return Session.objects.filter(project=to).latest("pk")


@pytest.fixture
def talk(replay: Callable[..., Session]) -> Session:
    """A short session with everything: spans, logs, metrics, transcript and audio."""
    return replay(TALK)


class Script:
    """Calls the API with an access token."""

    def __init__(self, token: str) -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **headers: str) -> Any:
        return self.client.get(path, headers=self.headers | headers)

    def post(self, path: str) -> Any:
        return self.client.post(path, headers=self.headers)

    def delete(self, path: str) -> Any:
        return self.client.delete(path, headers=self.headers)

    def all_pages(self, path: str) -> list[list[Any]]:
        """The results, page by page."""
        pages = []
        following: str | None = path
        while following:
            page = self.get(following).json()
            pages.append(page["results"])
            following = page["next"]
        return pages


@pytest.fixture
def script(read_token: NewSecret[AccessToken]) -> Script:
    return Script(read_token.secret)


def address(session: Session, thing: str = "") -> str:
    return f"{BASE}{session.public_id}/" + (f"{thing}/" if thing else "")
