"""Durable ingest: spans a second, what a span costs, how soon it is acknowledged and readable, and that all arrived.

    python benchmarks/ingest.py [--database sqlite|postgres] [--workers 2] [--rounds 3] [--sessions 72] [--seconds 20]

It fails if a goal is missed or a span is missing. Throughput and cost are medians of the rounds, and the slowness of
the machine in that minute is told beside them. The goal on PostgreSQL is one for two web processes. Where the worker is
in the same process, its summaries of the sessions that have ended are told apart, by the threads that make them: each
round begins when those of the round before are made. How soon spans are readable is told of processes that have
answered before, and is the time of everything that somebody would wait for who has nothing but the agent's job.
"""

import argparse
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.load import Outcome, send_as_fast_as_possible, send_at_rate
from benchmarks.machine import slowness
from benchmarks.rows import SLOWNESS, Row, at_least, at_most, finish, none, parser_of, share, told
from benchmarks.servers import Server, embedded, production, wait_until_idle
from benchmarks.sessions import GeneratedSession, generated_sessions, http_request, token

CONNECTIONS = 24
REQUESTS_PER_S = 45
REQUESTS_A_SESSION = 60
GOALS = {"sqlite": 2_500, "postgres": 5_000}
PROCESSES_OF_GOAL = 2
MAX_CPU_S_PER_1000 = 0.30
MAX_ACK_P99_MS = 25
MAX_IDLE_MB, MAX_LOADED_MB = 150, 250
MAX_VISIBLE_MS = 50
LOOKS = 100
LOOKS_BEFORE = 10


@dataclass
class Round:
    sessions: list[GeneratedSession]
    outcome: Outcome
    cpu_s: float
    """Until the last acknowledgement, without jobs."""
    cpu_of_jobs_s: tuple[float, float]
    """Until then, and afterwards."""

    @property
    def spans(self) -> int:
        return sum(session.spans for session in self.sessions)


def main() -> int:
    arguments = parsed_arguments()
    is_embedded = arguments.database == "sqlite"
    with embedded() if is_embedded else production(workers=arguments.workers) as server:
        rows = measured(server, arguments)
    return finish(rows, as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--database", choices=GOALS, default="sqlite")
    parser.add_argument("--workers", type=int, default=PROCESSES_OF_GOAL, help="web processes on PostgreSQL")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=72)
    parser.add_argument("--seconds", type=int, default=20)
    return parser.parse_args()


def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    time.sleep(3)
    idle_mb = server.memory_mb()
    warm_up(server)
    acknowledged = paced(server, arguments.seconds, seed=3)
    before = slowness()
    rounds = [
        round_of(server, list(generated_sessions(arguments.sessions, seed=10 + number)))
        for number in range(arguments.rounds)
    ]
    slow = (before + slowness()) / 2
    has_goal = arguments.database == "sqlite" or arguments.workers >= PROCESSES_OF_GOAL
    return [
        told(SLOWNESS, slow, "s"),
        *throughput_rows(rounds, GOALS[arguments.database] if has_goal else 0),
        *latency_rows(acknowledged),
        *visible_rows(server),
        at_most("largest process, idle", max(idle_mb), MAX_IDLE_MB, "MB"),
        at_most("largest process, after the load", max(server.memory_mb()), MAX_LOADED_MB, "MB"),
        *arrival_rows(server, [session for each in rounds for session in each.sessions]),
    ]


def warm_up(server: Server) -> None:
    send_as_fast_as_possible(server.url, queues_of(server, list(generated_sessions(4, seed=2))))


