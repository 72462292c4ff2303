"""Playhead beside Arize Phoenix: the same sessions, one after the other in the same minutes, on SQLite and PostgreSQL.

    python benchmarks/beside_phoenix.py [--cache FOLDER] [--databases sqlite postgres] [--rounds 3] [--sessions 24]
        [--seconds 15]

Phoenix comes from the package index, pinned, into an environment of its own below the cache (a temporary folder, if
none is given). Each round starts each server anew on an empty database, sends so many sessions over 24 connections as
fast as they are answered, and waits until the database shows all spans; then come requests at the pace of 100 calls,
reads of whole sessions by the API, and at last SIGKILL right after the last of a few more sessions is acknowledged, and
a new start. Processor time is that of server and database until all is there, disk that of all spans sent so far.
Playhead has one process on SQLite and two web processes on PostgreSQL; Phoenix has one. It fails if a goal is missed,
or if a span that was not killed is missing in either.
"""

import argparse
import http.client
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from statistics import median
from urllib.parse import urlencode, urlsplit

import orjson

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.databases import KINDS, number_in
from benchmarks.ingest import CONNECTIONS, queues_of, sessions_by_job
from benchmarks.load import send_as_fast_as_possible, send_at_rate
from benchmarks.phoenix_server import PROJECT, installed, phoenix
from benchmarks.rows import Row, at_least, at_most, finish, machine_row, none, parser_of, share, told
from benchmarks.servers import Server, embedded, production, wait_until_idle
from benchmarks.sessions import GeneratedSession, generated_sessions, http_request

REQUESTS_PER_S = 20
"""The trace requests of a hundred live calls."""
REQUESTS_A_SESSION = 68
WARM_UP, KILLED = 4, 8
READ_TIMES = 5
ALL_THERE_WITHIN_S = 900
SETTLES_WITHIN_S = 300
DATABASES = {"sqlite": "SQLite", "postgres": "PostgreSQL"}

SPANS_PER_S, CPU, ACK_P50, ACK_P99, MEMORY, DISK, READ_P50, READ_P99, LOST, MISSING = (
    "spans durable and queryable a second",
    "CPU s per 1,000 spans, database included",
    f"acknowledged at {REQUESTS_PER_S}/s, p50",
    f"acknowledged at {REQUESTS_PER_S}/s, p99",
    "memory of all processes, after the load",
    "bytes a span on disk, as it came",
    "a whole session by the API, warm p50",
    "a whole session by the API, warm p99",
    "acknowledged spans lost by SIGKILL",
    "spans missing without one",
)
UNITS = {ACK_P50: "ms", ACK_P99: "ms", READ_P50: "ms", READ_P99: "ms", MEMORY: "MB"}
LEAST = {"sqlite": {SPANS_PER_S: 2_500}, "postgres": {SPANS_PER_S: 5_000}}
MOST = {CPU: 0.30, ACK_P99: 25, DISK: 1_000, READ_P50: 15, READ_P99: 60}
LEAST_TIMES = {"sqlite": {SPANS_PER_S: 20}, "postgres": {SPANS_PER_S: 35}}
MOST_TIMES = {CPU: 1 / 20, DISK: 1 / 4, READ_P50: 1 / 10}


