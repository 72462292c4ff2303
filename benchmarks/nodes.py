"""What more web servers and a pooler before PostgreSQL cost or give, on one machine.

    python benchmarks/nodes.py [--rounds 3] [--sessions 48] [ways …]

Each way has two processes of web: `one` server of both, `two` servers of one each behind nginx, `pooled` the same with
PgBouncer in transaction mode before PostgreSQL, `prepared` that one with DATABASE_PREPARE left on. In turns, on new
databases; every session is read back whole. It fails if an upload is refused or a span is missing, except for
`prepared`, which shows why the setting is off. It needs nginx with its echo module, and pgbouncer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import execute_on
from benchmarks.ingest import queues_of, spans_of
from benchmarks.load import send_as_fast_as_possible
from benchmarks.machine import slowness
from benchmarks.servers import (
    ROOT,
    Server,
    bootstrap,
    cpu_s_of,
    descendants,
    free_port,
    stop,
    wait_until_answering,
    wait_until_idle,
)
from benchmarks.sessions import generated_sessions
from tests.stack.pooler import pooler, through

WAYS = ("one", "two", "pooled", "prepared")
THREADS = 8
POOL = 6
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = %s"


@dataclass
class Nodes(Server):
    """Several processes that are one Playhead."""

    others: list[int] = field(default_factory=list)

    def pids(self) -> list[int]:
        return [pid for each in (self.process.pid, *self.others) for pid in (each, *descendants(each))]


@dataclass
class Measured:
    spans_per_s: list[float] = field(default_factory=list)
    web_ms: list[float] = field(default_factory=list)
    """An upload's processor time, of nginx and PgBouncer too."""
    postgresql_ms: list[float] = field(default_factory=list)
    p99_ms: list[float] = field(default_factory=list)
    connections: int = 0
    refused: int = 0
    missing: int = 0


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ways", nargs="*", default=[], choices=[[], *WAYS])
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=48)
    arguments = parser.parse_args()
    found = {way: Measured() for way in arguments.ways or WAYS}
    for number in range(arguments.rounds):
        for way, measured in found.items():
            with nodes(way) as server:
                add_round(server, measured, arguments.sessions, seed=number)
    print(f"time this machine takes for 1 s where the goals were set: {slowness():.2f} s")
    heads = ("spans/s", "web ms", "PostgreSQL ms", "p99 ms", "connections", "refused", "missing")
    print(f"{'':<10}" + "".join(f"{head:>15}" for head in heads))
    for way, of in found.items():
        print(
            f"{way:<10}{median(of.spans_per_s):>15,.0f}{median(of.web_ms):>15.2f}{median(of.postgresql_ms):>15.2f}"
            f"{median(of.p99_ms):>15.0f}{of.connections:>15}{of.refused:>15}{of.missing:>15}"
        )
    return int(any(of.refused or of.missing for way, of in found.items() if way != "prepared"))


def add_round(server: Nodes, measured: Measured, count: int, *, seed: int) -> None:
    time.sleep(2)
    warm = list(generated_sessions(12, seed=900 + seed))
    send_as_fast_as_possible(server.url, queues_of(server, warm))
    sessions = list(generated_sessions(count, seed=seed))
    began = web_s(server), postgresql_s(server)
    outcome = send_as_fast_as_possible(server.url, queues_of(server, sessions))
    uploads = sum(len(session.bodies) for session in sessions)
    measured.web_ms.append((web_s(server) - began[0]) / uploads * 1000)
    measured.postgresql_ms.append((postgresql_s(server) - began[1]) / uploads * 1000)
    measured.spans_per_s.append(sum(session.spans for session in sessions) / outcome.wall_s)
    measured.p99_ms.append(outcome.percentile_ms(0.99) if outcome.acknowledged_s else 0)
    measured.refused += len(outcome.refused)
    measured.connections = max(measured.connections, connections_of(server))
    wait_until_idle(server)
    if not outcome.refused:
        measured.missing += sum(session.spans - spans_of(server, session.job_id) for session in sessions)


def web_s(server: Nodes) -> float:
    return sum(map(cpu_s_of, server.pids()))


def postgresql_s(server: Nodes) -> float:
    return sum(map(cpu_s_of, server.database_pids()))


def connections_of(server: Nodes) -> int:
    import psycopg

    with psycopg.connect(base_url(), autocommit=True) as database:
        row = database.execute(CONNECTED, [server.database_name]).fetchone()
    return int(row[0]) if row else 0


@contextmanager
def nodes(way: str) -> Iterator[Nodes]:
    name, servers = f"playhead_benchmark_{os.getpid()}", 1 if way == "one" else 2
    execute_on(base_url(), f"CREATE DATABASE {name}")
    with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder, ExitStack() as ending:
        ending.callback(execute_on, base_url(), f"DROP DATABASE {name} WITH (FORCE)")
        environment = environment_of(Path(folder), base_url().rpartition("/")[0] + f"/{name}")
        others: list[int] = []
        if way in ("pooled", "prepared"):
            pool = pooler(Path(folder), base_url(), connections=POOL)
            pool.start()
            ending.callback(pool.stop)
            others.append(pool.process.pid if pool.process else 0)
            prepare = "on" if way == "prepared" else "off"
            environment |= {
                "DATABASE_URL": through(pool, environment["DATABASE_URL"]),
                "DATABASE_POOLED": "on",
            }
            environment |= {"DATABASE_PREPARE": prepare}
        run(ending, [sys.executable, "manage.py", "migrate", "-v0"], environment).wait()
        ports = [free_port() for _ in range(servers)]
        others += [run(ending, granian(port, 2 // servers), environment).pid for port in ports]
        listen = free_port()
        web = ",".join(f"127.0.0.1:{port}" for port in ports)
        proxied = {"WEB": web, "LIVE": web, "PROXY_LISTEN": f"127.0.0.1:{listen}"}
        process = run(ending, ["docker/run", "proxy"], environment | proxied)
        server = Nodes(f"http://127.0.0.1:{listen}", process, environment, Path(folder), name, others=others)
        wait_until_answering(server)
        server.credentials = bootstrap(environment | {"BASE_URL": server.url})
        yield server


def base_url() -> str:
    return os.environ.get("DATABASE_URL", "postgres://root@127.0.0.1:5432/postgres")


def environment_of(folder: Path, database_url: str) -> dict[str, str]:
    own = {
        "DATA_DIR": str(folder),
        "DATABASE_URL": database_url,
        "LOG_LEVEL": "CRITICAL",
        "PLAYHEAD_IN_VENV": "1",
    }
    return {**os.environ, **own, "PATH": f"{os.environ['PATH']}:/usr/sbin"}


def granian(port: int, processes: int) -> list[str]:
    program = str(Path(sys.executable).with_name("granian"))
    where = [
        "--interface",
        "wsgi",
        "--no-ws",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--log-level",
        "error",
    ]
    many = ["--workers", str(processes), "--blocking-threads", str(THREADS)]
    return [program, *where, *many, "config.web:application"]


def run(ending: ExitStack, command: list[str], environment: dict[str, str]) -> "subprocess.Popen[bytes]":
    """Without its log: where uploads are refused by the thousand, each would be a line."""
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)
    ending.callback(stop, process)
    return process


if __name__ == "__main__":
    sys.exit(main())
