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
from benchmarks.ingest import CONNECTIONS, REQUESTS_A_SESSION, REQUESTS_PER_S, Row, queues_of
from benchmarks.load import Outcome, send_as_fast_as_possible, send_at_rate
from benchmarks.locks import LockWatch
from benchmarks.servers import ROOT, Server, production, stop, wait_until_idle
from benchmarks.sessions import generated_sessions

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
    for row in rows:
        print(f"{'ok  ' if row.is_met else 'MISS'} {row.what:<52} {row.figure:>14}   {row.goal}")
    return 0 if all(row.is_met for row in rows) else 1


def parsed_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--sessions", type=int, default=200_000)
    parser.add_argument(
        "--seconds", type=int, default=20, help="of uploads before the purge, to compare with"
    )
    parser.add_argument("--at-most", type=float, default=0, help="seconds of purge; 0 for all of it")
    return parser.parse_args()


def measured(server: Server, arguments: argparse.Namespace) -> list[Row]:
    database_url = server.environment["DATABASE_URL"]
    send_as_fast_as_possible(server.url, queues_of(server, list(generated_sessions(4, seed=2))))
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
        Row("sessions a second", f"{gone / took_s:,.0f}", "", True),
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


def paced(server: Server, seconds: int, *, seed: int) -> Outcome:
    sessions = list(generated_sessions(1 + seconds * REQUESTS_PER_S // REQUESTS_A_SESSION, seed=seed))
    requests = [request for queue in queues_of(server, sessions) for request in queue]
    return send_at_rate(
        server.url, requests[: seconds * REQUESTS_PER_S], per_s=REQUESTS_PER_S, connections=CONNECTIONS
    )


def living_row(living: int, sessions: int) -> Row:
    expected = sessions - sessions // 2
    return Row("living sessions", f"{living:,}", f"{expected:,}", living == expected)


def upload_rows(calm: Outcome, loaded: Outcome) -> list[Row]:
    before, during = calm.percentile_ms(0.99), loaded.percentile_ms(0.99)
    refused = len(calm.refused) + len(loaded.refused)
    return [
        Row(f"acknowledged at {REQUESTS_PER_S}/s, p99, without", f"{before:.1f} ms", "", True),
        Row("p50, without", f"{calm.percentile_ms(0.5):.1f} ms", "", True),
        Row(
            "p99, while it purges",
            f"{during:.1f} ms",
            f"<= {before * MAX_TIMES_SLOWER:.1f}",
            during <= before * MAX_TIMES_SLOWER,
        ),
        Row("p50, while it purges", f"{loaded.percentile_ms(0.5):.1f} ms", "", True),
        Row("uploads meanwhile", f"{len(loaded.acknowledged_s):,}", "", True),
        Row("refused", str(refused), "0", not refused),
    ]


def lock_rows(locks: LockWatch) -> list[Row]:
    return [
        Row(
            "longest that the purge held a lock",
            f"{locks.longest_held_s:.2f} s",
            f"<= {MAX_HELD_S}",
            locks.longest_held_s <= MAX_HELD_S,
        ),
        Row("longest that an upload did", f"{locks.longest_held_by_others_s:.2f} s", "", True),
        Row(
            f"longest that one was waited for ({locks.looks:,} looks)",
            f"{locks.longest_awaited_s:.2f} s",
            "",
            True,
        ),
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
