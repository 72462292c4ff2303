"""Fills PostgreSQL with a project of many sessions, their facts and what was said in them, by SQL alone."""

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
    CASE WHEN n %% %(rare)s = 0 THEN 'rare' WHEN n %% 2 = 1 THEN 'common' WHEN n %% 10 IN (4, 8) THEN 'deutsch'
        ELSE 'agent-' || n %% 7 END,
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
    (
        "observability_modelfact",
        "type, provider, model, first_times",
        f"'llm', 'provider', {NAME}, decode(repeat('0000fa43', 20), 'hex')",
        1,
    ),
    ("observability_verdictfact", "kind, name, verdict", f"'outcome', {NAME}, ''", 1),
    ("observability_verdictfact", "kind, name, verdict", f"'tag', {NAME}, ''", 1),
]
LINES_IN_POOL, LINES_A_SESSION = 20_000, 20
POOL = """
CREATE TEMPORARY TABLE pool AS
SELECT language, line, string_agg(language || translate(
    (exp(random() * ln(8000)))::int::text, '0123456789', 'etaoinshrd'), ' ') AS words
FROM unnest(ARRAY['', 'ü']) AS language, generate_series(0, %(lines)s - 1) AS line,
    generate_series(1, 12) AS word
GROUP BY language, line
"""
"""Of words as frequent as in a language: the second is half as frequent as the first, the tenth a tenth."""
SAID = f"""
WITH s AS (SELECT *, row_number() OVER (ORDER BY id) AS number FROM observability_session
        WHERE project_id = %(project)s),
    lines AS (
        SELECT s.id, at, CASE
            WHEN at = 1 THEN 'hello this is the front desk how may i help you'
            WHEN at = {LINES_A_SESSION} THEN 'thank you and goodbye'
            WHEN at = 7 THEN 'my order is a 1' || number || ' and this is ' || {NAME} || ' words'
            WHEN at = 9 AND number %% 50 = 0 THEN '我 想 退 款'
            ELSE pool.words END AS words
        FROM s CROSS JOIN generate_series(1, {LINES_A_SESSION}) AS at
        JOIN pool ON pool.line = (number * 7919 + at * 104729) %% {LINES_IN_POOL}
            AND pool.language = CASE WHEN agent_name = 'deutsch' THEN 'ü' ELSE '' END)
INSERT INTO observability_saidline (words, project_id, session_id, expires_at)
SELECT string_agg(words, E' \\n ' ORDER BY at), s.project_id, s.id, s.expires_at FROM s JOIN lines USING (id)
GROUP BY s.project_id, s.id, s.expires_at, (at - 1) / 10
"""
"""Ten lines in a row."""
RECORDINGS = """
INSERT INTO observability_recording (session_id, revision, sha256, size_bytes, name, place, start_ns, problem,
    received_at)
SELECT id, 1, md5(id::text), 1000, 'recordings/' || id, 'storage', 0, '', now() FROM observability_session
WHERE project_id = %(project)s AND agent_name <> 'rare'
"""


def fill(count: int) -> Any:
    """The project with so many sessions, beside another one like it."""
    from importlib import import_module

    from django.apps import apps
    from django.db import connection

    from projects.models import Plan, PrivacySwitches, Project

    names = import_module("observability.migrations.0025_names_before_are_looked_up")
    plan = Plan.objects.get(slug="build")
    project, other = (Project.objects.create(name=slug, slug=slug, plan=plan) for slug in SLUGS)
    with connection.cursor() as cursor:
        cursor.execute(POOL, {"lines": LINES_IN_POOL})
        # Or a small project's lines are compared with each of the pool's.
        cursor.execute("CREATE INDEX ON pool (line, language)")
        cursor.execute("ANALYZE pool")
        for each, size in ((other, count), (project, count)):
            PrivacySwitches.objects.create(project=each)
            named = {"project": each.pk, "count": size, "rare": RARE}
            cursor.execute(SESSIONS, named)
            cursor.execute("ANALYZE observability_session")  # or each is compared with all lines
            for statement in statements():
                cursor.execute(statement, named)
        names.keep_names(apps, connection.schema_editor())
        cursor.execute("VACUUM ANALYZE")
    return project


def statements() -> list[str]:
    """What fills the sessions' own tables."""
    facts = [
        OF_SESSIONS.format(table=table, columns=columns, values=values, times=times)
        for table, columns, values, times in FACTS
    ]
    return [RECORDINGS, *facts, SAID]


def forget() -> None:
    """Both projects of an earlier run, with all that they have."""
    from django.db import connection

    from observability.sessions.facts import KINDS
    from projects.models import Project

    tables = [kind._meta.db_table for kind in KINDS]
    ids = list(Project.objects.filter(slug__in=SLUGS).values_list("pk", flat=True))
    of_sessions = "session_id IN (SELECT id FROM observability_session WHERE project_id = ANY(%s))"
    with connection.cursor() as cursor:
        for table in [*tables, "observability_recording"]:
            cursor.execute(f"DELETE FROM {table} WHERE {of_sessions}", [ids])
        cursor.execute("DELETE FROM observability_session WHERE project_id = ANY(%s)", [ids])
    Project.objects.filter(pk__in=ids).delete()
