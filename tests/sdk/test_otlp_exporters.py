"""OpenTelemetry's own exporters, set up by nothing but their standard environment variables."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.sdk.environments import node_driver, python_driver
from tests.sdk.playhead import Playhead, eventually

pytestmark = [pytest.mark.sdk, pytest.mark.timeout(600)]
MAKE_TOKEN = """
from projects.actions import create_access_token
from projects.models import Project
print(create_access_token(Project.objects.get(slug="demo"), "collector", ["ingest"], by=None).secret)
"""


@pytest.fixture(scope="module")
def environment(playhead: Playhead) -> dict[str, str]:
    token = playhead.manage("shell", "-v0", "-c", MAKE_TOKEN).strip()
    return {
        "PATH": os.environ["PATH"],
        "OTEL_EXPORTER_OTLP_ENDPOINT": playhead.url,
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization=Bearer%20{token}",
    }


def beside(driver: list[str], script: str) -> list[str]:
    """The same interpreter and environment, with another script."""
    *interpreter, path = driver
    return [*interpreter, str(Path(path).with_name(script))]


def session_named(playhead: Playhead, name: str) -> dict:
    found: list[dict] = []

    def has_come() -> bool:
        found[:] = [each for each in playhead.every("sessions/") if each["job_id"] == name]
        return bool(found)

    eventually(has_come, within_s=20, what=f"there: {name}")
    return found[0]


def test_pythons_exporters_bring_what_names_the_session_into_it(playhead, environment):
    command = beside(python_driver(), "otlp.py")
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    session = session_named(playhead, "python-exporter")
    spans = playhead.every(f"sessions/{session['id']}/spans/")
    logs = playhead.every(f"sessions/{session['id']}/logs/")
    assert done.stderr == ""
    assert {span["name"] for span in spans} == {"take order", "ask the model"}
    assert session["counts"]["metric_points"] == 1
    # The log names no session, and its trace is another request's: it is found under its trace.
    assert logs == []
    assert session_named(playhead, spans[0]["trace_id"])["counts"]["logs"] == 1


def test_nodes_exporter_brings_a_trace_into_the_session_that_one_of_its_spans_names(playhead, environment):
    command = beside(node_driver(), "otlp.mjs")
    subprocess.run(command, env=environment, check=True, capture_output=True, text=True)

    session = session_named(playhead, "node-exporter")
    spans = playhead.every(f"sessions/{session['id']}/spans/")
    assert {span["name"] for span in spans} == {"take order", "ask the model"}
