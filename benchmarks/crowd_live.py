"""A busy hour: 60 live sessions, 60 uploads a second together, and 100 viewers, on all parts of production.

    python benchmarks/crowd_live.py [--minutes 10] [--sessions 60] [--viewers 100] [--length 5]

Each session is a call of `--length` minutes; they are of all ages when the run begins, and when one ends another
begins in its place, which its viewers then look at. It fails if an upload is refused, a viewer breaks off, misses an
upload or has something else than the API says when its session is over, a part logs an error, a goal is missed, or a
part's memory grows after the first minutes, by which caches have what they hold. Growth is the last minute's mean
against that of the first minute after these.
"""

import argparse
import asyncio
import gzip
import random
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.ingest import sessions_by_job
from benchmarks.live import SETTLE_S, SOCKETS_PER_TOKEN, LiveCall, Onlooker, Viewer, sender, tokens_for
from benchmarks.long_session import long_session
from benchmarks.parts import PARTS, all_parts, errors_logged
from benchmarks.processes import cpu_s_of, descendants, memory_mb_of
from benchmarks.rows import Row, at_least, at_most, finish, machine_row, none, parser_of, share, told
from benchmarks.servers import Server
from benchmarks.sessions import JOB_ID

MAX_ACK_P99_MS, MAX_FRAME_P95_MS = 200, 500
MAX_GROWTH_MB = 10
SETTLED_AFTER_MINUTES = 2
LOOK_EVERY_S = 5
WHOLE = 12
"""Viewers that hold the whole snapshot, in places of all ages: sessions are compared with the API as they end, and all
minutes shall have their share of that."""
LINES_A_MINUTE = 200
"""So that there is one in each second."""
UPLOAD_EVERY_S = 1.0
TRIES = 5


@dataclass
class Memory:
    """What each part has in memory, and when."""

    at_s: list[float] = field(default_factory=list)
    mb: dict[str, list[float]] = field(default_factory=dict)

    async def watch(self, server: Server) -> None:
        began = time.perf_counter()
        while True:
            self.at_s.append(time.perf_counter() - began)
            for part, pids in pids_of(server).items():
                self.mb.setdefault(part, []).append(sum(map(memory_mb_of, pids)))
            await asyncio.sleep(LOOK_EVERY_S)

    def rows(self, minutes: float) -> list[Row]:
        settled_s = 60 * min(SETTLED_AFTER_MINUTES, minutes / 3)
        until_s = min(self.at_s[-1], settled_s + 60)
        rows = []
        for part, taken in self.mb.items():
            first = [mb for at_s, mb in zip(self.at_s, taken, strict=True) if settled_s <= at_s <= until_s]
            last = [mb for at_s, mb in zip(self.at_s, taken, strict=True) if at_s >= self.at_s[-1] - 60]
            rows += [
                told(f"memory of {part}, all of its processes, at the end", mean(last), "MB"),
                at_most(
                    f"  growth since {settled_s / 60:.1f} minutes",
                    mean(last) - mean(first),
                    MAX_GROWTH_MB,
                    "MB",
                ),
            ]
        return rows


def pids_of(server: Server) -> dict[str, list[int]]:
    roots = [server.process.pid, *(other.pid for other in server.others)]
    return {part: [pid, *descendants(pid)] for part, pid in zip(("web", *PARTS), roots, strict=True)}


def cpu_s_by_part(server: Server) -> dict[str, float]:
    """Processor time so far, of the senders and viewers here too."""
    taken = {part: sum(map(cpu_s_of, pids)) for part, pids in pids_of(server).items()}
    return {
        **taken,
        "PostgreSQL": sum(map(cpu_s_of, server.database_pids())),
        "this script": time.process_time(),
    }


def main() -> int:
    arguments = parsed_arguments()
    rows = [machine_row()]
    with all_parts() as server:
        rows += asyncio.run(measured(server, arguments))
        errors = errors_logged(server)
    rows.append(none("errors in the logs" + "".join(f" ({line[:200]})" for line in errors[:1]), len(errors)))
    return finish(rows, as_json=arguments.json)


@dataclass
class Call(LiveCall):
    """`is_over` once nothing more is sent."""

    is_over: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass
class Place:
    """Where one session after the other is live."""

    number: int
    uploads: Sequence[tuple[str, bytes]]
    calls: list[Call] = field(default_factory=list)

    def begin(self) -> Call:
        job = f"AJ_{self.number:06d}{len(self.calls):06d}"
        self.calls.append(Call(job, under_job(job, self.uploads)))
        return self.calls[-1]

    async def make_older(self, server: Server, share_sent: float) -> None:
        """The first call as if it had begun before; how soon that is acknowledged says nothing."""
        call = self.begin()
        async with sender(server) as send:
            for _ in range(int(share_sent * len(self.uploads))):
                await send(call)
        call.acknowledged_s.clear()

    async def speak(self, server: Server, until_s: float) -> None:
        """Raises RuntimeError for an upload that is refused."""
        await asyncio.sleep(random.random() * UPLOAD_EVERY_S)
        while time.perf_counter() < until_s:
            call = self.calls[-1]
            async with sender(server) as send:
                while is_unfinished := bool(await send(call)):
                    await asyncio.sleep(UPLOAD_EVERY_S * random.uniform(0.8, 1.2))
                    if time.perf_counter() >= until_s:
                        break
            if not is_unfinished and time.perf_counter() < until_s:
                self.begin()
            call.is_over.set()


