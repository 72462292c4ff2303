"""Filters of the list of sessions as conditions for the database, by their names in `session_filters`.

Those that look for a part of a text are in `session_search`.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now

from observability.models import (
    ErrorFact,
    Fact,
    Recording,
    Session,
    SessionFact,
    ToolFact,
    VerdictFact,
)
from observability.queries.session_filters import Asked
from observability.queries.session_keys import BY_FACT, KeysOf, with_fact
from projects.models import Project

Condition = Callable[[Project, Any], Q]


def matching(project: Project, asked: Asked) -> Q:
    """All but what is looked for. Simulated sessions only where they are asked for."""
    values = {"simulated": "no", **asked.values}
    found = Q()
    for name, value in values.items():
        if name in CONDITIONS:
            found &= CONDITIONS[name](project, value)
    return found


def simulated(_: Project, which: str) -> Q:
    return Q() if which == "any" else Q(is_simulated=which == "yes")


def with_keys(keys_of: KeysOf) -> Condition:
    return lambda project, value: Q(pk__in=keys_of(project, value))


def with_turns(**fields: int) -> Condition:
    """Of a session that is over; one that lives has none of them yet."""

    def condition(project: Project, answer: str) -> Q:
        having = holding(SessionFact, project, **fields)
        return having if answer == "yes" else ~having

    return condition


def counted(project: Project, answer: str) -> Q:
    """One that lives again has facts from before, which do not count."""
    having = ~Q(status=Session.Status.LIVE) & holding(SessionFact, project)
    return having if answer == "yes" else ~having


def with_error(project: Project, named: str) -> Q:
    kind, colon, error_type = named.partition(":")
    return holding(ErrorFact, project, kind=kind, **({"error_type": error_type} if colon else {}))


def with_evaluation(project: Project, named: str) -> Q:
    """Names may hold a colon too."""
    name, _, verdict = named.rpartition(":")
    kind = VerdictFact.Kind.EVALUATION
    of_any_verdict = holding(VerdictFact, project, kind=kind, name=named)
    return of_any_verdict | holding(VerdictFact, project, kind=kind, name=name, verdict=verdict)


def holding(fact: type[Fact], project: Project, **fields: object) -> Q:
    return Q(pk__in=fact.objects.for_project(project).filter(**fields).values("session"))


def with_audio(_: Project, answer: str) -> Q:
    """Mostly there is some, and is soon come upon; those without are few, and have an index."""
    has = Q(Exists(Recording.objects.filter(session=OuterRef("pk"))))
    return has if answer == "yes" else Q(has_audio=False) & ~has


CONDITIONS: Mapping[str, Condition] = {
    "within": lambda _, time: Q(first_received_at__gte=Now() - time),
    "from": lambda _, at: Q(first_received_at__gte=at),
    "to": lambda _, at: Q(first_received_at__lt=at),
    "status": lambda _, status: Q(status=status),
    "agent": lambda _, name: Q(agent_name=name),
    "room": lambda _, room: Q(room_name=room) | Q(room_id=room),
    "participant": lambda _, identity: Q(participant=identity),
    **{name: with_keys(keys_of) for name, keys_of in BY_FACT.items()},
    "sdk": lambda _, version: Q(sdk_version=version),
    "slow": lambda _, ms: Q(slowest_answer_ms__gt=ms),
    "errors": lambda _, answer: Q(error_count__gt=0) if answer == "yes" else Q(error_count=0),
    "error": with_error,
    "failed_tool": with_keys(with_fact(ToolFact, status=ToolFact.Status.FAILED)),
    "evaluation": with_evaluation,
    "interrupted": with_turns(interrupted__gt=0),
    "unanswered": with_turns(unanswered__gt=0),
    "preempted": with_turns(preempted__gt=0),
    "counted": counted,
    "audio": with_audio,
    "imported": lambda _, answer: Q(imported_at__isnull=answer == "no"),
    "simulated": simulated,
}
