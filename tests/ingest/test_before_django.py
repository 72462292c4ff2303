"""Servers run the WSGI application, which answers uploads before Django's own handler and its signals do."""

import gzip
import io
import subprocess
import sys
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import connection
from django.urls import reverse

from observability.ingest.budget import Budget
from observability.ingest.middleware import remembered
from observability.models import Batch
from tests.sending import PROTOBUF, spans, token

pytestmark = pytest.mark.django_db(transaction=True)
"""Whoever begins a request, Django and the door, gives up a connection that is within a transaction."""

UPLOADS = "/p/acme/observability/traces/otlp/v0"


def asked(path: str, body: bytes = b"", *, method: str = "POST", bearer: str = "", **environ: str) -> Any:
    """Status, headers without those of one request alone, and body, as a server gets them."""
    from config.wsgi import application

    told: list[Any] = []
    answer = application(
        {
            "REQUEST_METHOD": method,
            "PATH_INFO": path,
            "SERVER_NAME": "localhost",
            "SERVER_PORT": "80",
            "CONTENT_TYPE": PROTOBUF,
            "CONTENT_LENGTH": str(len(body)),
            "HTTP_AUTHORIZATION": f"Bearer {bearer or token()}",
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(body),
            "wsgi.errors": sys.stderr,
            **environ,
        },
        lambda status, headers, error=None: told.extend([status, dict(headers)]),
    )
    return told[0], told[1], b"".join(answer)


def asked_of_django(*args: Any, monkeypatch: pytest.MonkeyPatch, **kwargs: Any) -> Any:
    with monkeypatch.context() as patch:
        patch.setattr("config.wsgi.application", WSGIHandler())
        return asked(*args, **kwargs)


@pytest.mark.parametrize(
    ("path", "method", "bearer", "status"),
    [
        (UPLOADS, "POST", "", "200 OK"),
        (UPLOADS, "POST", "no token", "401 Unauthorized"),
        (UPLOADS, "GET", "", "405 Method Not Allowed"),
        ("//p/acme//observability/traces/otlp/v0/", "POST", "", "200 OK"),
        ("/p/acme/observability/otlp", "POST", "", "404 Not Found"),
        ("/admission" + UPLOADS, "GET", "", "204 No Content"),
        ("/p/acme/", "POST", "", "404 Not Found"),
        ("/p/acme/", "GET", "", "404 Not Found"),
    ],
)
def test_an_upload_is_answered_as_by_djangos_handler(agent, monkeypatch, path, method, bearer, status):
    there = asked_of_django(path, spans("llm_node"), method=method, bearer=bearer, monkeypatch=monkeypatch)

    here = asked(path, spans("tts_node"), method=method, bearer=bearer)

    assert here[0] == there[0] == status
    assert here[1].pop("X-Request-Id") != there[1].pop("X-Request-Id")
    assert here[1:] == there[1:]
    assert Batch.objects.count() == (2 if status == "200 OK" else 0)


def test_no_signal_of_djangos_is_sent_for_an_upload_and_each_is_for_a_page(agent):
    sent: list[str] = []
    signals = {"started": request_started, "finished": request_finished}
    with ExitStack() as life:
        for name, signal in signals.items():
            note = lambda name=name, **told: sent.append(name)  # noqa: E731
            signal.connect(note, weak=False)
            life.callback(signal.disconnect, note)

        asked(UPLOADS, spans("llm_node"))
        assert sent == []

        asked(reverse("account_login"), method="GET")
        assert sent == ["started", "finished"]


def test_a_proxys_request_id_is_the_answers(agent, settings):
    settings.BEHIND_PROXY = True

    _, headers, _ = asked(UPLOADS, spans("llm_node"), HTTP_X_REQUEST_ID="0" * 32)

    assert headers["X-Request-Id"] == "0" * 32


def test_an_upload_that_may_come_again_is_logged_as_djangos_handler_does(agent, monkeypatch, caplog):
    monkeypatch.setattr("observability.ingest.views.in_flight", Budget(total_bytes=10))

    assert asked(UPLOADS, gzip.compress(spans("llm_node")), HTTP_CONTENT_ENCODING="gzip")[0].startswith("503")

    assert [(record.name, record.getMessage()) for record in caplog.records] == [
        ("django.request", f"Service Unavailable: {UPLOADS}")
    ]


def test_a_fault_of_ours_is_answered_with_the_requests_id_and_asks_to_come_again(agent, monkeypatch):
    def fail(*args: Any, **kwargs: Any) -> None:
        raise RuntimeError("words of a tenant")

    monkeypatch.setattr("observability.ingest.refused.due", fail)

    status, headers, body = asked(UPLOADS, b"\xff" * 8)

    assert status == "400 Bad Request"
    assert headers["Content-Type"] == PROTOBUF and headers["X-Request-Id"]
    assert b"tenant" not in body


def test_a_fault_outside_the_views_has_the_requests_id_as_well(agent, monkeypatch):
    monkeypatch.setattr("observability.ingest.middleware.canonical", lambda path: 1 / 0)

    status, headers, _ = asked(UPLOADS, spans("llm_node"))

    assert status == "500 Internal Server Error"
    assert headers["X-Request-Id"]


@pytest.mark.parametrize("parameters", ["a*=nope''x", "a*=x'y'z; a*0*=nope''", "charset=hex"])
def test_parameters_of_a_content_type_that_cannot_be_read_cost_nothing(agent, parameters):
    status, _, _ = asked(UPLOADS, spans("llm_node"), CONTENT_TYPE=f"{PROTOBUF}; {parameters}")

    assert status == "200 OK"


def test_addresses_that_somebody_makes_up_do_not_stay_in_memory(agent):
    remembered.cache_clear()

    for number in range(3):
        assert asked(f"/p/{number}{'a' * 60_000}/x")[0].startswith("404")

    assert remembered.cache_info().currsize == 0


def test_a_connection_that_is_to_live_for_one_request_ends_with_an_upload(agent, monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "CONN_MAX_AGE", 0)
    connection.close()

    assert asked(UPLOADS, spans("llm_node"))[0] == "200 OK"

    assert connection.connection is None


def test_the_door_is_there_before_the_first_upload():
    """Among what is never looked at again for cycles; and a fault in it ends a start."""
    program = "import sys, config.wsgi; print('observability.ingest.views' in sys.modules)"

    told = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)

    assert told.stdout.strip() == "True"


def test_what_stands_before_an_upload_stands_before_every_page():
    first = len(settings.UPLOAD_MIDDLEWARE)

    assert settings.MIDDLEWARE[:first] == settings.UPLOAD_MIDDLEWARE
    assert settings.MIDDLEWARE[first] == "observability.ingest.middleware.IngestBypass"
