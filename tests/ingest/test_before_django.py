"""Servers run the WSGI application, which answers uploads before Django's own handler and its signals do."""

import gzip
import io
import sys
from contextlib import ExitStack
from typing import Any

import pytest
from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started

from observability.ingest.budget import Budget
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

        asked("/sign-in/", method="GET")
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


def test_what_stands_before_an_upload_stands_before_every_page():
    first = len(settings.UPLOAD_MIDDLEWARE)

    assert settings.MIDDLEWARE[:first] == settings.UPLOAD_MIDDLEWARE
    assert settings.MIDDLEWARE[first] == "observability.ingest.middleware.IngestBypass"
