"""Live fan-out: one session that many look at, on all parts of production: how soon each of them has its frame.

    python benchmarks/fan_out.py [--viewers 100 500] [--seconds 20] [--embedded]

The session sends a log request a second and a trace request every five. A few viewers hold the whole snapshot, which in
the end has to be the API's; all others have to have had every frame up to the same version. The reader is one process
on the same machine, whose own time for 500 frames is in the figures.
"""

import argparse
import asyncio
import sys
import time
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.live import (
    WARM_UP_S,
    Onlooker,
    Viewer,
    call_of,
    cost_rows,
    latency_rows,
    look_at,
    same_rows,
    speak,
    stop_looking,
    tokens_for,
)
from benchmarks.parts import all_parts
from benchmarks.rows import Row, finish, machine_row, parser_of
from benchmarks.servers import Server, embedded

WHOLE = 3
"""Viewers that apply what they are sent."""
JOIN_S = 5.0


def main() -> int:
    arguments = parsed_arguments()
    rows = [machine_row()]
    with started(arguments) as server:
        for number, viewers in enumerate(arguments.viewers):
            rows += asyncio.run(measured(server, number, viewers, arguments.seconds))
    return finish(rows, as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--viewers", type=int, nargs="+", default=[100, 500])
    parser.add_argument("--seconds", type=int, default=20)
    parser.add_argument("--embedded", action="store_true", help="one process, SQLite, no Redis")
    return parser.parse_args()


def started(arguments: argparse.Namespace) -> AbstractContextManager[Server]:
    return embedded() if arguments.embedded else all_parts()


async def measured(server: Server, number: int, count: int, seconds: int) -> list[Row]:
    call = call_of(number)
    tokens = tokens_for(server, count)
    sending = asyncio.create_task(speak(server, call, WARM_UP_S + JOIN_S + seconds))
    await asyncio.sleep(WARM_UP_S)
    viewers: list[Onlooker] = [Viewer(call) for _ in range(min(WHOLE, count))]
    viewers += [Onlooker(call) for _ in range(count - len(viewers))]
    looking = await look_at(server, viewers, tokens)
    await asyncio.sleep(JOIN_S)
    for viewer in viewers:  # a room fills once; what follows is the usual
        viewer.seen_ms, viewer.frames, viewer.bytes_received = [], 0, 0
    cpu_before_s, began_s = server.cpu_s(), time.perf_counter()
    await sending
    took_s = time.perf_counter() - began_s
    cpu_share = (server.cpu_s() - cpu_before_s) / took_s
    failed = await stop_looking(looking)
    rows = [
        *latency_rows([call], viewers),
        *cost_rows(server, viewers, cpu_share, took_s),
        *same_rows(server, viewers, failed),
    ]
    return [replace(row, what=f"{count} viewers: {row.what}") for row in rows]


if __name__ == "__main__":
    sys.exit(main())
