from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone

from config import health
from observability.models import Job, PurgeRun
from observability.retention.purge import purge
from observability.retention.reconcile import reconcile
from tests.people import SessionFactory
from tests.recordings.test_bucket import use_bucket
from tests.retention.erasing import expire

__all__ = ["use_bucket"]


@pytest.mark.parametrize("path", ["/livez", "/healthz"])
def test_livez_touches_nothing(client, path):
    """No database fixture: a query would fail this test."""
    assert client.get(path).content == b"ok\n"


@pytest.mark.django_db
def test_readyz_is_ready_with_a_database_and_a_disk(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {
        "ready": True,
        "problems": {},
        "warnings": {},
        "retention": {"purge": None, "fsck": None},
    }


@pytest.mark.django_db
def test_readyz_tells_when_data_was_last_purged_and_compared(client, project):
    expire(SessionFactory(project=project))
    run = purge()
    PurgeRun.objects.create(begun_at=run.begun_at)  # another, that was killed
    compared, _ = reconcile(is_repair=False)

    assert client.get("/readyz").json()["retention"] == {
        "purge": {"ended_at": run.ended_at.isoformat(), "is_held_back": False},
        "fsck": {"ended_at": compared.ended_at.isoformat(), "is_held_back": False},
    }


@pytest.mark.django_db
def test_readyz_tells_that_an_operator_is_waited_for_and_of_no_session(client, project):
    for session in SessionFactory.create_batch(12, project=project):
        expire(session)
    purge()

    told = client.get("/readyz").json()

    assert (told["ready"], told["retention"]["purge"]["is_held_back"]) == (True, True)
    assert set(told["retention"]["purge"]) == {"ended_at", "is_held_back"}


@pytest.mark.django_db
def test_readyz_names_what_is_missing_without_a_word_about_where(client, monkeypatch, settings, tmp_path):
    def refuse() -> None:
        raise OperationalError("connection to 10.1.2.3 refused for user admin")

    monkeypatch.setattr(connection, "cursor", refuse)
    monkeypatch.setattr(health, "has_pending_migrations", lambda: True)
    settings.SPOOL_DIR = tmp_path / "file" / "spool"
    (tmp_path / "file").write_text("in the way")

    response = client.get("/readyz")
    monkeypatch.undo()

    assert response.status_code == 503
    assert response.json()["problems"] == {
        "database": "OperationalError; the server's log says more.",
        "migrations": "Migrations are pending.",
        "spool": "NotADirectoryError; the server's log says more.",
    }


@pytest.mark.django_db
def test_readyz_warns_of_work_that_nobody_does_and_stays_ready(client):
    long_ago = timezone.now() - timedelta(days=1)
    Job.objects.create(kind="seal-session", object_id=1, run_after=long_ago)
    PurgeRun.objects.create(begun_at=long_ago, ended_at=long_ago)

    told = client.get("/readyz").json()

    assert told["ready"] is True
    assert told["warnings"] == {
        "jobs": "A job has been due for 86400 s. Do the workers run?",
        "purge": f"The last purge ended at {long_ago.isoformat()}. Do the workers and beat run?",
    }


@pytest.mark.django_db
def test_readyz_warns_of_storage_that_does_not_answer_and_stays_ready(
    client, monkeypatch, settings, tmp_path
):
    """Uploads wait in the spool for it."""
    monkeypatch.setitem(health.WATCHED, "storage", health.Storage().check)
    in_the_way = tmp_path / "media"
    in_the_way.symlink_to(in_the_way)  # to itself: reading below it is an error, not an absence
    settings.MEDIA_ROOT = str(in_the_way)
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(in_the_way)},
        },
    }

    told = client.get("/readyz").json()

    assert told["ready"] is True
    assert told["warnings"] == {"storage": "The storage of recordings and archives does not answer."}


@pytest.mark.django_db
def test_readyz_warns_of_a_bucket_whose_address_is_none_and_stays_ready(client, monkeypatch, use_bucket):
    monkeypatch.setitem(health.WATCHED, "storage", health.Storage().check)
    use_bucket("https://s3..amazonaws.com")

    told = client.get("/readyz").json()

    assert told["ready"] is True
    assert told["warnings"] == {"storage": "The storage of recordings and archives does not answer."}
