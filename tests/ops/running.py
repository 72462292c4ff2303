"""Playhead as an operator runs it: a process of its own, with its own data."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
READY_WITHIN_S = 50


@dataclass
class Running:
    """`url` answers; `output()` is what the operator has read so far."""

    data: Path
    port: int = 0
    process: "subprocess.Popen[bytes] | None" = None
    url: str = ""
    variables: dict[str, str] = field(default_factory=dict)

    def start(self) -> None:
        began = time.monotonic()
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, "manage.py", "up", "--port", str(self.port)],
                cwd=ROOT,
                env=self.environment(),
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        while not (ready := re.search(r"^Playhead is ready at (\S+)$", self.output(), re.MULTILINE)):
            assert self.process.poll() is None, self.output()
            assert time.monotonic() - began < READY_WITHIN_S, self.output()
            time.sleep(0.02)
        self.url = ready[1]
        self.port = int(self.url.rsplit(":", 1)[1])

    def stop(self, number: int = signal.SIGTERM) -> int:
        """The exit code."""
        assert self.process
        self.process.send_signal(number)
        return self.process.wait(30)

    def kill(self) -> None:
        assert self.process
        self.process.kill()
        self.process.wait()

    def output(self) -> str:
        return self.log.read_text() if self.log.exists() else ""

    def manage(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command, cwd=ROOT, env=self.environment(), capture_output=True, text=True, check=False
        )

    def bootstrap(self, *arguments: str) -> dict[str, Any]:
        done = self.manage("bootstrap", "--json", *arguments)
        assert done.returncode == 0, done.stderr
        made: dict[str, Any] = json.loads(done.stdout)
        return made

    def environment(self) -> dict[str, str]:
        inherited = {name: os.environ[name] for name in ["PATH", "HOME"] if name in os.environ}
        own = {"DATA_DIR": str(self.data), "PLAYHEAD_IN_VENV": "1", "DEBUG": "on"}
        return {**inherited, **own, **self.variables}

    @property
    def log(self) -> Path:
        return self.data.with_suffix(".log")


@contextmanager
def running(data: Path, **variables: str) -> Iterator[Running]:
    playhead = Running(data, variables=variables)
    playhead.start()
    try:
        yield playhead
    finally:
        if playhead.process and playhead.process.poll() is None:
            playhead.stop()
