"""Purges half of all sessions on PostgreSQL while agents send: uploads must not feel it, and no lock last.

    python benchmarks/purge.py [--sessions 200000] [--seconds 20] [--at-most 0]

It fails if the 99th percentile of uploads more than doubles, a lock is held for more than a second, an upload is
refused, a living session goes, or an expired one stays. So many are never purged by themselves: the brake has to hold
them back first, and is then overridden as an operator does it, by `purge --force`. With `--at-most` the purge is
stopped after so many seconds, and only what it has got through until then is looked at.
"""

import argparse
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.crowd import count_of, fill
from benchmarks.ingest import REQUESTS_PER_S, paced, warm_up
from benchmarks.load import Outcome
from benchmarks.locks import LockWatch
from benchmarks.rows import Row, at_most, finish, none, parser_of, told
from benchmarks.servers import ROOT, Server, production, stop, wait_until_idle

MAX_TIMES_SLOWER = 2.0
MAX_HELD_S = 1.0
PURGE = "playhead-purge"
STRETCH_S = 10
STRETCHES = 9
"""Of purge, and then one without."""


def main() -> int:
    arguments = parsed_arguments()
    with production() as server:
        rows = measured(server, arguments)
    return finish(rows, as_json=arguments.json)


def parsed_arguments() -> argparse.Namespace:
    parser = parser_of(__doc__)
    parser.add_argument("--sessions", type=int, default=200_000)
    parser.add_argument(
        "--seconds", type=int, default=20, help="of uploads before the purge, to compare with"
    )
    parser.add_argument("--at-most", type=float, default=0, help="seconds of purge; 0 for all of it")
    return parser.parse_args()


def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    database_url = server.environment["DATABASE_URL"]
    warm_up(server)
    fill(database_url, server.data_dir / "media", count=arguments.sessions)
    wait_until_idle(server)
    calm = paced(server, arguments.seconds, seed=3)
    held_back = json.loads(command(server, "purge", "--json").stdout)["held_back"]
    with LockWatch(database_url, PURGE) as locks:
        loaded, took_s, is_stopped = while_purging(server, arguments.at_most, calm)
    left = count_of(database_url, "expires_at <= now()")
    gone = arguments.sessions // 2 - left
    return [
        Row("the brake holds it back by itself", "yes" if held_back else "no", "yes", bool(held_back)),
        Row("sessions purged", f"{gone:,}", "", gone > 0),
        told("sessions a second", gone / took_s),
        Row("expired sessions that are left", f"{left:,}", "" if is_stopped else "0", is_stopped or not left),
        living_row(count_of(database_url, "expires_at > now()"), arguments.sessions),
        *upload_rows(calm, loaded),
        *lock_rows(locks),
    ]


def while_purging(server: Server, at_most_s: float, calm: Outcome) -> tuple[Outcome, float, bool]:
    """What uploads felt, seconds of purge, and whether it was stopped before its end.

    Killed in between, so that `calm` tells of the same minutes; it goes on where it was.
    """
    loaded, worked_s = Outcome(), 0.0
    while not at_most_s or worked_s < at_most_s:
        began, purge = time.perf_counter(), start_purge(server)
        for _ in range(STRETCHES):
            if purge.poll() is None:
                add(loaded, paced(server, STRETCH_S, seed=time.time_ns()))
        worked_s += time.perf_counter() - began
        is_over = purge.poll() is not None
        stop(purge)
        if is_over:
            return loaded, worked_s, False
        add(calm, paced(server, STRETCH_S, seed=time.time_ns()))
    return loaded, worked_s, True


def start_purge(server: Server) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(
        [sys.executable, "manage.py", "purge", "--force", "--json"],
        cwd=ROOT,
        env=server.environment | {"PGAPPNAME": PURGE},
        stdout=subprocess.DEVNULL,
    )


def add(all_of: Outcome, stretch: Outcome) -> None:
    all_of.acknowledged_s += stretch.acknowledged_s
    all_of.refused += stretch.refused


def living_row(living: int, sessions: int) -> Row:
    expected = sessions - sessions // 2
    return Row("living sessions", f"{living:,}", f"{expected:,}", living == expected)


def upload_rows(calm: Outcome, loaded: Outcome) -> list[Row]:
    before, during = calm.percentile_ms(0.99), loaded.percentile_ms(0.99)
    return [
        told(f"acknowledged at {REQUESTS_PER_S}/s, p99, without", before, "ms"),
        told("p50, without", calm.percentile_ms(0.5), "ms"),
        at_most("p99, while it purges", during, before * MAX_TIMES_SLOWER, "ms"),
        told("p50, while it purges", loaded.percentile_ms(0.5), "ms"),
        told("uploads meanwhile", len(loaded.acknowledged_s)),
        none("refused", len(calm.refused) + len(loaded.refused)),
    ]


def lock_rows(locks: LockWatch) -> list[Row]:
    return [
        at_most("longest that the purge held a lock", locks.longest_held_s, MAX_HELD_S, "s"),
        told("longest that an upload did", locks.longest_held_by_others_s, "s"),
        told(f"longest that one was waited for ({locks.looks:,} looks)", locks.longest_awaited_s, "s"),
    ]


def command(server: Server, *arguments: str) -> "subprocess.CompletedProcess[Any]":
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=server.environment,
        check=True,
        capture_output=True,
    )


if __name__ == "__main__":
    sys.exit(main())
