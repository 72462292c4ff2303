"""A busy hour: 60 live sessions, 60 uploads a second together, and 100 viewers, on all parts of production.

    python benchmarks/crowd_live.py [--minutes 10] [--sessions 60] [--viewers 100]

Each session is a long call of its own that goes on as long as the run. It fails if an upload is refused, a viewer
breaks off or ends at something else than the API says, a part logs an error, a goal is missed, or a part's memory grows
after the first minutes, by which caches have what they hold. Growth is the last minute's mean against that of the first
minute after these.
"""

import argparse
import asyncio
import gzip
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import mean

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.live import (
    WARM_UP_S,
    LiveCall,
    Onlooker,
    Viewer,
    look_at,
    same_rows,
    speak,
    stop_looking,
    tokens_for,
)
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
"""Viewers that hold the whole snapshot."""
LINES_A_MINUTE = 200
"""So that there is one in each second."""
ALL = frozenset({"logs", "traces"})


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


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--sessions", type=int, default=60)
    parser.add_argument("--viewers", type=int, default=100)
    return parser.parse_args()


async def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    tokens = tokens_for(server, arguments.viewers)
    calls = calls_of(arguments.sessions, arguments.minutes)
    memory, seconds = Memory(), arguments.minutes * 60
    sending = [asyncio.create_task(speak(server, call, WARM_UP_S + seconds, after=ALL)) for call in calls]
    await asyncio.sleep(WARM_UP_S)
    watching = asyncio.create_task(memory.watch(server))
    viewers: list[Onlooker] = [
        (Viewer if number < WHOLE else Onlooker)(calls[number % len(calls)])
        for number in range(arguments.viewers)
    ]
    looking = await look_at(server, viewers, tokens)
    cpu_before_s, began_s = cpu_s_by_part(server), time.perf_counter()
    refused = [error for error in await asyncio.gather(*sending, return_exceptions=True) if error]
    took_s, cpu_s = time.perf_counter() - began_s, cpu_s_by_part(server)
    failed = await stop_looking(looking)
    watching.cancel()
    return [
        *speed_rows(calls, viewers, WARM_UP_S + seconds),
        *(told(f"cores used by {part}", (cpu_s[part] - cpu_before_s[part]) / took_s) for part in cpu_s),
        none("senders that were refused" + "".join(f" ({error})" for error in refused[:1]), len(refused)),
        *memory.rows(arguments.minutes),
        *same_rows(server, viewers, failed),
    ]


def speed_rows(calls: list[LiveCall], viewers: list[Onlooker], seconds: float) -> list[Row]:
    acknowledged = [s * 1000 for call in calls for s in call.acknowledged_s]
    seen = [ms for viewer in viewers for ms in viewer.seen_ms]
    return [
        told("uploads a second", len(acknowledged) / seconds),
        told("acknowledged, p50", share(acknowledged, 0.5), "ms"),
        at_most("acknowledged, p99", share(acknowledged, 0.99), MAX_ACK_P99_MS, "ms"),
        at_least("uploads seen by viewers", len(seen), 1),
        told("sent -> frame received, p50", share(seen, 0.5), "ms"),
        at_most("sent -> frame received, p95", share(seen, 0.95), MAX_FRAME_P95_MS, "ms"),
        told("sent -> frame received, p99", share(seen, 0.99), "ms"),
    ]


def calls_of(sessions: int, minutes: float) -> list[LiveCall]:
    """Calls of the same words, each under a job of its own."""
    length = math.ceil(minutes * 1.4) + 1
    long = long_session("AJ_000000000000", length, lines=length * LINES_A_MINUTE)
    uploads = [(signal, gzip.decompress(body)) for signal, body in long.uploads()]
    return [
        LiveCall(job, under_job(job, uploads))
        for job in (f"AJ_{number:012d}" for number in range(1, sessions + 1))
    ]


def under_job(job: str, uploads: list[tuple[str, bytes]]) -> Iterator[tuple[str, bytes]]:
    for signal, body in uploads:
        yield signal, gzip.compress(JOB_ID.sub(job.encode(), body), 6)


if __name__ == "__main__":
    sys.exit(main())
