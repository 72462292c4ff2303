"""A database that was restarted costs nobody a page, and one that is away is told in the API's own words."""

import io
import sys
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection
from django.test import Client

from observability.api import doors
from projects.pages import home

SESSIONS = "/api/v1/projects/acme/sessions/"


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no server")
@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_restart_of_the_database_finds_it(project, read_token):
    """As servers run the application: the test client leaves out what goes on around a request."""
    import psycopg

    assert status_of(SESSIONS, read_token.secret) == "200 OK"
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])

    assert status_of(SESSIONS, read_token.secret) == "200 OK"


def status_of(path: str, token: str) -> str:
    told: list[str] = []
    environ = {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": path,
        "SERVER_NAME": "localhost",
        "SERVER_PORT": "80",
        "HTTP_AUTHORIZATION": f"Bearer {token}",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(),
        "wsgi.errors": sys.stderr,
    }
    answer: Any = WSGIHandler()(environ, lambda status, headers, error=None: told.append(status))
    b"".join(answer)
    answer.close()
    return told[0]


def test_a_fault_of_ours_is_told_in_the_one_shape_of_the_api(project, read_token, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(doors, "project_of", broken)
    client = Client(raise_request_exception=False)

    answer = client.get(SESSIONS, headers={"Authorization": f"Bearer {read_token.secret}"})

    assert (answer.status_code, answer["Content-Type"]) == (500, "application/json")
    assert answer.json()["error"]["code"] == "broken"


def test_a_fault_of_ours_on_a_page_is_told_by_a_page(owner, project, monkeypatch):
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(home, "projects_of", broken)
    client = Client(raise_request_exception=False)
    client.force_login(owner)

    answer = client.get("/")

    assert answer.status_code == 500
    assert "Something broke on our side" in answer.content.decode()
