"""What a Sentry is told of an unexpected error, and what it is not."""

import gzip
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.serving import serving
from tests.test_settings import run_with

FAILING = """
import django; django.setup()
from django.test import Client
from config import health
import sentry_sdk
def fail(*_):
    number = "a secret number"
    raise RuntimeError("it broke" + chr(10) + "DETAIL: said by a caller")
health.problem_of = fail
client = Client(raise_request_exception=False, SERVER_NAME="localhost")
client.get("/readyz?q=searched+words", headers={"Authorization": "Bearer hidden"})
sentry_sdk.flush(10)
"""


@pytest.fixture
def sentry() -> Iterator[ThreadingHTTPServer]:
    """Takes envelopes; `told` is all of their text."""

    class Takes(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            self.server.told += (  # type: ignore[attr-defined]
                gzip.decompress(body) if self.headers["Content-Encoding"] == "gzip" else body
            ).decode()
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Takes)
    server.told = ""  # type: ignore[attr-defined]
    with serving(server):
        yield server


def test_error_is_reported_with_its_place_and_its_request_and_without_contents(sentry, tmp_path):
    dsn = f"http://key@127.0.0.1:{sentry.server_port}/1"

    done = run_with({"SENTRY_DSN": dsn}, FAILING, tmp_path)

    assert done.returncode == 0, done.stderr
    events = [json.loads(line) for line in sentry.told.splitlines() if '"exception"' in line]
    [error] = events[0]["exception"]["values"]
    assert (error["type"], error["value"]) == ("RuntimeError", "it broke")
    assert error["stacktrace"]["frames"][-1]["function"] == "fail"
    assert len(events[0]["tags"]["request_id"]) == 32
    for hidden in ["said by a caller", "searched", "Bearer", "a secret number"]:
        assert hidden not in sentry.told


def test_nothing_of_it_is_loaded_without_an_address(tmp_path):
    done = run_with({}, "settings.DEBUG; import sys; print('sentry_sdk' in sys.modules)", tmp_path)

    assert done.stdout == "False\n"
