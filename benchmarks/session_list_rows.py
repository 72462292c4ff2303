"""Fills PostgreSQL with a project of many sessions and their facts, by SQL alone."""

from typing import Any

RARE = 5_000
SLUGS = ("benchmark-list", "benchmark-other")
SESSIONS = """
INSERT INTO observability_session (public_id, project_id, job_id, room_id, room_name, agent_name, participant,
    sdk_language, sdk_version, is_simulated, is_redacted, status, end_signal, started_ns, first_received_at,
    last_received_at, expires_at, imported_at, cursor, span_count, log_count, chat_item_count, metric_point_count,
    error_count, duplicate_count, rejected_count, part_problems, discarded, switched_off, in_model_improvement,
    sealed_seq, is_sealed, summary, summary_cursor, has_news, summary_status, length_ms, slowest_answer_ms)
SELECT gen_random_uuid(), %(project)s, 'AJ_' || md5(n::text), 'RM_' || n / 2, 'room-' || n / 2,
    CASE WHEN n %% %(rare)s = 0 THEN 'rare' WHEN n %% 2 = 1 THEN 'common' ELSE 'agent-' || n %% 7 END,
    'caller-' || n / 3,
    'python', CASE WHEN n %% %(rare)s = 0 THEN 'rare' WHEN n %% 2 = 1 THEN 'common' ELSE '1.8.' || n %% 9 END,
    n %% 100 = 3, false, CASE WHEN n > %(count)s - 20 THEN 'live' WHEN n %% 200 = 5 THEN 'lost' ELSE 'ended' END,
    'recording',
    (extract(epoch FROM now()) * 1e9)::bigint, now() - (%(count)s - n) * interval '25 seconds', now(),
    now() + interval '20 days',
    CASE WHEN n %% %(rare)s = 0 THEN now() END, 30, 200, 100, 30, 50, CASE WHEN n %% 40 = 7 THEN n %% 9 + 1 ELSE 0 END,
    0, 0, '{}', '{}', '[]', false, 0, true,
    jsonb_build_object('turns', 12, 'answers_ms', '[900,1000,1100,1200,1300,900,1000,1100,1200,1300,800,1400]'::jsonb,
        'median_ms', 1100, 'max_ms', 1400, 'duration_ms', n * 7919 %% 900000,
        'outcome', 'success', 'tags', '["sip"]'::jsonb,
        'completeness', (SELECT jsonb_object_agg(signal, '{"state": "received", "reason": ""}'::jsonb)
            FROM unnest(ARRAY['audio', 'transcript', 'traces', 'logs', 'metrics']) AS signal)),
    30, false, 'ended', n * 7919 %% 900000, n * 6007 %% 5000
FROM generate_series(1, %(count)s) AS n
"""
NAME = (
    "CASE WHEN s.number %% %(rare)s = 0 THEN 'rare' WHEN s.number %% 2 = 1 THEN 'common'"
    " ELSE 'other-' || s.number %% 9 END"
)
OF_SESSIONS = """
INSERT INTO {table} ({columns}, project_id, session_id, expires_at) SELECT {values}, s.project_id, s.id, s.expires_at
FROM (SELECT *, row_number() OVER (ORDER BY id) AS number FROM observability_session
    WHERE project_id = %(project)s) AS s
CROSS JOIN generate_series(1, {times}) AS time
"""
FACTS = [
    ("observability_toolfact", "name, status, start_ns", f"{NAME}, 'ok', 0", 2),
    ("observability_modelfact", "type, provider, model", f"'llm', 'provider', {NAME}", 1),
    ("observability_verdictfact", "kind, name, verdict", f"'outcome', {NAME}, ''", 1),
    ("observability_verdictfact", "kind, name, verdict", f"'tag', {NAME}, ''", 1),
    (
        "observability_saidline",
        "words",
        f"{NAME} || ' words ' || 'w' || s.number %% 5000 || ' v' || time || ' of a line that somebody said'",
        6,
    ),
]
RECORDINGS = """
INSERT INTO observability_recording (session_id, revision, sha256, size_bytes, name, place, start_ns, problem,
    received_at)
SELECT id, 1, md5(id::text), 1000, 'recordings/' || id, 'storage', 0, '', now() FROM observability_session
WHERE project_id = %(project)s AND id %% 3 > 0
"""


def fill(count: int) -> Any:
    """The project with so many sessions, beside one with a tenth of them."""
    from django.db import connection

    from projects.models import Plan, PrivacySwitches, Project

    plan = Plan.objects.get(slug="build")
    project, other = (Project.objects.create(name=slug, slug=slug, plan=plan) for slug in SLUGS)
    with connection.cursor() as cursor:
        for each, size in ((other, count // 10), (project, count)):
            PrivacySwitches.objects.create(project=each)
            named = {"project": each.pk, "count": size, "rare": RARE}
            for statement in statements():
                cursor.execute(statement, named)
        cursor.execute("VACUUM ANALYZE")
    return project


def statements() -> list[str]:
    facts = [
        OF_SESSIONS.format(table=table, columns=columns, values=values, times=times)
        for table, columns, values, times in FACTS
    ]
    return [SESSIONS, RECORDINGS, *facts]


def forget() -> None:
    """Both projects of an earlier run, with all that they have."""
    from django.db import connection

    from projects.models import Project

    ids = list(Project.objects.filter(slug__in=SLUGS).values_list("pk", flat=True))
    of_sessions = "session_id IN (SELECT id FROM observability_session WHERE project_id = ANY(%s))"
    with connection.cursor() as cursor:
        for table in {table for table, *_ in FACTS} | {"observability_recording"}:
            cursor.execute(f"DELETE FROM {table} WHERE {of_sessions}", [ids])
        cursor.execute("DELETE FROM observability_session WHERE project_id = ANY(%s)", [ids])
    Project.objects.filter(pk__in=ids).delete()
