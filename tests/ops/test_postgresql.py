"""A restart of the database costs nobody a page, and how it plans is told. Not collected elsewhere (conftest.py)."""

import io
import sys
from typing import Any

import psycopg
import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection

from observability.ingest.credentials import forget_verdicts
from observability.models import Batch
from observability.queries.planning import planned_with
from tests.ingest.test_before_django import asked
from tests.sending import spans

SESSIONS = "/api/v1/projects/acme/sessions/"


@pytest.mark.django_db(transaction=True)
def test_a_request_after_a_restart_of_the_database_finds_it(project, read_token):
    """As servers run the application: the test client leaves out what goes on around a request."""
    assert status_of(SESSIONS, read_token.secret) == "200 OK"
    end_connection()

    assert status_of(SESSIONS, read_token.secret) == "200 OK"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_known", [False, True], ids=["whose sender is not known", "of a known sender"])
def test_an_upload_after_a_restart_of_the_database_finds_it(agent, is_known):
    assert uploaded(spans("llm_node")) == "200 OK"
    if not is_known:
        forget_verdicts()
    end_connection()

    assert uploaded(spans("tts_node")) == "200 OK"
    assert Batch.objects.count() == 2


def end_connection() -> None:
    """As a restart ends them all."""
    with psycopg.connect(**connection.get_connection_params() | {"cursor_factory": None}) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [connection.connection.info.backend_pid])


def uploaded(body: bytes) -> str:
    return str(asked("/p/acme/observability/traces/otlp/v0", body)[0])


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


@pytest.mark.django_db(transaction=True)
def test_what_the_planner_is_told_for_some_statements_is_forgotten_after_them() -> None:
    usual = setting("work_mem")

    with planned_with(work_mem="60MB", jit="on"):
        assert (setting("work_mem"), setting("jit")) == ("60MB", "on")

    assert (setting("work_mem"), setting("jit")) == (usual, "off")


@pytest.mark.django_db
def test_nothing_is_compiled_for_a_statement() -> None:
    assert setting("jit") == "off"


def setting(name: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting(%s)", [name])
        [(value,)] = cursor.fetchall()
    return str(value)
