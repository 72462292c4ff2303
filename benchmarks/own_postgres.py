"""A PostgreSQL of its own that may be killed, beside the machine's, with its data in a folder that goes afterwards."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.servers import free_port

READY_WITHIN_S = 60
SERVICE_USER = "postgres"
"""PostgreSQL refuses to run as root."""


@dataclass
class OwnPostgres:
    folder: Path
    port: int
    process: "subprocess.Popen[bytes] | None" = None

    @property
    def url(self) -> str:
        return f"postgres://playhead@127.0.0.1:{self.port}/postgres"

    def start(self) -> None:
        """Returns when it answers, after it has recovered."""
        if not (self.data / "PG_VERSION").exists():
            self.make()
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            if self.process is None or self.process.poll() is not None:
                self.process = self.begin()
            if self.is_ready():
                return
            time.sleep(0.1)
        raise TimeoutError((self.folder / "log").read_text()[-2000:])

    def begin(self) -> "subprocess.Popen[bytes]":
        command = [program("postgres"), "-D", str(self.data), "-p", str(self.port), "-k", str(self.folder)]
        command += ["-c", "listen_addresses=127.0.0.1"]
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True, **whose())

    def kill(self) -> None:
        """All of its processes at once, as a machine does that stops."""
        assert self.process is not None
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def make(self) -> None:
        command = [program("initdb"), "-D", str(self.data), "--username=playhead", "--auth=trust"]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, **whose())

    def is_ready(self) -> bool:
        command = [program("pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(self.port)]
        return subprocess.run(command, check=False).returncode == 0


@contextmanager
def own_postgres() -> Iterator[OwnPostgres]:
    with tempfile.TemporaryDirectory(prefix="playhead-postgres-") as name:
        if user := whose().get("user"):
            shutil.chown(name, user)
        server = OwnPostgres(Path(name), free_port())
        server.start()
        try:
            yield server
        finally:
            server.kill()


def whose() -> dict[str, Any]:
    """Arguments of Popen."""
    if os.getuid() != 0:
        return {}
    return {"user": SERVICE_USER, "group": pwd.getpwnam(SERVICE_USER).pw_gid, "cwd": "/"}


def program(name: str) -> str:
    """Debian keeps the server's programs out of the way."""
    places = [str(folder) for folder in sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)]
    found = shutil.which(name, path=os.pathsep.join([*places, os.environ.get("PATH", "")]))
    assert found, f"{name} of PostgreSQL is not installed"
    return found
