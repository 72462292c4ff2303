"""All of production on this machine: nginx before web, live, workers and beat, on PostgreSQL, Redis and S3."""

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import psycopg

from benchmarks.processes import descendants
from tests.sdk.environments import ROOT
from tests.sdk.playhead import KEPT_VARIABLES, free_port
from tests.stack.pooler import pooler, through
from tests.stack.storage import BUCKET, Service, bucket, credentials, redis
from tests.stack.tools import tool

POSTGRES = os.environ.get("STACK_DATABASE_URL", "postgres://root@127.0.0.1:5432/postgres")
READY_WITHIN_S = 90


@dataclass
class Answer:
    status: int
    headers: Message
    body: bytes
    seconds: float = 0.0


@dataclass
class Stack:
    url: str
    environment: dict[str, str]
    redis: Service
    bucket: Service
    process: "subprocess.Popen[bytes]"
    log: Path
    project: dict[str, Any] = field(default_factory=dict)

    @property
    def run_dir(self) -> Path:
        return Path(self.environment["DATA_DIR"]) / "run"

    def control(self, *words: str) -> str:
        """`supervisorctl restart web` and its like, as an operator says it."""
        command = [tool("supervisorctl"), "-c", "docker/supervisord.conf", *words]
        variables = {**self.environment, "RUN_DIR": str(self.run_dir)}
        done = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
        return done.stdout + done.stderr

    def pid_of(self, part: str) -> int:
        return int(self.control("pid", part))

    def bodies_held(self) -> list[str]:
        """Files that the proxy writes bodies to; they have no name in any folder any more."""
        folder = str(self.run_dir / "bodies")
        handles = [
            handle
            for pid in descendants(self.pid_of("proxy"))
            for handle in Path(f"/proc/{pid}/fd").iterdir()
        ]
        return [name for name in map(link_of, handles) if name.startswith(folder)]

    def manage(self, *words: str) -> str:
        command = [sys.executable, "manage.py", *words]
        return subprocess.check_output(command, cwd=ROOT, env=self.environment, text=True)

    def ask(self, path: str, body: bytes | None = None, *, timeout_s: float = 60, **headers: str) -> Answer:
        """What the proxy answers, whatever its status."""
        began = time.monotonic()
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urlopen(Request(self.url + path, body, named), timeout=timeout_s) as answer:
                found = Answer(answer.status, answer.headers, answer.read())
        except HTTPError as error:
            found = Answer(error.code, error.headers, error.read())
        found.seconds = time.monotonic() - began
        return found

    def api(self, path: str) -> Any:
        where = f"/api/v1/projects/{self.project['project']}/{path}"
        answer = self.ask(where, Authorization=f"Bearer {self.project['read_token']}")
        assert answer.status == 200, (answer.status, answer.body[:300])
        return json.loads(answer.body)

    def every(self, path: str) -> list[dict[str, Any]]:
        results: list[dict[str, Any]] = []
        page = self.api(path)
        while True:
            results += page["results"]
            if not page["next"]:
                return results
            page = self.api(page["next"].partition(f"/projects/{self.project['project']}/")[2])

    def await_ready(self) -> None:
        deadline = time.monotonic() + READY_WITHIN_S
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()[-3000:]
            with suppress(OSError):
                if self.ask("/readyz").status == 200:
                    return
            time.sleep(0.2)
        raise TimeoutError(self.log.read_text()[-3000:])


@contextmanager
def production(folder: Path, *, is_pooled: bool = False, **variables: str) -> Iterator[Stack]:
    """Yields when it answers; the folder holds its data and its logs."""
    cache, store, pool = redis(folder), bucket(folder), pooler(folder, POSTGRES)
    name = f"playhead_stack_{secrets.token_hex(4)}"
    execute(f"CREATE DATABASE {name}")
    process = None
    try:
        cache.start()
        store.start()
        listen = f"127.0.0.1:{free_port()}"
        environment = environment_of(folder / "data", listen, name, cache, store) | variables
        if is_pooled:
            pool.start()
            environment |= {
                "DATABASE_URL": through(pool, environment["DATABASE_URL"]),
                "DATABASE_POOLED": "on",
            }
        log = folder / "stack.log"
        with log.open("wb") as out:
            process = subprocess.Popen(
                ["docker/run", "all"], cwd=ROOT, env=environment, stdout=out, stderr=subprocess.STDOUT
            )
        stack = Stack(f"http://{listen}", environment, cache, store, process, log)
        stack.await_ready()
        stack.project = json.loads(
            stack.manage("bootstrap", "--json", "--project", "demo", "--plan", "scale")
        )
        yield stack
    finally:
        if process:
            process.terminate()
            process.wait(90)
        for service in (cache, store, pool):
            service.stop()
        execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def environment_of(data: Path, listen: str, database: str, cache: Service, store: Service) -> dict[str, str]:
    """None of the machine's own settings but where programs are found."""
    kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
    return {
        **kept,
        **credentials(),
        "PATH": f"{Path(sys.executable).parent}:{kept['PATH']}:/usr/sbin",
        "PLAYHEAD_IN_VENV": "1",
        "LOG_FORMAT": "json",
        "METRICS_TOKEN": "metrics-of-the-stack",
        "DATA_DIR": str(data),
        "BASE_URL": f"http://{listen}",
        "PROXY_LISTEN": listen,
        "WEB": f"127.0.0.1:{free_port()}",
        "LIVE": f"127.0.0.1:{free_port()}",
        "DATABASE_URL": POSTGRES.rpartition("/")[0] + f"/{database}",
        "REDIS_URL": f"redis://127.0.0.1:{cache.port}/0",
        "AWS_STORAGE_BUCKET_NAME": BUCKET,
        "AWS_S3_ENDPOINT_URL": f"http://127.0.0.1:{store.port}",
        "SUPERVISORD": tool("supervisord"),
    }


def link_of(handle: Path) -> str:
    """A handle may be closed by the time one looks."""
    try:
        return str(handle.readlink())
    except OSError:
        return ""


def execute(statement: str) -> None:
    with psycopg.connect(POSTGRES, autocommit=True) as connection:
        connection.execute(statement)  # type: ignore[call-overload]