def under_job(job: str, uploads: Sequence[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for signal, body in uploads:
        yield signal, gzip.compress(JOB_ID.sub(job.encode(), body), 6)


def places_of(sessions: int, length: int) -> list[Place]:
    """Calls of the same words, each under a job of its own."""
    long = long_session("AJ_000000000000", length, lines=length * LINES_A_MINUTE)
    uploads = [(signal, gzip.decompress(body)) for signal, body in long.uploads()]
    return [Place(number, uploads) for number in range(sessions)]


class Directory:
    """Ids of sessions by their job."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.found: dict[str, Any] = {}
        self.asking = asyncio.Lock()

    async def id_of(self, call: Call) -> str:
        while call.job_id not in self.found:
            async with self.asking:
                if call.job_id not in self.found:
                    self.found |= await asyncio.to_thread(sessions_by_job, self.server, "?limit=200")
            if call.job_id not in self.found:
                await asyncio.sleep(UPLOAD_EVERY_S / 2)
        return str(self.found[call.job_id]["id"])


@dataclass
class Follower:
    """Somebody who looks at what is live in one place."""

    place: Place
    is_whole: bool
    bearer: str
    looked: list[Onlooker] = field(default_factory=list)
    broken: list[str] = field(default_factory=list)
    behind: int = 0
    different: int = 0

    async def follow(self, server: Server, directory: Directory) -> None:
        for call in self.place.calls:  # which grows meanwhile
            viewer = Viewer(call) if self.is_whole else Onlooker(call)
            self.looked.append(viewer)
            address = f"{project_of(server)}/sessions/{await directory.id_of(call)}"
            url = f"{server.live_url.replace('http', 'ws')}/ws/{address}/"
            looking = asyncio.create_task(viewer.look(url, self.bearer))
            await call.is_over.wait()
            await asyncio.sleep(SETTLE_S)
            if looking.done():
                self.broken.append(repr(looking.exception()))
            self.behind += viewer.cursor != len(call.sent_s)
            if isinstance(viewer, Viewer):
                self.different += not await has_what_the_api_says(server, viewer, address)
            looking.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await looking


def project_of(server: Server) -> str:
    return f"projects/{server.credentials['project']}"


async def has_what_the_api_says(server: Server, viewer: Viewer, address: str) -> bool:
    """Soon: of a session that has just ended a change of status may be on its way."""
    for _ in range(TRIES):
        if viewer.snapshot == await asyncio.to_thread(server.get, f"/api/v1/{address}/timeline/"):
            return True
        await asyncio.sleep(1)
    return False


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--viewers", type=int, default=100)
    parser.add_argument("--length", type=int, default=5, help="minutes of a session")
    return parser.parse_args()


async def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    places = places_of(arguments.sessions, arguments.length)
    await asyncio.gather(*(place.make_older(server, n / len(places)) for n, place in enumerate(places)))
    followers, directory, memory = (
        followers_of(places, server, arguments.viewers),
        Directory(server),
        Memory(),
    )
    watching = asyncio.create_task(memory.watch(server))
    following = [asyncio.create_task(follower.follow(server, directory)) for follower in followers]
    cpu_before_s, began_s = cpu_s_by_part(server), time.perf_counter()
    speaking = [place.speak(server, began_s + arguments.minutes * 60) for place in places]
    refused = [error for error in await asyncio.gather(*speaking, return_exceptions=True) if error]
    took_s, cpu_s = time.perf_counter() - began_s, cpu_s_by_part(server)
    await asyncio.gather(*following)
    watching.cancel()
    return [
        *speed_rows(places, followers, took_s),
        *(told(f"cores used by {part}", (cpu_s[part] - cpu_before_s[part]) / took_s) for part in cpu_s),
        none("senders that were refused" + "".join(f" ({error})" for error in refused[:1]), len(refused)),
        *memory.rows(arguments.minutes),
        *seen_rows(places, followers),
    ]


def followers_of(places: Sequence[Place], server: Server, count: int) -> list[Follower]:
    tokens = tokens_for(server, count)
    whole = {number * len(places) // WHOLE for number in range(WHOLE)}
    return [
        Follower(places[number % len(places)], number in whole, tokens[number // SOCKETS_PER_TOKEN])
        for number in range(count)
    ]


def speed_rows(places: Sequence[Place], followers: Sequence[Follower], seconds: float) -> list[Row]:
    acknowledged = [s * 1000 for place in places for call in place.calls for s in call.acknowledged_s]
    seen = [ms for follower in followers for viewer in follower.looked for ms in viewer.seen_ms]
    return [
        told("uploads a second", len(acknowledged) / seconds),
        told("acknowledged, p50", share(acknowledged, 0.5), "ms"),
        at_most("acknowledged, p99", share(acknowledged, 0.99), MAX_ACK_P99_MS, "ms"),
        at_least("uploads seen by viewers", len(seen), 1),
        told("sent -> frame received, p50", share(seen, 0.5), "ms"),
        at_most("sent -> frame received, p95", share(seen, 0.95), MAX_FRAME_P95_MS, "ms"),
        told("sent -> frame received, p99", share(seen, 0.99), "ms"),
    ]


def seen_rows(places: Sequence[Place], followers: Sequence[Follower]) -> list[Row]:
    broken = [error for follower in followers for error in follower.broken]
    views = sum(len(follower.looked) for follower in followers)
    whole = sum(len(follower.looked) for follower in followers if follower.is_whole)
    return [
        told("sessions, all in all", sum(len(place.calls) for place in places)),
        none("viewers that broke off" + "".join(f" ({error})" for error in broken[:1]), len(broken)),
        none(f"of {whole} snapshots, those that are not the API's", sum(f.different for f in followers)),
        none(f"of {views} views, those that missed the end", sum(f.behind for f in followers)),
    ]


if __name__ == "__main__":
    sys.exit(main())
