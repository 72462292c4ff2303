"""Servers in processes of their own, on the tests' database."""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson
from django.db import connection

from tests.live.viewer import EVENTUALLY_S

ROOT = Path(__file__).resolve().parent.parent.parent
BUSY_PATH = "/busy"
_begun: list["Server"] = []


@dataclass
class Server:
    port: int
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def ws(self) -> str:
        return f"ws://127.0.0.1:{self.port}/ws"

    def post(self, path: str, body: bytes, **headers: str) -> int:
        request = urllib.request.Request(self.url + path, body, headers)
        try:
            with urllib.request.urlopen(request, timeout=EVENTUALLY_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code

    def get(self, path: str, **headers: str) -> Any:
        with urllib.request.urlopen(
            urllib.request.Request(self.url + path, headers=headers), timeout=EVENTUALLY_S
        ) as answer:
            return orjson.loads(answer.read())

    def await_quiet(self) -> None:
        """Until nothing runs in it. Asked twice: what a closed line had still sent may come to light in between."""
        deadline = time.monotonic() + EVENTUALLY_S
        quiet = 0
        while quiet < 2:
            if time.monotonic() > deadline:
                raise TimeoutError("A server is still at work: was a socket left open?")
            time.sleep(0.02)
            quiet = quiet + 1 if self.get(BUSY_PATH) == 0 else 0


def await_quiet_servers() -> None:
    """Emptying the tables would meet what a server still does for a line that is closed: a deadlock on PostgreSQL."""
    for server in _begun:
        if server.process.poll() is None:
            server.await_quiet()


def begin(port: int, **environment: str) -> Server:
    name = str(connection.settings_dict["NAME"])
    env = {
        **os.environ,
        "LIVE_TEST_DATABASE": name,
        "LOG_LEVEL": "ERROR",
        "PYTHONFAULTHANDLER": "1",
        **environment,
    }
    command = [sys.executable, "-m", "tests.live.serve", str(port)]
    server = Server(port, subprocess.Popen(command, cwd=ROOT, env=env))
    deadline = time.monotonic() + EVENTUALLY_S
    while time.monotonic() < deadline:
        try:
            urllib.request.urlopen(server.url + "/livez", timeout=5).close()
        except OSError:
            time.sleep(0.05)
        else:
            _begun.append(server)
            return server
    server.process.send_signal(signal.SIGABRT)  # says on stderr where it hangs
    server.process.wait(20)
    raise TimeoutError("The server does not answer.")


def collect_static_files() -> dict[str, str]:
    """As at a start in production, once for all servers that are given what this returns."""
    chosen = {"DJANGO_SETTINGS_MODULE": "tests.live.server_settings", "LIVE_TEST_COLLECTED": "1"}
    environment = {**os.environ, "LIVE_TEST_DATABASE": "", **chosen}
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "-v0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True)
    return {"LIVE_TEST_COLLECTED": "1"}


def end(server: Server, how: signal.Signals = signal.SIGTERM) -> None:
    server.process.send_signal(how)
    server.process.wait(20)


@contextmanager
def running(port: int, **environment: str) -> Iterator[Server]:
    server = begin(port, **environment)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            end(server)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
