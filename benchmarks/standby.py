"""A second PostgreSQL that follows the first: what it costs uploads, how far it is behind, and what a failover loses.

    python benchmarks/standby.py [--seconds 15] [--sessions 24] [alone asynchronous synchronous]

The first is killed under load, the second promoted, and each session's journal there compared with what was
acknowledged. It fails if a synchronous standby lacks an upload.
"""

import argparse
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import psycopg

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import execute_on
from benchmarks.ingest import CONNECTIONS, REQUESTS_A_SESSION, REQUESTS_PER_S, queues_of
from benchmarks.load import send_as_fast_as_possible, send_at_rate, send_until_cut
from benchmarks.nodes import environment_of, granian, run
from benchmarks.own_postgresql import Postgres, own_postgresql, standby_of
from benchmarks.servers import Server, bootstrap, free_port, wait_until_answering
from benchmarks.sessions import GeneratedSession, generated_sessions

WAYS = ("alone", "asynchronous", "synchronous")
CUT_AFTER_S = 4.0
BEHIND = "SELECT EXTRACT(EPOCH FROM replay_lag) * 1000 FROM pg_stat_replication"
CURSORS = "SELECT job_id, cursor FROM observability_session"


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("ways", nargs="*", default=[], choices=[[], *WAYS])
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--sessions", type=int, default=24)
    arguments = parser.parse_args()
    lost = 0
    for way in arguments.ways or WAYS:
        with tempfile.TemporaryDirectory(prefix="playhead-benchmark-") as folder, ExitStack() as ending:
            primary = ending.enter_context(own_postgresql())
            server = ending.enter_context(web_on(primary, Path(folder)))
            second = None if way == "alone" else ending.enter_context(standby_of(primary))
            if way == "synchronous":
                execute_on(primary.url(), "ALTER SYSTEM SET synchronous_standby_names = '*'")
                execute_on(primary.url(), "SELECT pg_reload_conf()")
            print(f"{way:<14}{speeds(server, primary, arguments)}", flush=True)
            if second is not None:
                missing, told = after_failover(server, primary, second)
                lost += missing if way == "synchronous" else 0
                print(f"{'':<14}{told}", flush=True)
    return int(lost > 0)


@contextmanager
def web_on(primary: Postgres, folder: Path) -> Iterator[Server]:
    with ExitStack() as ending:
        environment = environment_of(folder, primary.url())
        run(ending, [sys.executable, "manage.py", "migrate", "-v0"], environment).wait()
        port = free_port()
        server = Server(
            f"http://127.0.0.1:{port}", run(ending, granian(port, 2), environment), environment, folder
        )
        wait_until_answering(server)
        server.credentials = bootstrap(environment | {"BASE_URL": server.url})
        yield server


def speeds(server: Server, primary: Postgres, arguments: argparse.Namespace) -> str:
    send_as_fast_as_possible(server.url, queues_of(server, list(generated_sessions(4, seed=2))))
    calm = generated_sessions(1 + arguments.seconds * REQUESTS_PER_S // REQUESTS_A_SESSION, seed=3)
    requests = [request for queue in queues_of(server, list(calm)) for request in queue]
    requests = requests[: arguments.seconds * REQUESTS_PER_S]
    paced = send_at_rate(server.url, requests, per_s=REQUESTS_PER_S, connections=CONNECTIONS)
    sessions = list(generated_sessions(arguments.sessions, seed=4))
    fast = send_as_fast_as_possible(server.url, queues_of(server, sessions))
    behind = [f"{lag or 0:.1f} ms" for (lag,) in asked(primary, BEHIND)]
    refused = len(paced.refused) + len(fast.refused)
    return (
        f"{sum(session.spans for session in sessions) / fast.wall_s:,.0f} spans/s; at {REQUESTS_PER_S} uploads/s"
        f" p50 {paced.percentile_ms(0.5):.1f}, p99 {paced.percentile_ms(0.99):.1f} ms; refused {refused}; "
        f"behind: {', '.join(behind) or '-'}"
    )


def after_failover(server: Server, primary: Postgres, second: Postgres) -> tuple[int, str]:
    """How many acknowledged uploads are missing, and a sentence."""
    sessions = [each for seed in range(4) for each in generated_sessions(CONNECTIONS, seed=50 + seed)]
    queues = queues_of(server, sessions)
    threading.Timer(CUT_AFTER_S, primary.kill).start()
    acknowledged = send_until_cut(server.url, queues)
    while primary.process.poll() is None:
        time.sleep(0.1)
    began = time.monotonic()
    execute_on(second.url(), "SELECT pg_promote()")
    promoted_s = time.monotonic() - began
    missing = missing_of(sessions, acknowledged, dict(asked(second, CURSORS)))
    told = f"killed under load: {sum(acknowledged):,} uploads acknowledged, {missing} of them missing on the second"
    return missing, f"{told}; promoted in {promoted_s:.1f} s"


def missing_of(sessions: list[GeneratedSession], acknowledged: list[int], cursors: dict[str, int]) -> int:
    """Of each queue's sessions the first ones are whole, the next one in part."""
    missing = 0
    for number, count in enumerate(acknowledged):
        left = count
        for session in sessions[number :: len(acknowledged)]:
            mine = min(left, len(session.bodies))
            left -= mine
            missing += max(0, mine - cursors.get(session.job_id, 0))
    return missing


def asked(server: Postgres, question: str) -> list[Any]:
    with psycopg.connect(server.url(), autocommit=True) as database:
        return database.execute(question).fetchall()  # type: ignore[call-overload]


if __name__ == "__main__":
    sys.exit(main())
