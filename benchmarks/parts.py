"""Starts all parts of production but the proxy, as docker/run does, on a database and a Redis of their own."""

import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.databases import name_of, new_database
from benchmarks.servers import ROOT, Server, bootstrap, free_port, stop, wait_until_answering
from tests.stack.storage import redis

PARTS = ("live", "worker", "long-worker", "beat")
"""Beside web."""


@contextmanager
def all_parts(**variables: str) -> Iterator[Server]:
    """web answers at `url`, live at `live_url`. What the parts write is in `parts.log` of the data's folder."""
    with (
        new_database() as database_url,
        tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as name,
    ):
        folder, cache = Path(name), redis(Path(name) / "cache")
        environment = environment_of(folder, database_url, cache.port) | variables
        parts: list[subprocess.Popen[bytes]] = []
        cache.start()
        try:
            subprocess.run(["docker/run", "prepare"], cwd=ROOT, env=environment, check=True)
            parts += [begun(part, environment, folder) for part in ("web", *PARTS)]
            url, live_url = (f"http://{environment[name]}" for name in ("WEB", "LIVE"))
            server = Server(url, parts[0], environment, folder, name_of(database_url), live_url=live_url)
            server.others = parts[1:]
            wait_until_answering(server)
            server.credentials = bootstrap(environment)
            yield server
        finally:
            for part in reversed(parts):
                stop(part)
            cache.stop()


def environment_of(folder: Path, database_url: str, redis_port: int) -> dict[str, str]:
    web = f"127.0.0.1:{free_port()}"
    return {
        **os.environ,
        "PLAYHEAD_IN_VENV": "1",
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "REDIS_URL": f"redis://127.0.0.1:{redis_port}/0",
        "WEB": web,
        "LIVE": f"127.0.0.1:{free_port()}",
        "BASE_URL": f"http://{web}",
        "BEHIND_PROXY": "off",
        "LOG_FORMAT": "json",
    }


def begun(part: str, environment: dict[str, str], folder: Path) -> "subprocess.Popen[bytes]":
    with (folder / "parts.log").open("ab") as log:
        return subprocess.Popen(
            ["docker/run", part], cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )


def errors_logged(server: Server) -> list[str]:
    lines = (server.data_dir / "parts.log").read_text(errors="replace").splitlines()
    return [line for line in lines if is_error(line)]


def is_error(line: str) -> bool:
    return line.startswith("Traceback") or '"level":"error"' in line.replace(" ", "").lower()
