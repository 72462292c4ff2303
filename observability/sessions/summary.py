"""What lists show and ask of a session, drawn from its timeline: a summary on its row, and once it is over its facts.

Made by the worker: in a Job of its own soon after the session has ended, every few seconds while it lives. The row's
`summary_cursor` says up to which batch; a page that shows one session builds its timeline itself and is never behind.
"""

import math
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from observability.journal.inserts import Insert
from observability.live.publish import publish_sessions
from observability.models import Recording, Session
from observability.queries.records import timeline_read_of
from observability.queries.session_search import NAMES
from observability.sessions.facts import facts_of, replace_facts
from observability.timeline.facts import MAX_INT64
from observability.timeline.model import Timeline

SUMMARISE = "summarise-session"
JUDGED_BY = ("is_redacted", "summary_cursor")


def refresh_summary(session_id: int) -> None:
    """Harmless to run twice, and while data arrives: a summary never replaces that of a later batch.

    The news are taken first: what comes from here on is news again. Raises ArchiveLost, or StorageFailed.
    """
    Session.objects.filter(pk=session_id, has_news=True).update(has_news=False)
    session = Session.objects.filter(pk=session_id, expires_at__gt=Now()).first()
    if session is None:
        return
    timeline = timeline_read_of(session)
    facts = facts_of(session, timeline) if session.status != Session.Status.LIVE else None
    if is_written(session, timeline, summary_of(timeline), facts):
        publish_sessions([session_id])


@transaction.atomic
def is_written(
    session: Session, timeline: Timeline, summary: dict[str, Any], facts: Sequence[Insert] | None
) -> bool:
    """False if the session was deleted, redacted or summarised up to a later batch since `session` was read.

    `facts`: None while the session lives. All that takes long has been made before.
    """
    rows = Session.objects.select_for_update().only("project_id", "expires_at", *JUDGED_BY, *NAMES)
    held = rows.filter(pk=session.pk, expires_at__gt=Now()).first()
    if held is None or held.is_redacted != session.is_redacted or held.summary_cursor > session.cursor:
        return False
    told = {
        "summary": summary,
        "summary_cursor": session.cursor,
        "summary_status": session.status,
        "summary_at": Now(),
        "started_ns": timeline.session.start_ns or session.started_ns,
        "error_count": timeline.figures.errors,
    }
    if facts is not None:
        recordings = Recording.objects.filter(session=OuterRef("pk"))
        told |= {**ranks_of(summary), "is_named": True, "has_audio": Exists(recordings)}
        replace_facts(held, facts)
    Session.objects.filter(pk=session.pk).update(**told)
    return True


def ranks_of(summary: dict[str, Any]) -> dict[str, int]:
    """What lists are sorted by. Written once the session is over: indexes hold it, and would grow with each refresh."""
    return {
        "length_ms": min(round(summary["duration_ms"]), MAX_INT64),
        "slowest_answer_ms": min(math.ceil(summary["max_ms"] or 0), MAX_INT64),
    }


def summary_of(timeline: Timeline) -> dict[str, Any]:
    figures = timeline.figures
    answers = [turn.latency.e2e_ms for turn in timeline.turns]
    e2e = figures.latency.get("e2e")
    return {
        "service_name": timeline.session.service_name,
        "turns": figures.turns,
        "answers_ms": answers,
        "median_ms": e2e.p50_ms if e2e else None,
        "p95_ms": e2e.p95_ms if e2e else None,
        "max_ms": e2e.max_ms if e2e else None,
        "no_answer": figures.no_answer,
        "tool_calls": figures.tool_calls,
        "tool_failures": figures.tool_failures,
        "interruptions": figures.interrupted,
        "errors": figures.errors,
        "outcome": timeline.outcome.outcome if timeline.outcome else "",
        "tags": [tag.name for tag in timeline.tags],
        "completeness": {signal: asdict(complete) for signal, complete in timeline.completeness.items()},
        "duration_ms": duration_ms(timeline),
        "counts": dict(figures.counts),
    }


def duration_ms(timeline: Timeline) -> float:
    head = timeline.session
    return max(0, (head.end_ns or head.last_ns) - head.start_ns) / 1_000_000
