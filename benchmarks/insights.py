"""Insights on PostgreSQL: what the figures of a day, a week and a month cost in a large project.

    DATABASE_URL=postgres://… python benchmarks/insights.py [--sessions 100000] [--rounds 7]

The database is one that may be filled and emptied. A project is filled by SQL as for benchmarks/session_list.py, over
29 days, and each session gets 20 turns with their answer times. It fails if a median misses its goal, or if the
percentiles differ from those that PostgreSQL finds in the rows of the turns.
"""

import sys
import time
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from benchmarks.on_postgresql import load_of, run
from benchmarks.rows import Row
from benchmarks.session_list_rows import fill, forget

GOAL_MS = {"24h": 100, "7d": 150, "30d": 300}
TURNS = 20
TURN_ROWS = """
INSERT INTO observability_turnfact (project_id, session_id, expires_at, role, "index", outcome, agent, start_ns, end_ns,
    is_interrupted, steps, tool_calls, e2e_ms, llm_ttft_ms)
SELECT s.project_id, s.id, s.expires_at, 'user', turn, 'answered', '', 0, 0, false, 1, 0,
    (400 + random() * 1600)::float4, (200 + random() * 500)::float4
FROM observability_session AS s CROSS JOIN generate_series(1, %(turns)s) AS turn WHERE s.project_id = %(project)s
ORDER BY s.id, turn
"""
ERROR_ROWS = """
INSERT INTO observability_errorfact (project_id, session_id, expires_at, kind, source, error_type, at_ns, attempts)
SELECT project_id, id, expires_at, 'llm', 'span', 'Error' || id %% 9, 0, 1 FROM observability_session
WHERE project_id = %(project)s AND error_count > 0
"""
TIMES = """
SELECT session_id, min(expires_at), array_agg(e2e_ms ORDER BY "index"), array_agg(llm_ttft_ms ORDER BY "index")
FROM observability_turnfact WHERE project_id = %(project)s GROUP BY session_id
"""
SLOWEST = """
UPDATE observability_session AS s SET slowest_answer_ms = ceil(t.e2e_ms) FROM
(SELECT session_id, max(e2e_ms) AS e2e_ms FROM observability_turnfact GROUP BY session_id) AS t
WHERE t.session_id = s.id
"""
EXACT = """
SELECT percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY t.e2e_ms) FROM observability_turnfact AS t
JOIN observability_session AS s ON s.id = t.session_id
WHERE s.project_id = %(project)s AND NOT s.is_simulated AND s.status <> 'live' AND s.first_received_at >= %(since)s
    AND s.first_received_at < %(until)s
"""


def main() -> int:
    return run(__doc__, measured, rounds=7)


def measured(sessions: int, rounds: int) -> list[Row]:
    forget()
    try:
        project = fill(sessions)
        fill_turns(project)
        return [
            load_of(sessions),
            *(row_of(project, within, rounds) for within in GOAL_MS),
        ]
    finally:
        forget()


def fill_turns(project: Any) -> None:
    from django.db import connection

    from observability.models import SessionFact
    from observability.timeline.facts import ANSWER_TIMES, WAITED_TIMES
    from observability.timeline.packed import packed

    named, parts = {"project": project.pk, "turns": TURNS}, len(ANSWER_TIMES) - 1
    with connection.cursor() as cursor:
        for statement in (TURN_ROWS, ERROR_ROWS, SLOWEST):
            cursor.execute(statement, named)
        cursor.execute(TIMES, named)
        times = cursor.fetchall()
    rows = (
        SessionFact(
            project=project,
            session_id=session,
            expires_at=expires_at,
            turns=TURNS,
            unanswered=session % 50 == 0,
            interrupted=session % 3,
            preempted=session % 7,
            tool_calls=2,
            tool_failures=0,
            answer_times=packed(
                [ms for e2e, ttft in zip(*both, strict=True) for ms in (e2e, *[ttft] * parts)]
            ),
            waited_times=packed([ttft for ttft in both[1] for _ in WAITED_TIMES]),
        )
        for session, expires_at, *both in times
    )
    SessionFact._base_manager.bulk_create(rows, batch_size=5_000)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


def row_of(project: Any, within: str, rounds: int) -> Row:
    from datetime import UTC

    from django.utils import timezone

    from observability.insights.figures import insights_of
    from observability.insights.scope import read_scope

    scope = read_scope(project, {"within": within}, UTC, now=timezone.now())
    times = []
    for _ in range(rounds):
        began = time.perf_counter()
        found = insights_of(scope)
        times.append((time.perf_counter() - began) * 1000)
    times.sort()
    median, spread = times[len(times) // 2], found.total.latency["e2e_ms"]
    told = (spread.p50_ms, spread.p95_ms, spread.p99_ms)
    is_right = all(abs((a or 0) - b) < 0.001 for a, b in zip(told, exact(project, scope), strict=True))
    figure = (
        f"{median:.0f} / {times[-1]:.0f} ms, {found.total.counts.turns} turns{'' if is_right else ', WRONG'}"
    )
    return Row(
        f"within={within}, median / slowest",
        figure,
        f"<= {GOAL_MS[within]}",
        median <= GOAL_MS[within] and is_right,
    )


def exact(project: Any, scope: Any) -> list[float]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(EXACT, {"project": project.pk, "since": scope.since, "until": scope.until})
        [(percentiles,)] = cursor.fetchall()
    return list(percentiles)


if __name__ == "__main__":
    sys.exit(main())
