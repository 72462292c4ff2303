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
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
TICKS_PER_S = os.sysconf("SC_CLK_TCK")


@dataclass
class Server:
    """A running Playhead and the credentials of its project."""

    url: str
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    data_dir: Path
    database_name: str = ""
    credentials: dict[str, Any] = field(default_factory=dict)

    def get(self, path: str) -> Any:
        token = self.credentials["read_token"]
        request = urllib.request.Request(self.url + path, headers={"Authorization": f"Bearer {token}"})
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.load(answer)

    def pids(self) -> list[int]:
        return [self.process.pid, *descendants(self.process.pid)]

    def cpu_s(self) -> float:
        """Processor time so far of the server, and of PostgreSQL if that is its database."""
        return sum(cpu_s_of(pid) for pid in [*self.pids(), *self.database_pids()])

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
    base = os.environ.get("DATABASE_URL", "postgres://postgres@127.0.0.1:5432/postgres")
    name = f"playhead_benchmark_{os.getpid()}"
    execute_on(base, f"CREATE DATABASE {name}")
    try:
        with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder:
            port = free_port()
            url = base.rpartition("/")[0] + f"/{name}"
            environment = {**os.environ, "DATA_DIR": folder, "DATABASE_URL": url, "LOG_LEVEL": "ERROR"}
            subprocess.run(
                [sys.executable, "manage.py", "migrate", "-v0"], cwd=ROOT, env=environment, check=True
            )
            granian = str(Path(sys.executable).with_name("granian"))
            command = [granian, "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port), "--no-ws"]
            command += [
                "--workers",
                str(workers),
                "--blocking-threads",
                "8",
                "--log-level",
                "error",
                "config.wsgi:application",
            ]
            with running(command, f"http://127.0.0.1:{port}", environment, Path(folder)) as server:
                server.database_name = name
                yield server
    finally:
        execute_on(base, f"DROP DATABASE {name} WITH (FORCE)")


@contextmanager
def running(command: list[str], url: str, environment: dict[str, str], folder: Path) -> Iterator[Server]:
    server = Server(url, start(command, environment), environment, folder)
    try:
        wait_until_answering(server)
        server.credentials = bootstrap(environment | {"BASE_URL": url})
        yield server
    finally:
        stop(server.process)


def start(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL)


def stop(process: subprocess.Popen[bytes]) -> None:
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
            with urllib.request.urlopen(server.url + "/livez", timeout=2):
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
    command = [
        sys.executable,
        "manage.py",
        "bootstrap",
        "--json",
        "--project",
        "benchmark",
        "--plan",
        "enterprise",
    ]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, capture_output=True)
    return dict(json.loads(done.stdout))


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def execute_on(database_url: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]


def descendants(pid: int) -> list[int]:
    children = [
        int(child)
        for task in Path(f"/proc/{pid}/task").glob("*/children")
        for child in task.read_text().split()
    ]
    return children + [grandchild for child in children for grandchild in descendants(child)]


def processes_named(name: str) -> list[int]:
    return [int(p.parent.name) for p in Path("/proc").glob("[0-9]*/comm") if read(p).strip() == name]


def command_of(pid: int) -> str:
    return read(Path(f"/proc/{pid}/cmdline")).replace("\0", " ")


def cpu_s_of(pid: int) -> float:
    fields = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS_PER_S if fields else 0.0


def memory_mb_of(pid: int) -> float:
    lines = read(Path(f"/proc/{pid}/status")).splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def read(path: Path) -> str:
    """A process may be gone by the time one looks."""
    try:
        return path.read_text()
    except OSError:
        return ""
