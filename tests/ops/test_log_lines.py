"""The log as JSON: whose request a line is about, and nothing of what was said."""

import json
import logging

import pytest
from django.db import IntegrityError
from django.test import Client

from config.log_lines import JsonLines

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


def fail_with_a_row(*_: object, **__: object) -> None:
    raise IntegrityError("duplicate key value\nDETAIL:  Failing row contains (my number is 555 0100).")


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
