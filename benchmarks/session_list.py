"""The list of sessions on PostgreSQL: what each filter, each order and common pairs cost in a large project.

    DATABASE_URL=postgres://… python benchmarks/session_list.py [--sessions 100000] [--rounds 20]

The database is one that may be filled and emptied. A project is filled by SQL with sessions, their facts and twenty
lines of transcript each: of each kind there is a common name, in every second session, and a rare one, in one of 5,000.
A second project beside it is as large. A page of 50 is read as the API reads it; told are the least, the median and the
p95 of its times. It fails if a p95 misses its goal, or a page has not as many rows as there are to find.
"""

import math
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.on_postgresql import load_of, run
from benchmarks.rows import Row
from benchmarks.session_list_rows import RARE, fill, forget

MAX_MS, MAX_SAID_MS = 60, 150
SAID = {"q", "search"}
PAGE = 50
TEXTS = ("room-77", "common", "never", "AJ_", "7", "zz", "qqq", "RM_4242", "caller-7777", "退款")
SAID_WORDS = (
    *(
        "the",
        "hello",
        "t",
        "r",
        "ta",
        "oee",
        "tone",
        "hello goodbye",
        "desk common",
        "this is the front desk!",
    ),
    *("A-177", "order #A-177", "退款", "退", "üt", "x", "never hello", "t a o i n"),
)
"""Words of every session, of some, and of none; beginnings alone; never in one line; with signs; of other scripts."""
ASKED: list[Mapping[str, str]] = [
    {},
    *(
        {name: value}
        for name in ("agent", "outcome", "tag", "tool", "model", "sdk")
        for value in ("common", "rare", "never")
    ),
    *({"room": room} for room in ("room-77", "RM_77", "never")),
    *({"participant": value} for value in ("caller-77", "never")),
    *({"status": value} for value in ("live", "ended", "lost")),
    *({name: value} for name in ("errors", "audio", "imported") for value in ("yes", "no")),
    *({"simulated": value} for value in ("yes", "any")),
    *({"within": value} for value in ("1h", "24h", "7d", "30d")),
    {"from": "2026-01-01", "to": "2026-01-31"},
    *({"slow": value} for value in ("1500", "4990", "9000")),
    *({"text": value} for value in TEXTS),
    *({"q": value} for value in (*("common", "rare", "never", "common words"), *SAID_WORDS)),
    *({"search": value} for value in ("common", "rare", "never", "order", "x", "退款")),
    *({"sort": value} for value in ("longest", "slowest", "errors")),
    {"sort": "longest", "agent": "common"},
    {"sort": "slowest", "agent": "rare"},
    {"sort": "errors", "tag": "rare"},
    {"sort": "slowest", "within": "7d"},
    {"agent": "common", "errors": "yes"},
    {"agent": "rare", "errors": "yes"},
    {"agent": "common", "within": "24h"},
    {"agent": "common", "outcome": "rare"},
    {"outcome": "common", "tag": "rare"},
    {"tool": "common", "errors": "yes"},
    {"tool": "rare", "within": "7d"},
    {"status": "ended", "slow": "4990"},
    {"model": "common", "slow": "4990"},
    {"agent": "common", "tag": "other-4"},
    {"agent": "agent-2", "outcome": "common"},
    {"tool": "common", "model": "other-4"},
    {"agent": "deutsch", "tool": "common"},
    {"agent": "common", "sdk": "1.8.2"},
    {"model": "other-4", "outcome": "other-4"},
    {"tool": "common", "model": "other-4", "q": "the"},
    {"sort": "longest", "agent": "common", "tag": "other-4"},
    {"audio": "no", "agent": "common"},
    {"text": "room-77", "errors": "yes"},
    {"text": "caller-77", "agent": "deutsch"},
    {"q": "common", "agent": "rare"},
    {"q": "rare", "within": "30d"},
    {"q": "t", "agent": "deutsch"},
    {"q": "t a", "agent": "deutsch"},
    {"q": "üt", "agent": "common"},
    {"q": "üt", "sort": "longest"},
    {"q": "oee", "errors": "yes"},
    {"q": "order", "tool": "rare"},
    {"q": "goodbye", "status": "lost"},
    {"search": "common", "errors": "yes"},
]


def main() -> int:
    return run(__doc__, measured, rounds=20)


def measured(sessions: int, rounds: int) -> list[Row]:
    forget()
    try:
        project = fill(sessions)
        return [load_of(sessions), *(row_of(project, asked, rounds, sessions) for asked in ASKED)]
    finally:
        forget()


def row_of(project: Any, given: Mapping[str, str], rounds: int, sessions: int) -> Row:
    from datetime import UTC

    from observability.queries.session_filters import read_filters
    from observability.queries.sessions import session_rows

    asked = read_filters(given, UTC)
    times, found = [], 0
    for _ in range(rounds):
        began = time.perf_counter()
        found = len(session_rows(project, asked, limit=PAGE).rows)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    p95, most = times[math.ceil(len(times) * 0.95) - 1], MAX_SAID_MS if SAID & given.keys() else MAX_MS
    is_right = not asked.problems and found == expected(given, sessions, found)
    what = " ".join(f"{name}={value}" for name, value in given.items()) or "all"
    figure = f"{times[0]:.0f} / {times[len(times) // 2]:.0f} / {p95:.0f} ms, {found} rows"
    return Row(what, figure, f"<= {most}", p95 <= most and is_right)


def expected(given: Mapping[str, str], sessions: int, found: int) -> int:
    """Where one value alone is asked for, how many there are is known."""
    if len(given) != 1 or "sort" in given:
        return found
    [value] = given.values()
    return {"common": PAGE, "rare": min(PAGE, sessions // RARE), "never": 0}.get(value, found)


if __name__ == "__main__":
    sys.exit(main())