def paced(server: Server, seconds: int, *, seed: int) -> Outcome:
    """The trace and log requests of a hundred live calls."""
    sessions = list(generated_sessions(1 + seconds * REQUESTS_PER_S // REQUESTS_A_SESSION, seed=seed))
    requests = [request for queue in queues_of(server, sessions) for request in queue]
    return send_at_rate(
        server.url, requests[: seconds * REQUESTS_PER_S], per_s=REQUESTS_PER_S, connections=CONNECTIONS
    )


def queues_of(server: Server, sessions: list[GeneratedSession]) -> list[list[bytes]]:
    """Each connection sends whole sessions, one after the other."""
    path = f"/p/{server.credentials['project']}/observability/traces/otlp/v0"
    bearer = token(server.credentials["api_key"], server.credentials["api_secret"])
    queues: list[list[bytes]] = [[] for _ in range(min(CONNECTIONS, len(sessions)))]
    for number, session in enumerate(sessions):
        queues[number % len(queues)] += [http_request(path, body, bearer=bearer) for body in session.bodies]
    return queues


def round_of(server: Server, sessions: list[GeneratedSession]) -> Round:
    queues = queues_of(server, sessions)
    cpu_before, jobs_before = server.cpu_s(), server.cpu_s_behind()
    outcome = send_as_fast_as_possible(server.url, queues)
    cpu_s, of_jobs_s = server.cpu_s() - cpu_before, server.cpu_s_behind() - jobs_before
    wait_until_idle(server)
    afterwards_s = server.cpu_s() - cpu_before - cpu_s
    return Round(sessions, outcome, cpu_s - of_jobs_s, (of_jobs_s, afterwards_s))


def throughput_rows(rounds: list[Round], goal: int) -> list[Row]:
    """Without a goal if it is 0."""
    per_s = median(each.spans / each.outcome.wall_s for each in rounds)
    per_1000 = median(each.cpu_s / each.spans * 1000 for each in rounds)
    of_jobs = [median(each.cpu_of_jobs_s[i] / each.spans * 1000 for each in rounds) for i in (0, 1)]
    requests_per_s = median(len(each.outcome.acknowledged_s) / each.outcome.wall_s for each in rounds)
    what = "spans durable a second"
    return [
        at_least(what, per_s, goal) if goal else told(what, per_s),
        told("requests a second", requests_per_s),
        none("refused", sum(len(each.outcome.refused) for each in rounds)),
        at_most("CPU s per 1,000 spans, database included", per_1000, MAX_CPU_S_PER_1000),
        told("  meanwhile, for summaries of ended sessions", of_jobs[0], "s"),
        told("  afterwards, for them", of_jobs[1], "s"),
    ]


def latency_rows(outcome: Outcome) -> list[Row]:
    return [
        told(f"acknowledged at {REQUESTS_PER_S}/s, p50", outcome.percentile_ms(0.5), "ms"),
        at_most(
            f"acknowledged at {REQUESTS_PER_S}/s, p99", outcome.percentile_ms(0.99), MAX_ACK_P99_MS, "ms"
        ),
    ]


def visible_rows(server: Server) -> list[Row]:
    sessions = generated_sessions(LOOKS_BEFORE + LOOKS, seed=time.time_ns())
    took_ms = [visible_ms(server, session) for session in sessions][LOOKS_BEFORE:]
    what = "a session's first upload sent until its spans are read"
    return [
        told(f"{what}, p50", share(took_ms, 0.5), "ms"),
        at_most(f"{what}, p99", share(took_ms, 0.99), MAX_VISIBLE_MS, "ms"),
    ]


def visible_ms(server: Server, session: GeneratedSession) -> float:
    """From before its connection is made to the spans: found in the list by its job, and asked for by the key there."""
    [queue] = queues_of(server, [session])
    began = time.perf_counter()
    send_as_fast_as_possible(server.url, [queue[:1]])
    while not spans_of(server, session.job_id):
        time.sleep(0.002)
    return (time.perf_counter() - began) * 1000


def spans_of(server: Server, job_id: str) -> int:
    found = sessions_by_job(server, f"?text={job_id}")
    if job_id not in found:
        return 0
    path = (
        f"/api/v1/projects/{server.credentials['project']}/sessions/{found[job_id]['id']}/spans/?limit=10000"
    )
    return len(server.get(path)["results"])


def arrival_rows(server: Server, sessions: list[GeneratedSession]) -> list[Row]:
    """Every session is read back whole."""
    missing = sum(session.spans - spans_of(server, session.job_id) for session in sessions)
    spans = sum(session.spans for session in sessions)
    return [none(f"spans missing of {spans:,} acknowledged", missing)]


def sessions_by_job(server: Server, query: str) -> dict[str, Any]:
    page = server.get(f"/api/v1/projects/{server.credentials['project']}/sessions/{query}")
    return {session["job_id"]: session for session in page["results"]}


if __name__ == "__main__":
    sys.exit(main())
