"""What lists show of a session, drawn from its timeline and kept on its row.

Made by the worker: soon after a session has ended, every few seconds while it lives. The row's `summary_cursor` says up
to which batch; a page that shows one session builds its timeline itself and is never behind.
"""

from dataclasses import asdict
from typing import Any

from django.db import transaction
from django.db.models.functions import Now

from observability.models import Session
from observability.queries.records import timeline_of
from observability.timeline.model import Timeline


def refresh_summary(session_id: int) -> None:
    """Harmless to run twice, and while data arrives: a summary never replaces that of a later batch."""
    session = Session.objects.filter(pk=session_id).first()
    if session is None:
        return
    timeline = timeline_of(session)
    with transaction.atomic():
        held = (
            Session.objects.select_for_update().only("summary_cursor", "cursor", "status").get(pk=session_id)
        )
        if held.summary_cursor <= session.cursor:
            Session.objects.filter(pk=session_id).update(
                summary=summary_of(timeline),
                summary_cursor=session.cursor,
                summary_status=session.status,
                summary_at=Now(),
                has_news=(held.cursor, held.status) != (session.cursor, session.status),
                started_ns=timeline.session.start_ns or session.started_ns,
                error_count=timeline.figures.errors,
            )


def set_summary_aside(session_id: int) -> None:
    """Until something new comes: what failed once fails again, and others wait."""
    Session.objects.filter(pk=session_id).update(has_news=False)


def summary_of(timeline: Timeline) -> dict[str, Any]:
    figures = timeline.figures
    answers = [turn.latency.e2e_ms for turn in timeline.turns]
    e2e = figures.latency.get("e2e")
    return {
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
