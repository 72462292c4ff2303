import pytest
from django.db import OperationalError, connection

from config import health


def test_livez_touches_nothing(client):
    """No database fixture: a query would fail this test."""
    assert client.get("/livez").content == b"ok\n"


@pytest.mark.django_db
def test_readyz_is_ready_with_a_database_and_a_disk(client):
    response = client.get("/readyz")

    assert (response.status_code, response.json()) == (200, {"ready": True, "problems": {}})


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
