import sqlite3
from contextlib import closing

import pytest
from django.db import connection

from observability.journal.seal import seal_session
from observability.models import Job, Session
from observability.retention.delete import delete_session
from tests.api.conftest import answers_are_closed, replay, talk
from tests.ops.working import run_all_jobs
from tests.recordings.conftest import accept, no_sweeper
from tests.recordings.test_bucket import server, use_bucket
from tests.sending import agent

__all__ = [
    "accept",
    "agent",
    "answers_are_closed",
    "no_sweeper",
    "replay",
    "server",
    "talk",
    "use_bucket",
]


collect_ignore = [] if connection.vendor == "postgresql" else ["test_postgresql.py"]


@pytest.fixture(autouse=True)
def database_of_its_own(transactional_db, tmp_path):
    """A restore puts another file in the place of the database; servers of other tests would go on with the old one."""
    if connection.vendor != "sqlite":
        yield
        return
    shared = connection.settings_dict["NAME"]
    own = str(tmp_path / "own.sqlite3")
    connection.ensure_connection()
    with closing(sqlite3.connect(own)) as copy:
        connection.connection.backup(copy)
    connection.close()
    connection.settings_dict["NAME"] = own
    yield
    connection.close()
    connection.settings_dict["NAME"] = shared


@pytest.fixture(params=["folder", "file.tar"])
def either(request, tmp_path):
    """A folder, or one file."""
    return tmp_path / request.param


@pytest.fixture
def place(tmp_path):
    return tmp_path / "taken"


@pytest.fixture
def sealed(talk):
    """A session of a real SDK with everything: archive, recording, peaks."""
    Session.objects.update(status=Session.Status.ENDED)
    seal_session(talk.pk)
    run_all_jobs()
    Job.objects.all().delete()
    assert Session.objects.get().is_sealed
    return Session.objects.get()


@pytest.fixture
def delete():
    """As a person does, and the worker after it."""

    def delete(session):
        delete_session(session)
        run_all_jobs()
        assert not Session.objects.filter(pk=session.pk).exists()

    return delete
