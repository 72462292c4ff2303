"""Ingest needs the database and nothing else: no Redis, no worker, no scheduler."""

import json
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.captured import captured
from tests.sending import PROTOBUF, spans, token

ROOT = Path(__file__).resolve().parent.parent.parent
NOBODY_LISTENS = "redis://127.0.0.1:1/0"


@dataclass
class Server:
    url: str
    project: dict[str, Any]

    def upload(self, endpoint: str, body: bytes, content_type: str) -> int:
        bearer = token(key=self.project["api_key"], secret=self.project["api_secret"])
        headers = {"Authorization": f"Bearer {bearer}", "Content-Type": content_type, "User-Agent": "test"}
        request = urllib.request.Request(f"{self.url}/p/demo/observability/{endpoint}", body, headers)
        with urllib.request.urlopen(request, timeout=20) as answer:
            return int(answer.status)

    def get(self, path: str) -> Any:
        headers = {"Authorization": f"Bearer {self.project['read_token']}"}
        with urllib.request.urlopen(
            urllib.request.Request(self.url + path, headers=headers), timeout=20
        ) as answer:
            return json.load(answer)


@pytest.fixture
def web_alone(tmp_path: Path, unused_port: int) -> Iterator[Server]:
    """Only the WSGI application, told of a Redis that does not answer."""
    environment = {**os.environ, "DATA_DIR": str(tmp_path), "REDIS_URL": NOBODY_LISTENS, "LOG_LEVEL": "ERROR"}
    environment.pop("DATABASE_URL", None)
    told = subprocess.run(
        [sys.executable, "manage.py", "bootstrap", "--json", "--project", "demo"],
        cwd=ROOT,
        env=environment,
        check=True,
        capture_output=True,
    )
    granian = [
        str(Path(sys.executable).with_name("granian")),
        "--interface",
        "wsgi",
        "--port",
        str(unused_port),
    ]
    process = subprocess.Popen(
        [*granian, "--log-level", "error", "config.web:application"], cwd=ROOT, env=environment
    )
    server = Server(f"http://127.0.0.1:{unused_port}", json.loads(told.stdout))
    try:
        wait_for(server.url + "/livez")
        yield server
    finally:
        process.terminate()
        process.wait(20)


def wait_for(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(url, timeout=2).close()
            return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(url)


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_uploads_are_kept_and_readable_without_redis_worker_and_scheduler(web_alone):
    [recording] = [request for request in captured("node/1.9.0_no_logs") if request.signal == "recordings"]

    answers = [
        web_alone.upload("traces/otlp/v0", spans("llm_node", "job_entrypoint"), PROTOBUF),
        web_alone.upload("recordings/v0", recording.body, recording.content_type),
    ]

    sessions = web_alone.get("/api/v1/projects/demo/sessions/")["results"]
    assert answers == [200, 200]
    assert len(sessions) == 2
    by_job = {session["job_id"]: session["id"] for session in sessions}
    found = web_alone.get(f"/api/v1/projects/demo/sessions/{by_job['AJ_1']}/spans/")["results"]
    assert [span["name"] for span in found] == ["llm_node", "job_entrypoint"]
