"""A database server that was restarted costs nobody a page. Not collected elsewhere (conftest.py)."""

import io
import sys
from typing import Any

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

SESSIONS = "/api/v1/projects/acme/sessions/"


@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_restart_of_the_database_finds_it(project, read_token):
    """As servers run the application: the test client leaves out what goes on around a request."""
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
