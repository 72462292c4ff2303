"""The log as JSON: whose request a line is about, and nothing of what was said."""

import io
import json
import logging
import os
import socket
import subprocess

import pytest
from django.conf import settings
from django.db import IntegrityError
from django.test import Client
from django.utils.module_loading import import_string

from config.log_lines import JsonLines
from tests.sending import agent, spans

__all__ = ["agent"]

REPEATS_THE_ROW = "duplicate key value\nDETAIL:  Failing row contains (my number is 555 0100)."
REQUEST_ID = "0123456789abcdef0123456789abcdef"


@pytest.fixture
def lines():
    """All that is logged meanwhile, as it would be written."""
    written: list[dict] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            written.append(json.loads(JsonLines().format(record)))

    handler = Kept()
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def plain():
    """The same as a person reads it who has set nothing."""
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    [configured] = settings.LOGGING["handlers"].values()
    form = {**settings.LOGGING["formatters"][configured["formatter"]]}
    handler.setFormatter(import_string(form.pop("()"))(**form))
    logging.getLogger().addHandler(handler)
    yield written
    logging.getLogger().removeHandler(handler)


def fail_with_a_row(*_: object, **__: object) -> None:
    raise IntegrityError(REPEATS_THE_ROW)


@pytest.mark.django_db
def test_line_of_a_failed_page_names_its_request_project_and_session(
    owner_client, session, lines, monkeypatch, settings
):
    settings.BEHIND_PROXY = True
    monkeypatch.setattr("observability.pages.session.session_in", fail_with_a_row)
    owner_client.raise_request_exception = False

    answer = owner_client.get(
        f"/projects/acme/sessions/{session.public_id}/", headers={"X-Request-Id": REQUEST_ID}
    )

    [line] = [line for line in lines if line["level"] == "ERROR"]
    assert (answer.status_code, answer.headers["X-Request-Id"]) == (500, REQUEST_ID)
    assert {name: line[name] for name in ["request_id", "project", "session", "logger"]} == {
        "request_id": REQUEST_ID,
        "project": "acme",
        "session": str(session.public_id),
        "logger": "django.request",
    }
    assert line["error"]["type"] == "IntegrityError"
    assert line["error"]["message"] == "duplicate key value"
    assert "555 0100" not in json.dumps(line)


@pytest.mark.django_db
@pytest.mark.parametrize("error", [IntegrityError, RuntimeError])
def test_line_of_an_upload_that_could_not_be_kept_repeats_nothing_of_it(
    agent, lines, plain, monkeypatch, error
):
    def fail_with_words(*_: object, **__: object) -> None:
        raise error(REPEATS_THE_ROW)

    monkeypatch.setattr("observability.ingest.views.accept_telemetry", fail_with_words)

    answer = agent.send("traces", spans("llm_node"))

    assert answer.status_code == 503
    assert "duplicate key value" in json.dumps(lines)
    assert "555 0100" not in json.dumps(lines)
    assert "duplicate key value" in plain.getvalue()
    assert "555 0100" not in plain.getvalue()


@pytest.mark.parametrize(
    ("is_behind_proxy", "given"), [(False, REQUEST_ID), (True, "made up by a client\nlevel: ERROR")]
)
def test_id_of_a_request_is_our_own_unless_our_proxy_gave_it(settings, is_behind_proxy, given):
    settings.BEHIND_PROXY = is_behind_proxy

    answer = Client().get("/livez", headers={"X-Request-Id": given})

    assert answer.headers["X-Request-Id"] != given
    assert len(answer.headers["X-Request-Id"]) == 32


def test_line_outside_of_any_request_names_none(lines):
    logging.getLogger("playhead").error("started")

    assert [(line["message"], "request_id" in line) for line in lines] == [("started", False)]


def test_server_of_live_pages_writes_its_own_lines_in_the_same_format(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        where = {"LIVE": f"127.0.0.1:{taken.getsockname()[1]}", "DATA_DIR": str(tmp_path)}
        done = subprocess.run(
            ["docker/run", "live"],
            cwd=settings.BASE_DIR,
            env={"PATH": os.environ["PATH"], "LOG_FORMAT": "json", **where},
            capture_output=True,
            text=True,
            check=False,
        )

    told = [json.loads(line) for line in (done.stdout + done.stderr).splitlines()]
    assert [line["logger"] for line in told] == ["uvicorn.error"]
    assert "address already in use" in told[0]["message"]
