"""Arize Phoenix, installed from the package index into an environment of its own, and started to be measured."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.databases import name_of, new_database
from benchmarks.servers import Server, free_port, start, stop, wait_until_answering

VERSION = "20.26.1"
PROJECT = "default"
"""Where it puts what names no project."""
STARTS_WITHIN_S = 180
QUIET = {
    "PHOENIX_TELEMETRY_ENABLED": "false",
    "PHOENIX_ALLOW_EXTERNAL_RESOURCES": "false",
    "PHOENIX_LOGGING_MODE": "default",
}


def installed(cache: Path) -> Path:
    """Its environment below `cache`, made when it is not there."""
    home = cache / f"phoenix-{VERSION}"
    if not (home / "complete").exists():
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(home)], check=True)
        install = [str(home / "bin" / "pip"), "install", "-q", f"arize-phoenix[pg]=={VERSION}"]
        subprocess.run(install, check=True, stdout=sys.stderr)
        (home / "complete").touch()
    return home


@contextmanager
def phoenix(home: Path, database: str) -> Iterator[Server]:
    """On a new database, with its defaults."""
    with tempfile.TemporaryDirectory(prefix="phoenix-benchmark-") as name:
        if database == "sqlite":
            with phoenix_on(home, Path(name), "") as server:
                yield server
        else:
            with new_database() as database_url, phoenix_on(home, Path(name), database_url) as server:
                yield server


@contextmanager
def phoenix_on(home: Path, folder: Path, database_url: str) -> Iterator[Server]:
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG", "TZ"}}
    environment = {
        **kept,
        **QUIET,
        "PHOENIX_WORKING_DIR": str(folder),
        "PHOENIX_HOST": "127.0.0.1",
        "PHOENIX_PORT": str(port),
        "PHOENIX_GRPC_PORT": str(free_port()),
        "DATABASE_URL": database_url,  # for us: it has a name of its own for it
    }
    if database_url:
        environment["PHOENIX_SQL_DATABASE_URL"] = database_url.replace("postgres://", "postgresql://")
    command = [str(home / "bin" / "phoenix"), "serve"]
    server = Server(
        f"http://127.0.0.1:{port}",
        start(command, environment, log=home / "log"),
        environment,
        folder,
        name_of(database_url) if database_url else "",
        command=command,
        alive_path="/healthz",
        log=home / "log",
    )
    try:
        wait_until_answering(server, timeout_s=STARTS_WITHIN_S)
        yield server
    finally:
        stop(server.process)