@dataclass
class Contender:
    """A server that takes OTLP, and how to ask it what it has."""

    server: Server
    counts: str
    """Asks its database how many spans can be read."""
    sent: list[GeneratedSession] = field(default_factory=list)
    ids: dict[str, str] = field(default_factory=dict)
    """Of sessions, by job: looked up once."""

    def queues(self, sessions: list[GeneratedSession]) -> list[list[bytes]]:
        return queues_of(self.server, sessions)

    def pages_of(self, session: GeneratedSession) -> Iterator[list[object]]:
        """The spans of the whole session, by as many requests as it takes."""
        if session.job_id not in self.ids:
            found = sessions_by_job(self.server, f"?text={session.job_id}")
            self.ids[session.job_id] = found[session.job_id]["id"]
        path = f"/api/v1/projects/{self.server.credentials['project']}/sessions/{self.ids[session.job_id]}/spans/"
        bearer = {"Authorization": f"Bearer {self.server.credentials['read_token']}"}
        yield from pages(self.server, f"{path}?limit=10000", bearer, "results", "next")

    def stored(self) -> int:
        return number_in(self.server.data_dir, self.server.database_url, self.counts)

    def send(self, sessions: list[GeneratedSession]) -> None:
        """Until all of them are acknowledged."""
        outcome = send_as_fast_as_possible(self.server.url, self.queues(sessions))
        if outcome.refused:
            raise RuntimeError(f"{len(outcome.refused)} uploads were refused: {set(outcome.refused)}.")
        self.sent += sessions

    def await_spans(self, count: int, within_s: float = ALL_THERE_WITHIN_S) -> None:
        began = time.perf_counter()
        while self.stored() < count:
            waited_s = time.perf_counter() - began
            if waited_s > within_s:
                raise TimeoutError(f"{self.stored()} of {count} spans are there after {within_s} s.")
            time.sleep(min(0.5, 0.02 + waited_s / 50))  # looking takes time from whom one looks at


class Phoenix(Contender):
    def queues(self, sessions: list[GeneratedSession]) -> list[list[bytes]]:
        queues: list[list[bytes]] = [[] for _ in range(min(CONNECTIONS, len(sessions)))]
        for number, session in enumerate(sessions):
            requests = [http_request("/v1/traces", body, bearer="none") for body in session.bodies]
            queues[number % len(queues)] += requests
        return queues

    def pages_of(self, session: GeneratedSession) -> Iterator[list[object]]:
        asked = urlencode({"trace_id": session.trace_ids, "limit": 1000}, doseq=True)
        yield from pages(self.server, f"/v1/projects/{PROJECT}/spans?{asked}", {}, "data", "next_cursor")


def pages(
    server: Server, path: str, headers: dict[str, str], results: str, following: str
) -> Iterator[list[object]]:
    where = urlsplit(server.url)
    connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=120)
    cursor = ""
    while cursor is not None:
        connection.request("GET", path + (f"&cursor={cursor}" if cursor else ""), headers=headers)
        answer = connection.getresponse()
        body = orjson.loads(answer.read())
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}: {body}")
        yield body[results]
        cursor = body[following]
    connection.close()


