"""Tools, models, errors and verdicts of many sessions, the most frequent first."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum

from observability.insights.gathering import Gathered, Joined
from observability.insights.percentiles import spread_of, spread_of_values, unpacked
from observability.insights.shapes import MOST, Error, Model, Tool, Verdict
from observability.models import ErrorFact, ModelFact, Session, ToolFact, VerdictFact

USED = ("requests", "input_tokens", "input_cached_tokens", "output_tokens", "characters", "audio_duration_ms")
Sessions = QuerySet[Session]


def tools_in(sessions: Sessions) -> list[Tool]:
    failed = Q(status=ToolFact.Status.FAILED)
    rows = (
        ToolFact._base_manager.filter(session__in=sessions.values("pk"))
        .values("name")
        .annotate(
            calls=Count("pk"),
            failed=Count("pk", filter=failed),
            unknown=Count("pk", filter=Q(status=ToolFact.Status.UNKNOWN)),
            sessions=Count("session", distinct=True),
            failed_sessions=Count("session", distinct=True, filter=failed),
            durations=Gathered("duration_ms"),
        )
        .order_by("-calls", "name")[:MOST]
    )
    return [Tool(**named(row, "durations"), duration=spread_of_values(row["durations"])) for row in rows]


def models_in(sessions: Sessions) -> list[Model]:
    """A figure that was measured in none of them is None, as sums are of nothing."""
    rows = (
        ModelFact._base_manager.filter(session__in=sessions.values("pk"))
        .values("type", "provider", "model")
        .annotate(
            sessions=Count("session", distinct=True),
            times=Joined("first_times"),
            **{f"{name}_sum": Sum(name) for name in USED},
        )
        .order_by("-sessions", "type", "model", "provider")[:MOST]
    )
    return [model_of(row) for row in rows]


def model_of(row: Mapping[str, Any]) -> Model:
    return Model(
        type=row["type"],
        provider=row["provider"],
        model=row["model"],
        sessions=row["sessions"],
        first=spread_of(unpacked([row["times"]])),
        **{name: row[f"{name}_sum"] for name in USED},
    )


def errors_in(sessions: Sessions) -> list[Error]:
    rows = (
        ErrorFact._base_manager.filter(session__in=sessions.values("pk"))
        .values("kind", "error_type")
        .annotate(
            count=Count("pk"),
            not_recovered=Count("pk", filter=~Q(recovered=True)),
            sessions=Count("session", distinct=True),
        )
        .order_by("-count", "kind", "error_type")[:MOST]
    )
    return [Error(**row) for row in rows]


def verdicts_in(sessions: Sessions) -> list[Verdict]:
    """Outcomes, then evaluations by name; tags say nothing of how it went."""
    rows = (
        VerdictFact._base_manager.filter(session__in=sessions.values("pk"))
        .exclude(kind=VerdictFact.Kind.TAG)
        .values("kind", "name", "verdict")
        .annotate(sessions=Count("session", distinct=True))
        .order_by("-sessions", "-kind", "name", "verdict")[:MOST]
    )
    return sorted((Verdict(**row) for row in rows), key=in_order)


def in_order(each: Verdict) -> tuple[bool, str]:
    """The verdicts of one evaluation side by side; within each the most frequent first, as they come."""
    is_outcome = each.kind == VerdictFact.Kind.OUTCOME
    return not is_outcome, "" if is_outcome else each.name


def judged_in(sessions: Sessions) -> int:
    """Of how many an outcome is told, be it among the most frequent or not."""
    outcomes = VerdictFact._base_manager.filter(
        session__in=sessions.values("pk"), kind=VerdictFact.Kind.OUTCOME
    )
    return outcomes.values("session").distinct().count()


def named(row: Mapping[str, Any], without: str) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != without}
