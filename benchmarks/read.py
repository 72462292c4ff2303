"""Reads among many sessions: the list, the timeline's snapshot, and a whole session with all attributes.

    python benchmarks/read.py [--database sqlite|postgres] [--sessions 100 1000 10000] [--rounds 30]

The sessions are usual ones of five minutes (benchmarks/fill.py). Cold is the first read of a session since the server
was started: nothing of it is in a process of ours; the machine's own cache may have it. Warm is one session again and
again. Beside sealed sessions one is read whole whose journal still lies in the database. It fails if a goal is missed
or a read lacks a span.
"""

import argparse
import http.client
import json
import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.fill import filled
from benchmarks.ingest import GOALS
from benchmarks.rows import Row, at_most, finish, machine_row, none, parser_of, share, told
from benchmarks.servers import Server, embedded, manage, production, stop, wait_until_idle

MAX_WHOLE_P50_MS, MAX_WHOLE_P99_MS, MAX_SNAPSHOT_P50_MS = 15, 60, 8
PAGE = 50
COLD_READS = 20
UNSEALED = 3
MAKE_COOKIE = """
from accounts.models import User
from django.conf import settings
from django.test import Client
from projects.models import Membership, Project, Role
member, is_new = User.objects.get_or_create(email="member@localhost")
if is_new:
    Membership.objects.create(project=Project.objects.get(slug="{project}"), user=member, role=Role.MEMBER)
client = Client()
client.force_login(member)
print(settings.SESSION_COOKIE_NAME, client.cookies[settings.SESSION_COOKIE_NAME].value, sep="=")
"""


@dataclass
class Times:
    """Milliseconds of each read."""

    cold: list[float] = field(default_factory=list)
    warm: list[float] = field(default_factory=list)


class Reader:
    """Reads over one kept connection, as a script or a browser does."""

    def __init__(self, server: Server) -> None:
        where = urlsplit(server.url)
        self.connection = http.client.HTTPConnection(where.hostname or "", where.port, timeout=60)
        self.project = server.credentials["project"]
        self.bearer = {"Authorization": f"Bearer {server.credentials['read_token']}"}
        self.cookie = {"Cookie": cookie_of(server), "Accept-Encoding": "gzip"}
        self.lacking = 0

    def page_of_list(self) -> float:
        took_ms, body = self.get(f"/api/v1/projects/{self.project}/sessions/?limit={PAGE}", self.bearer)
        self.lacking += len(json.loads(body)["results"]) != PAGE
        return took_ms

    def snapshot(self, session: str) -> float:
        """What a page draws."""
        took_ms, body = self.get(f"/projects/{self.project}/sessions/{session}/snapshot/", self.cookie)
        self.lacking += len(body) < PAGE
        return took_ms

    def whole(self, session: str, spans: int) -> float:
        """All spans with all attributes."""
        path = f"/api/v1/projects/{self.project}/sessions/{session}/spans/?limit=10000"
        took_ms, body = self.get(path, self.bearer)
        found = json.loads(body)["results"]
        self.lacking += len(found) != spans or not all(span["attributes"] for span in found[:PAGE])
        return took_ms

    def get(self, path: str, headers: dict[str, str]) -> tuple[float, bytes]:
        began = time.perf_counter()
        self.connection.request("GET", path, headers=headers)
        answer = self.connection.getresponse()
        body = answer.read()
        took_ms = (time.perf_counter() - began) * 1000
        if answer.status != 200:
            raise RuntimeError(f"{path} was answered with {answer.status}.")
        return took_ms, body


def main() -> int:
    arguments = parsed_arguments()
    rows = [machine_row()]
    with server_on(arguments.database) as server:
        for sessions in arguments.sessions:
            rows += rows_at(server, sessions, arguments)
    return finish(rows, as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--database", choices=GOALS, default="sqlite")
    parser.add_argument("--sessions", type=int, nargs="+", default=[100, 1_000, 10_000])
    parser.add_argument("--rounds", type=int, default=30, help="warm reads of each kind")
    return parser.parse_args()


@contextmanager
def server_on(database: str) -> Iterator[Server]:
    os.environ["SEAL_AFTER_S"] = "86400"  # what is not sealed stays so
    with embedded() if database == "sqlite" else production() as server:
        yield server


def filled_anew(server: Server, sessions: int) -> tuple[list[str], list[str], int]:
    """Started again, idle, with so many sessions. Ids of sealed and of unsealed ones, and the spans of each."""
    stop(server.process)
    made = filled(server.environment, sessions, unsealed=UNSEALED)
    server.start_again()
    wait_until_idle(server)
    [spans] = made["spans"]
    return made["copies"], made["unsealed"], int(spans)


def rows_at(server: Server, sessions: int, arguments: argparse.Namespace) -> list[Row]:
    copies, unsealed, spans = filled_anew(server, sessions)
    reader = Reader(server)
    snapshots, whole, journal = Times(), Times(), Times()
    pages = Times([reader.page_of_list()], [reader.page_of_list() for _ in range(arguments.rounds)])
    sealed, another = copies[:COLD_READS], copies[COLD_READS : 2 * COLD_READS]
    snapshots.cold = [reader.snapshot(each) for each in sealed]
    whole.cold = [reader.whole(each, spans) for each in another]
    journal.cold = [reader.whole(each, spans) for each in unsealed]
    for _ in range(arguments.rounds):
        snapshots.warm.append(reader.snapshot(sealed[0]))
        whole.warm.append(reader.whole(another[0], spans))
        journal.warm.append(reader.whole(unsealed[0], spans))
    return [
        none(f"{sessions:,} sessions: reads that lack something", reader.lacking),
        *rows_of(f"{sessions:,} sessions: a page of the list", pages),
        *rows_of(f"{sessions:,} sessions: snapshot", snapshots, p50=MAX_SNAPSHOT_P50_MS),
        *rows_of(f"{sessions:,} sessions: whole, {spans} spans", whole, MAX_WHOLE_P50_MS, MAX_WHOLE_P99_MS),
        *rows_of(f"{sessions:,} sessions: whole from the journal", journal),
    ]


def rows_of(what: str, times: Times, p50: float = 0, p99: float = 0) -> list[Row]:
    return [
        told(f"{what}, cold p50", share(times.cold, 0.5), "ms"),
        told(f"{what}, cold slowest", max(times.cold), "ms"),
        limited(f"{what}, warm p50", share(times.warm, 0.5), p50),
        limited(f"{what}, warm p99", share(times.warm, 0.99), p99),
    ]


def limited(what: str, value: float, most: float) -> Row:
    return at_most(what, value, most, "ms") if most else told(what, value, "ms")


def cookie_of(server: Server) -> str:
    """Of a member of the team who is no operator, signed in."""
    script = MAKE_COOKIE.format(project=server.credentials["project"])
    return manage(server.environment, "shell", "-v0", "-c", script).strip()


if __name__ == "__main__":
    sys.exit(main())
