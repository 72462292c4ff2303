"""What a collector is told of Playhead's own work, and what it is not; with the real packages and a real receiver."""

import gzip
import os
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from tests.sdk.environments import ROOT, python_home
from tests.serving import serving
from tests.test_settings import run_with

LOCK = ROOT / "docker" / "requirements-extras.txt"
WORK = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.test import Client
from observability import jobs
from observability.models import Job
client = Client(raise_request_exception=False, SERVER_NAME="localhost")
client.get("/readyz?q=searched+words")
client.get("/projects/secret-project/sessions/")
client.post(
    "/p/secret-project/observability/traces/otlp/v0", b"said by a caller",
    content_type="application/x-protobuf", headers={"Authorization": "Bearer hidden"},
)
client.get("/livez", headers={"X-Playhead-Telemetry": "spans"})
jobs.KINDS["inspect-recording"] = jobs.Kind("tests.ops.handlers.fail")
for kind in ("summarise-session", "inspect-recording"):
    jobs.submit(kind, 7)
    jobs.run(Job.objects.get(kind=kind).pk)
"""


class Receiver(ThreadingHTTPServer):
    """Takes exports of spans."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        super().__init__(("127.0.0.1", 0), Takes)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def exports(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for body in self.bodies]

    def spans(self) -> dict[str, Span]:
        return {
            span.name: span
            for export in self.exports()
            for resource in export.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        }


class Takes(BaseHTTPRequestHandler):
    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        is_packed = self.headers["Content-Encoding"] == "gzip"
        receiver: Any = self.server
        receiver.bodies.append(gzip.decompress(body) if is_packed else body)
        receiver.headers.append(dict(self.headers))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with serving(Receiver()) as server:
        yield server


def run(code: str, data: Path, **variables: str) -> "subprocess.CompletedProcess[str]":
    """In an environment that has the extras, as their lock has them."""
    python = python_home("extras", LOCK) / "bin" / "python"
    given = {"PATH": os.environ["PATH"], "DATA_DIR": str(data), "DJANGO_SETTINGS_MODULE": "config.settings"}
    done = subprocess.run(
        [python, "-c", code], cwd=ROOT, env=given | variables, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done


def told_of(span: Span) -> dict[str, Any]:
    return {each.key: getattr(each.value, str(each.value.WhichOneof("value"))) for each in span.attributes}


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_requests_and_jobs_are_told_by_words_of_ours(receiver, tmp_path):
    run(WORK, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, OTEL_TRACES_SAMPLER_ARG="1")

    spans = receiver.spans()
    assert set(spans) == {
        "GET /readyz",
        "GET /projects/<slug:slug>/sessions/",
        "POST /observability/<signal>/otlp/v0",
        "job summarise-session",
        "job inspect-recording",
    }
    upload = told_of(spans["POST /observability/<signal>/otlp/v0"])
    assert (upload["http.request.method"], upload["http.response.status_code"]) == ("POST", 401)
    assert len(upload["playhead.request_id"]) == 32
    assert told_of(spans["GET /readyz"])["playhead.database.queries"] > 0
    failed = spans["job inspect-recording"]
    assert (failed.status.code, told_of(failed)["error.type"]) == (Status.STATUS_CODE_ERROR, "ValueError")
    for hidden in (b"secret-project", b"searched", b"said by a caller", b"hidden", b"today"):
        assert not any(hidden in body for body in receiver.bodies)


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_what_is_exported_is_marked_so_that_no_playhead_makes_spans_of_it(receiver, tmp_path):
    run(
        WORK,
        tmp_path,
        OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url,
        OTEL_EXPORTER_OTLP_HEADERS="x-team=ops",
        OTEL_TRACES_SAMPLER_ARG="1",
    )

    assert {(told["X-Playhead-Telemetry"], told["x-team"]) for told in receiver.headers} == {("spans", "ops")}
    assert "GET /livez" not in receiver.spans()


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_of_a_share_of_none_nothing_is_sent(receiver, tmp_path):
    run(WORK, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT=receiver.url, OTEL_TRACES_SAMPLER_ARG="0")

    assert receiver.bodies == []


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_what_does_not_fit_into_the_queue_is_dropped_and_counted_and_costs_no_request_anything(tmp_path):
    code = """
import django; django.setup()
from config import span_export
span_export.EVERY_S, span_export.ENDS_WITHIN_S = 1000, 0
from django.test import Client
from observability.measures import SPANS
client = Client(SERVER_NAME="localhost")
answers = {client.get("/livez").status_code for _ in range(span_export.MAX_WAITING + 5)}
print(answers, SPANS.labels("dropped")._value.get())
"""

    done = run(code, tmp_path, OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9", OTEL_TRACES_SAMPLER_ARG="1")

    assert done.stdout == "{200} 5.0\n"


@pytest.mark.engines
@pytest.mark.timeout(300)
def test_a_collector_that_is_away_is_counted(tmp_path):
    code = """
import django; django.setup()
from config import span_export, tracing
span_export.EVERY_S = 0.1
from django.test import Client
from observability.measures import SPANS
import time
assert Client(SERVER_NAME="localhost").get("/livez").status_code == 200
until = time.monotonic() + 60
while not SPANS.labels("failed")._value.get() and time.monotonic() < until:
    time.sleep(0.1)
print(SPANS.labels("failed")._value.get())
"""

    done = run(
        code,
        tmp_path,
        OTEL_EXPORTER_OTLP_ENDPOINT="http://127.0.0.1:9",
        OTEL_EXPORTER_OTLP_TIMEOUT="1",
        OTEL_TRACES_SAMPLER_ARG="1",
    )

    assert done.stdout == "1.0\n"


def test_nothing_of_it_is_loaded_without_an_address(tmp_path):
    code = (
        "import django; django.setup(); import sys, config.wsgi; "
        "print([name for name in sys.modules if name.startswith(('opentelemetry.sdk', 'config.span_export'))])"
    )

    assert run_with({}, code, tmp_path).stdout == "[]\n"


def test_where_the_packages_are_missing_the_log_says_so_and_all_else_goes_on(tmp_path):
    code = (
        "import django; django.setup(); from django.test import Client; "
        "print(Client(SERVER_NAME='localhost').get('/livez').status_code)"
    )

    done = run_with({"OTEL_EXPORTER_OTLP_ENDPOINT": "http://127.0.0.1:9"}, code, tmp_path)

    assert done.stdout == "200\n"
    assert "the extra `telemetry` is not installed" in done.stderr


@pytest.mark.parametrize("share", ["half", "2", "-1"])
def test_a_share_that_is_none_stops_the_start(tmp_path, share):
    done = run_with({"OTEL_TRACES_SAMPLER_ARG": share}, "settings.DEBUG", tmp_path)

    assert f"OTEL_TRACES_SAMPLER_ARG must be from 0 to 1, not '{share}'." in done.stderr
