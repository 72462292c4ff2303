"""Filters of the list of sessions as conditions for the database, by their names in `session_filters`."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import BooleanField, Case, Exists, OuterRef, Q, When
from django.db.models.functions import Now

from observability.models import Fact, ModelFact, Recording, SaidLine, ToolFact, VerdictFact
from observability.queries.session_filters import Asked
from observability.timeline.said import words_in
from projects.models import Project

MAX_WORDS = 10
"""Of a question; each further one costs a look at every line."""

Condition = Callable[[Project, Any], Q]


def matching(project: Project, asked: Asked) -> Q:
    """Simulated sessions only where they are asked for."""
    values = {"simulated": "no", **asked.values}
    found = Q()
    for name, value in values.items():
        found &= CONDITIONS[name](project, value)
    return found


def simulated(_: Project, which: str) -> Q:
    return Q() if which == "any" else Q(is_simulated=which == "yes")


def with_fact(fact: type[Fact], /, **fields: object) -> Callable[[Project, str], Q]:
    """The value is its name. Index: project, name, session."""
    column = "model" if fact is ModelFact else "name"

    def condition(project: Project, value: str) -> Q:
        facts = fact.objects.for_project(project).filter(**fields, **{column: value})
        return Q(pk__in=facts.values("session"))

    return condition


def with_audio(_: Project, answer: str) -> Q:
    has = Exists(Recording.objects.filter(session=OuterRef("pk")))
    return Q(has) if answer == "yes" else Q(~has)


def named(text: str) -> Q:
    return (
        Q(job_id__icontains=text)
        | Q(room_name__icontains=text)
        | Q(room_id__icontains=text)
        | Q(agent_name__icontains=text)
        | Q(participant__icontains=text)
    )


def said(project: Project, text: str) -> Q:
    """Nothing is found by a text without a word in it.

    A condition within a CASE stays one. PostgreSQL would make a join of it otherwise, and read the lines of each
    session from the newest on: 3 s for a rare word among 600,000 lines, which it finds in 30 ms by their index.
    """
    words = words_in(text)[:MAX_WORDS]
    if not words:
        return Q(pk__in=[])
    lines = SaidLine.objects.filter(session=OuterRef("pk"), words__hold_all=words)
    return Q(
        Case(When(Exists(lines.for_project(project)), then=True), default=False, output_field=BooleanField())
    )


CONDITIONS: Mapping[str, Condition] = {
    "search": lambda project, text: named(text) | said(project, text),
    "text": lambda _, text: named(text),
    "q": said,
    "within": lambda _, time: Q(first_received_at__gte=Now() - time),
    "from": lambda _, at: Q(first_received_at__gte=at),
    "to": lambda _, at: Q(first_received_at__lt=at),
    "status": lambda _, status: Q(status=status),
    "agent": lambda _, name: Q(agent_name=name),
    "room": lambda _, room: Q(room_name=room) | Q(room_id=room),
    "participant": lambda _, identity: Q(participant=identity),
    "outcome": with_fact(VerdictFact, kind=VerdictFact.Kind.OUTCOME),
    "tag": with_fact(VerdictFact, kind=VerdictFact.Kind.TAG),
    "tool": with_fact(ToolFact),
    "model": with_fact(ModelFact),
    "sdk": lambda _, version: Q(sdk_version=version),
    "slow": lambda _, ms: Q(slowest_answer_ms__gt=ms),
    "errors": lambda _, answer: Q(error_count__gt=0) if answer == "yes" else Q(error_count=0),
    "audio": with_audio,
    "imported": lambda _, answer: Q(imported_at__isnull=answer == "no"),
    "simulated": simulated,
}
