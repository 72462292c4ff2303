"""Rows that many sessions are asked by, written when a session is over: facts, and names and words to find it by."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from observability.journal.compacted import withdraw
from observability.models import (
    ErrorFact,
    Fact,
    ModelFact,
    SaidLine,
    Session,
    SessionFact,
    SessionNames,
    ToolFact,
    TurnFact,
    VerdictFact,
)
from observability.queries.session_search import NAMES
from observability.timeline.facts import facts_in
from observability.timeline.model import Timeline
from observability.timeline.said import rows_said

KINDS: tuple[type[Fact], ...] = (
    SessionFact,
    TurnFact,
    ToolFact,
    ModelFact,
    ErrorFact,
    VerdictFact,
    SessionNames,
    SaidLine,
)
ROWS_AT_ONCE = 500


def replace_facts(session: Session, timeline: Timeline) -> None:
    """All of them, within the caller's transaction, which holds the session. May run twice."""
    remove_facts(session.pk)
    withdraw([session.pk])
    rows_by_kind = facts_by_kind(timeline)
    rows_by_kind[SessionNames] = names_of(session)
    for kind, rows in rows_by_kind.items():
        made = (
            kind(project_id=session.project_id, session=session, expires_at=session.expires_at, **row)
            for row in rows
        )
        kind._base_manager.bulk_create(made, batch_size=ROWS_AT_ONCE)


def names_of(session: Session) -> Iterator[dict[str, Any]]:
    yield {"names": "\n".join(filter(None, (getattr(session, field) for field in NAMES)))}


def remove_facts(session_id: int) -> None:
    """For good, within the caller's transaction: so that nobody finds what was deleted or redacted."""
    for kind in KINDS:
        kind._base_manager.filter(session_id=session_id).delete()


def facts_by_kind(timeline: Timeline) -> dict[type[Fact], Iterator[dict[str, Any]]]:
    facts = facts_in(timeline)
    told: dict[type[Fact], Sequence[Any]] = {
        SessionFact: [facts.session],
        TurnFact: facts.turns,
        ToolFact: facts.tools,
        ModelFact: facts.models,
        ErrorFact: facts.errors,
        VerdictFact: facts.verdicts,
    }
    rows = {kind: map(asdict, each) for kind, each in told.items()}
    return {**rows, SaidLine: ({"words": row} for row in rows_said(timeline))}
