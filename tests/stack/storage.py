"""A Redis and an S3 of one's own, which may be stopped and started again."""

import os
import signal
import socket
import subprocess
import time
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from tests.sdk.playhead import free_port
from tests.stack.tools import tool

ANSWERS_WITHIN_S = 30
BUCKET = "playhead"


@dataclass
class Service:
    """A process that listens on a port."""

    command: list[str]
    port: int
    folder: Path
    variables: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[bytes] | None" = None

    def start(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                self.command,
                cwd=self.folder,
                env={**os.environ, **self.variables},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        await_port(self.port)

    def stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


def redis(folder: Path) -> Service:
    port = free_port()
    return Service(
        ["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", ""], port, folder / "redis"
    )


def bucket(folder: Path) -> Service:
    """SeaweedFS: it checks signatures and keeps what it has over a restart."""
    ports = {name: free_port() for name in ["s3.port", "master.port", "volume.port", "filer.port"]}
    grpc = {f"{name}.grpc": free_port() for name in ports}
    home = folder / "bucket"
    here = ["-ip=127.0.0.1", "-ip.bind=127.0.0.1", "-admin.ui=false", "-webdav=false", f"-dir={home}"]
    numbers = [f"-{name}={port}" for name, port in {**ports, **grpc}.items()]
    command = [tool("weed"), "mini", *here, *numbers, f"-bucket={BUCKET}"]
    return Service(command, ports["s3.port"], home, credentials())


def credentials() -> dict[str, str]:
    return {"AWS_ACCESS_KEY_ID": "stack", "AWS_SECRET_ACCESS_KEY": "a-secret-of-the-stack"}


def await_port(port: int) -> None:
    deadline = time.monotonic() + ANSWERS_WITHIN_S
    while time.monotonic() < deadline:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=1):
            return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing listens on port {port} after {ANSWERS_WITHIN_S} s")
