"""The single turns and sessions that are worth a look."""

from django.db.models import QuerySet

from observability.insights.shapes import SlowTurn
from observability.models import Session, TurnFact

SHOWN = 8


def slowest_turns(sessions: "QuerySet[Session]") -> list[SlowTurn]:
    """They can only be in the sessions whose slowest answers are the slowest, so only those are read."""
    slowest = sessions.filter(slowest_answer_ms__gt=0).order_by("-slowest_answer_ms", "-pk")[:SHOWN]
    by_key = {session.pk: session for session in slowest.only(*SHOWN_OF_SESSION)}
    turns = TurnFact._base_manager.filter(session__in=by_key, role="user", e2e_ms__isnull=False)
    return [
        slow_turn(turn, by_key[turn.session_id])
        for turn in turns.order_by("-e2e_ms", "-session", "index")[:SHOWN]
    ]


def slow_turn(turn: TurnFact, session: Session) -> SlowTurn:
    assert turn.index is not None
    assert turn.e2e_ms is not None
    return SlowTurn(session, turn.index, turn.agent, turn.e2e_ms)


def worst_sessions(sessions: "QuerySet[Session]") -> list[Session]:
    """By errors, and of as many by the slowest answer."""
    worst = sessions.filter(error_count__gt=0).order_by("-error_count", "-slowest_answer_ms", "-pk")
    return list(worst.only(*SHOWN_OF_SESSION)[:SHOWN])


SHOWN_OF_SESSION = (
    *("public_id", "agent_name", "room_name", "room_id", "job_id", "started_ns"),
    *("first_received_at", "error_count", "slowest_answer_ms", "summary"),
)
