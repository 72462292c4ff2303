"""A PostgreSQL of a benchmark's own, with its own settings: the one that is there has others, and other work."""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

from benchmarks.databases import execute_on
from benchmarks.processes import TICKS_PER_S, descendants, read
from benchmarks.servers import free_port

PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
SUPERUSER = "postgres"
USER = SUPERUSER if os.geteuid() == 0 else None
"""PostgreSQL does not run as root."""


@dataclass
class Postgres:
    port: int
    folder: str
    options: list[str]
    process: "subprocess.Popen[bytes]"

    def url(self, database: str = "postgres") -> str:
        return f"postgres://{SUPERUSER}@127.0.0.1:{self.port}/{database}"

    def cpu_s(self) -> float:
        """Of all its processes, those that have ended among them: vacuum's come and go."""
        return sum(cpu_with_ended_s(pid) for pid in [self.process.pid, *descendants(self.process.pid)])

    def kill(self) -> None:
        """As a power cut."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    def start_again(self) -> None:
        """Returns when it answers. It refuses to start while a process of the former one is there."""
        for _ in range(600):
            if self.process.poll() is not None:
                self.process = begun(self.folder, self.options)
            with suppress(psycopg.OperationalError):
                return execute_on(self.url(), "SELECT 1")
            time.sleep(0.1)
        raise TimeoutError("PostgreSQL does not start again.")


@contextmanager
def own_postgresql(**settings: str) -> Iterator[Postgres]:
    with folder_of_its_own() as folder:
        options = ["-U", SUPERUSER, "--auth=trust", "-E", "UTF8", "--no-instructions"]
        run([program("initdb"), "-D", f"{folder}/data", *options], folder)
        with started(folder, settings) as server:
            yield server


@contextmanager
def standby_of(primary: Postgres) -> Iterator[Postgres]:
    """One that follows it, from now on."""
    with folder_of_its_own() as folder:
        options = ["-R", "-X", "stream", "-c", "fast", "-d", primary.url()]
        run([program("pg_basebackup"), "-D", f"{folder}/data", *options], folder)
        with started(folder, {}) as server:
            yield server


@contextmanager
def folder_of_its_own() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="playhead-postgresql-", ignore_cleanup_errors=True) as folder:
        if USER:
            shutil.chown(folder, USER)
        yield folder


def run(command: list[str], folder: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, user=USER, cwd=folder)


@contextmanager
def started(folder: str, settings: dict[str, str]) -> Iterator[Postgres]:
    port = free_port()
    told = {"port": str(port), "unix_socket_directories": folder, "logging_collector": "off", **settings}
    options = [word for name, value in told.items() for word in ("-c", f"{name}={value}")]
    server = Postgres(port, folder, options, begun(folder, options))
    try:
        wait_until_answering(server)
        yield server
    finally:
        if server.process.poll() is None:
            server.process.send_signal(signal.SIGINT)  # its clients are sent away
            server.process.wait(60)


def begun(folder: str, options: list[str]) -> "subprocess.Popen[bytes]":
    with Path(folder, "log").open("ab") as log:
        return subprocess.Popen(
            [program("postgres"), "-D", f"{folder}/data", *options],
            user=USER,
            cwd=folder,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )


def wait_until_answering(server: Postgres) -> None:
    for _ in range(300):
        try:
            return execute_on(server.url(), "SELECT 1")
        except psycopg.OperationalError:
            time.sleep(0.1)
    raise TimeoutError("PostgreSQL does not answer.")


def program(name: str) -> str:
    found = PROGRAMS[-1] / name if PROGRAMS else shutil.which(name)
    return str(found)


def cpu_with_ended_s(pid: int) -> float:
    fields = read(Path(f"/proc/{pid}/stat")).rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / TICKS_PER_S if fields else 0.0
