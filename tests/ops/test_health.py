import pytest
from django.db import OperationalError, connection

from config import health
from observability.models import PurgeRun
from observability.retention.purge import purge
from observability.retention.reconcile import reconcile
from tests.people import SessionFactory
from tests.retention.erasing import expire


def test_livez_touches_nothing(client):
    """No database fixture: a query would fail this test."""
    assert client.get("/livez").content == b"ok\n"


@pytest.mark.django_db
def test_readyz_is_ready_with_a_database_and_a_disk(client):
    response = client.get("/readyz")

    assert response.status_code == 200
    assert response.json() == {"ready": True, "problems": {}, "retention": {"purge": None, "fsck": None}}


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
