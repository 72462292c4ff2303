import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pytest
from django.http import HttpResponse
from django.utils import timezone

from accounts.models import User
from observability import jobs
from observability.exports.ask import ask_for_export
from observability.exports.fetch import file_of
from observability.models import Export, Job, Session
from projects.audit import Onlooker
from projects.models import Project
from tests.api.conftest import answers_are_closed, replay, script, talk

__all__ = ["answers_are_closed", "replay", "script", "talk"]


@dataclass
class Opened:
    """A zip as whoever downloaded it reads it."""

    content: bytes

    def __post_init__(self) -> None:
        self.zip = zipfile.ZipFile(io.BytesIO(self.content))
        assert self.zip.testzip() is None

    @property
    def names(self) -> list[str]:
        return self.zip.namelist()

    def bytes(self, name: str) -> bytes:
        return self.zip.read(name)

    def text(self, name: str) -> str:
        return self.bytes(name).decode()

    def json(self, name: str) -> Any:
        return json.loads(self.bytes(name))

    def lines(self, name: str) -> list[str]:
        return self.text(name).splitlines()


def due() -> list[int]:
    return list(Job.objects.filter(kind="build-export", state=Job.State.WAITING).values_list("pk", flat=True))


def work() -> None:
    """As a worker: do what waits, whenever it was put off to."""
    Job.objects.filter(state=Job.State.WAITING).update(run_after=timezone.now())
    for job_id in due():
        jobs.run(job_id)


def content_of(export: Export) -> bytes:
    file = file_of(export)
    return b"".join(file.read(0, file.size_bytes - 1))


def body_of(answer: HttpResponse) -> bytes:
    return b"".join(answer.streaming_content) if answer.streaming else answer.content


@pytest.fixture
def ask(project: Project, owner: User) -> Callable[..., Export]:
    """As the owner, from the page; or as somebody else."""

    def ask(*sessions: Session, by: User = owner, may_hear: bool = True) -> Export:
        return ask_for_export(project, sessions, asker=Onlooker(by, None, "127.0.0.1"), may_hear=may_hear)

    return ask


@pytest.fixture
def download(ask: Callable[..., Export]) -> Callable[..., Opened]:
    def download(*sessions: Session, **how: Any) -> Opened:
        export = ask(*sessions, **how)
        work()
        export.refresh_from_db()
        return Opened(content_of(export))

    return download


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def stored(settings: Any) -> Callable[[], list[str]]:
    """The zips that lie in the storage."""
    return lambda: sorted(path.name for path in settings.MEDIA_ROOT.rglob("*.zip"))


@pytest.fixture
def ready(ask: Callable[..., Export], talk: Session) -> Export:
    export = ask(talk)
    work()
    export.refresh_from_db()
    return export
