"""Rows that many sessions are asked by, written when a session is over: facts, and names and words to find it by."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from observability.journal.compacted import withdraw
from observability.journal.inserts import Insert, remove_of_session
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


def replace_facts(session: Session, made: Sequence[Insert]) -> None:
    """All of them, within the caller's transaction, which holds the session. May run twice."""
    remove_facts(session.pk)
    withdraw([session.pk])
    for insert in (*made, Insert.of(SessionNames, [names_of(session)])):
        insert.run()


def names_of(session: Session) -> SessionNames:
    names = "\n".join(filter(None, (getattr(session, field) for field in NAMES)))
    return SessionNames(**belonging_to(session), names=names)


def belonging_to(session: Session) -> dict[str, Any]:
    return {"project_id": session.project_id, "session": session, "expires_at": session.expires_at}


def remove_facts(session_id: int) -> None:
    """For good, within the caller's transaction: so that nobody finds what was deleted or redacted."""
    for kind in KINDS:
        remove_of_session(kind, session_id)


def facts_of(session: Session, timeline: Timeline) -> list[Insert]:
    """What the timeline tells, before any transaction. What a session is named by is read within it."""
    facts = facts_in(timeline)
    told: dict[type[Fact], Sequence[Any]] = {
        SessionFact: [facts.session],
        TurnFact: facts.turns,
        ToolFact: facts.tools,
        ModelFact: facts.models,
        ErrorFact: facts.errors,
        VerdictFact: facts.verdicts,
    }
    own = belonging_to(session)
    rows = {kind: [kind(**own, **asdict(fact)) for fact in facts] for kind, facts in told.items()}
    rows[SaidLine] = [SaidLine(**own, words=words) for words in rows_said(timeline)]
    return [Insert.of(kind, made) for kind, made in rows.items()]
