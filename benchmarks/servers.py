"""Starts a real Playhead to measure, and says what it costs."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.databases import disk_bytes, name_of, new_database
from benchmarks.processes import (
    command_of,
    cpu_s_behind,
    cpu_s_of,
    descendants,
    memory_mb_of,
    processes_named,
)

ROOT = Path(__file__).resolve().parent.parent


@dataclass
class Server:
    """A running Playhead and the credentials of its project."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    data_dir: Path
    database_name: str = ""
    credentials: dict[str, Any] = field(default_factory=dict)
    command: list[str] = field(default_factory=list)
    alive_path: str = "/livez"
    live_url: str = ""
    """Where websockets are, if not there as well."""
    log: Path | None = None
    others: "list[subprocess.Popen[bytes]]" = field(default_factory=list)
    """Parts that run beside the process."""

    def __post_init__(self) -> None:
        self.live_url = self.live_url or self.url

    def get(self, path: str) -> Any:
        token = self.credentials["read_token"]
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def pids(self) -> list[int]:
        roots = [self.process.pid, *(other.pid for other in self.others)]
        return [pid for root in roots for pid in (root, *descendants(root))]

    def cpu_s(self) -> float:
        """Processor time so far of the server, and of PostgreSQL if that is its database."""
        return sum(cpu_s_of(pid) for pid in [*self.pids(), *self.database_pids()])

    def cpu_s_behind(self) -> float:
        """Of that, what was spent on jobs within the process that serves."""
        return sum(cpu_s_behind(pid) for pid in self.pids())

    def database_pids(self) -> list[int]:
        """PostgreSQL's connections to our database, and its writers, which work for everybody."""
        ours = (f" {self.database_name} ", "walwriter", "checkpointer", "background writer")
        return (
            [pid for pid in processes_named("postgres") if any(word in command_of(pid) for word in ours)]
            if self.database_name
            else []
        )

    def memory_mb(self) -> list[float]:
        """Resident memory of each process, largest first."""
        return sorted((memory_mb_of(pid) for pid in self.pids()), reverse=True)

    @property
    def database_url(self) -> str:
        """Empty if its database is a file of its folder."""
        return self.environment["DATABASE_URL"] if self.database_name else ""

    def disk_bytes(self) -> int:
        return disk_bytes(self.data_dir, self.database_url)

    def kill(self) -> None:
        """All of its processes at once, by SIGKILL."""
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """On the same data; stopped first, if it runs."""
        stop(self.process)
        self.process = start(self.command, self.environment, log=self.log)
        wait_until_answering(self)


@contextmanager
def embedded() -> Iterator[Server]:
    """`manage.py up` on SQLite, in one process: a second start, when the demo sessions have been made."""
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
        with embedded_on(Path(folder)) as first:
            wait_until_worked_off(first)
        with embedded_on(Path(folder)) as server:
            server.credentials = first.credentials  # secrets are told once
            yield server


@contextmanager
def embedded_on(folder: Path) -> Iterator[Server]:
    port = free_port()
    environment = {**os.environ, "DATA_DIR": str(folder), "LOG_LEVEL": "ERROR"}
    environment.pop("DATABASE_URL", None)
    environment.pop("REDIS_URL", None)
    command = [sys.executable, "manage.py", "up", "--port", str(port)]
    with running(command, f"http://127.0.0.1:{port}", environment, folder) as server:
        yield server


@contextmanager
def production(*, workers: int = 2) -> Iterator[Server]:
    """granian serving the WSGI application, on a new database of the PostgreSQL that DATABASE_URL names."""
    with (
        new_database() as database_url,
        tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder,
    ):
        port = free_port()
        environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": database_url, "LOG_LEVEL": "ERROR"}
        environment["MALLOC_ARENA_MAX"] = "2"  # as docker/run does
        manage(environment, "migrate", "-v0")
        granian = str(Path(sys.executable).with_name("granian"))
        command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
        command += ["--workers", str(workers), "--blocking-threads", "8", "--log-level", "error"]
        command += ["config.web:application"]
        with running(command, f"http://127.0.0.1:{port}", environment, Path(folder)) as server:
            server.database_name = name_of(database_url)
            yield server


@contextmanager
def running(command: list[str], url: str, environment: dict[str, str], folder: Path) -> Iterator[Server]:
    server = Server(url, start(command, environment), environment, folder, command=command)
    try:
        wait_until_answering(server)
        server.credentials = bootstrap(environment | {"BASE_URL": url})
        yield server
    finally:
        stop(server.process)


def manage(environment: dict[str, str], *words: str) -> str:
    """What the command prints."""
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True
    ).stdout


def start(
    command: list[str], environment: dict[str, str], *, log: Path | None = None
) -> subprocess.Popen[bytes]:
    """What it complains of is shown, if it is not to go to a log."""
    with ExitStack() as life:
        complaints = life.enter_context(log.open("ab")) if log else None
        return subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=complaints
        )


def stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is not None:
        return
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until_answering(server: Server, *, timeout_s: float = 90) -> None:
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(server.url + server.alive_path, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise TimeoutError(f"{server.url} did not answer within {timeout_s} s")


def wait_until_idle(server: Server, *, timeout_s: float = 90, share: float = 0.1) -> None:
    """Until it takes less than a tenth of a core for two seconds."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        before = server.cpu_s()
        time.sleep(2)
        if server.cpu_s() - before < 2 * share:
            return
    raise TimeoutError(f"The server was still at work after {timeout_s} s")


def wait_until_worked_off(server: Server, *, timeout_s: float = 90) -> None:
    """Until nothing waits for the embedded worker: a recording that it reads later costs memory later."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        wait_until_idle(server)
        with closing(sqlite3.connect(server.data_dir / "playhead.sqlite3")) as database:
            [(waiting,)] = database.execute("SELECT count(*) FROM observability_job WHERE state <> 'done'")
        if not waiting:
            return
    raise TimeoutError(f"The worker had still something to do after {timeout_s} s")


def bootstrap(environment: dict[str, str]) -> dict[str, Any]:
    words = ["bootstrap", "--json", "--project", "benchmark", "--plan", "enterprise"]
    return dict(json.loads(manage(environment, *words)))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