def main() -> int:
    arguments = parsed_arguments()
    figures: dict[tuple[str, str, str], list[float]] = defaultdict(list)
    with tempfile.TemporaryDirectory(prefix="phoenix-benchmark-") as folder:
        home = installed(arguments.cache or Path(folder))
        for number in range(arguments.rounds):
            for database in arguments.databases:
                for name in ("playhead", "phoenix") if number % 2 else ("phoenix", "playhead"):
                    with begun(name, database, home) as contender:
                        found = measured(contender, arguments, seed=number * 1_000)
                    for what, figure in found.items():
                        figures[what, database, name].append(figure)
    rows = [row for database in arguments.databases for row in rows_of(database, figures)]
    return finish([machine_row(), *rows], as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--cache", type=Path, help="where Phoenix is installed, and found by the next run")
    parser.add_argument("--databases", nargs="+", choices=KINDS, default=list(KINDS))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--sessions", type=int, default=24)
    parser.add_argument("--seconds", type=int, default=15)
    return parser.parse_args()


@contextmanager
def begun(name: str, database: str, home: Path) -> Iterator[Contender]:
    if name == "phoenix":
        with phoenix(home, database) as server:
            yield Phoenix(server, "SELECT COUNT(*) FROM spans")
    else:
        with embedded() if database == "sqlite" else production() as server:
            project = f"(SELECT id FROM projects_project WHERE slug = '{server.credentials['project']}')"
            yield Contender(
                server, f"SELECT SUM(span_count) FROM observability_session WHERE project_id = {project}"
            )


def measured(contender: Contender, arguments: argparse.Namespace, *, seed: int) -> dict[str, float]:
    server = contender.server
    settle(server)
    on_disk = server.disk_bytes()
    contender.send(list(generated_sessions(WARM_UP, seed=seed + 1)))
    contender.await_spans(spans_in(contender.sent))
    settle(server)
    found = ingested(contender, list(generated_sessions(arguments.sessions, seed=seed + 2)))
    settle(server)
    found |= acknowledged_at_pace(contender, arguments.seconds, seed=seed + 3)
    settle(server)
    found[MEMORY] = sum(server.memory_mb())
    found[DISK] = (server.disk_bytes() - on_disk) / spans_in(contender.sent)
    found |= read_whole(contender)
    found[LOST] = lost_by_kill(contender, list(generated_sessions(KILLED, seed=seed + 4)))
    return found


def settle(server: Server) -> None:
    wait_until_idle(server, timeout_s=SETTLES_WITHIN_S, share=0.15)


def spans_in(sessions: list[GeneratedSession]) -> int:
    return sum(session.spans for session in sessions)


def ingested(contender: Contender, sessions: list[GeneratedSession]) -> dict[str, float]:
    spans, cpu_s, began = spans_in(sessions), contender.server.cpu_s(), time.perf_counter()
    contender.send(sessions)
    contender.await_spans(spans_in(contender.sent))
    took_s, cpu_s = time.perf_counter() - began, contender.server.cpu_s() - cpu_s
    return {SPANS_PER_S: spans / took_s, CPU: cpu_s * 1000 / spans}


def acknowledged_at_pace(contender: Contender, seconds: int, *, seed: int) -> dict[str, float]:
    sessions = list(generated_sessions(1 + seconds * REQUESTS_PER_S // REQUESTS_A_SESSION, seed=seed))
    requests = [request for queue in contender.queues(sessions) for request in queue]
    outcome = send_at_rate(contender.server.url, requests, per_s=REQUESTS_PER_S, connections=CONNECTIONS)
    if outcome.refused:
        raise RuntimeError(f"{len(outcome.refused)} uploads were refused.")
    contender.sent += sessions
    contender.await_spans(spans_in(contender.sent))
    return {ACK_P50: outcome.percentile_ms(0.5), ACK_P99: outcome.percentile_ms(0.99)}


def read_whole(contender: Contender) -> dict[str, float]:
    """Each session once, to see that all of it is there, and then again for the time."""
    missing, times = 0, []
    for session in contender.sent:
        missing += session.spans - sum(len(page) for page in contender.pages_of(session))
    for _ in range(READ_TIMES):
        for session in contender.sent:
            began = time.perf_counter()
            for _page in contender.pages_of(session):
                pass
            times.append((time.perf_counter() - began) * 1000)
    return {READ_P50: share(times, 0.5), READ_P99: share(times, 0.99), MISSING: missing}


def lost_by_kill(contender: Contender, sessions: list[GeneratedSession]) -> int:
    before = contender.stored()
    contender.send(sessions)
    contender.server.kill()
    contender.server.start_again()
    settle(contender.server)
    return before + spans_in(sessions) - contender.stored()


def rows_of(database: str, figures: dict[tuple[str, str, str], list[float]]) -> list[Row]:
    rows = []
    for what in (SPANS_PER_S, CPU, ACK_P50, ACK_P99, MEMORY, DISK, READ_P50, READ_P99, LOST, MISSING):
        ours, theirs = (median(figures[what, database, name]) for name in ("playhead", "phoenix"))
        where, unit = f"{DATABASES[database]}: {what}", UNITS.get(what, "")
        if what in {LOST, MISSING}:
            row = none(where, max(figures[what, database, "playhead"]))
        elif what in LEAST[database]:
            row = at_least(where, ours, LEAST[database][what], unit)
        elif what in MOST:
            row = at_most(where, ours, MOST[what], unit)
        else:
            row = told(where, ours, unit)
        is_met = row.is_met and not (what == MISSING and theirs)
        rows.append(replace(row, peer=theirs, is_met=is_met))
        rows += ratio_rows(database, what, ours / theirs) if theirs else []
    return rows


def ratio_rows(database: str, what: str, ratio: float) -> list[Row]:
    text = "  times Phoenix's"
    if what in LEAST_TIMES[database]:
        return [at_least(text, ratio, LEAST_TIMES[database][what])]
    return [at_most(text, ratio, MOST_TIMES[what])] if what in MOST_TIMES else []


if __name__ == "__main__":
    sys.exit(main())
