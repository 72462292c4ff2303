"""Figures across sessions, made of their facts with as many queries for a million turns as for one."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime
from itertools import pairwise
from typing import Any

from django.db.models import Case, Count, IntegerField, Q, Sum, Value, When

from observability.insights.gathering import Joined
from observability.insights.percentiles import spread_of, times_by_name
from observability.insights.rankings import slowest_turns, worst_sessions
from observability.insights.scope import OVER, Scope
from observability.insights.shapes import MOST, Column, Counts, Insights, Period, Version
from observability.insights.tallies import errors_in, judged_in, models_in, tools_in, verdicts_in
from observability.queries.planning import planned_with
from observability.timeline.facts import ANSWER_TIMES, WAITED_TIMES
from observability.timeline.figures import TARGET_MS

LARGE = {"work_mem": "64MB", "random_page_cost": "1.1", "jit": "off"}
"""Facts of 100,000 sessions are sorted in memory, and those of a day are looked up instead of reading all."""
BEFORE = -1
FACT = "sessionfact__"
SUMMED = ("turns", "unanswered", "interrupted", "preempted", "tool_calls", "tool_failures")
HAVING = {
    "error_sessions": Q(error_count__gt=0),
    "slow_sessions": Q(slowest_answer_ms__gt=TARGET_MS),
    "unanswered_sessions": Q(sessionfact__unanswered__gt=0),
    "interrupted_sessions": Q(sessionfact__interrupted__gt=0),
    "preempted_sessions": Q(sessionfact__preempted__gt=0),
}


@dataclass(frozen=True, slots=True)
class Group:
    """The sessions of one column that one agent had on one version of the SDK."""

    column: int
    """BEFORE for all of the stretch before."""
    agent: str
    sdk: str
    counts: Counts
    answer_times: bytes = field(repr=False)
    waited_times: bytes = field(repr=False)


def insights_of(scope: Scope) -> Insights:
    with planned_with(**LARGE):
        return figures_of(scope)


def figures_of(scope: Scope) -> Insights:
    groups = groups_in(scope)
    now, before = (
        [group for group in groups if group.column != BEFORE],
        [group for group in groups if group.column == BEFORE],
    )
    live, waiting = not_counted(scope)
    counted = scope.counted
    return Insights(
        total=period_of(now),
        before=period_of(before) if scope.is_before_kept else None,
        columns=columns_of(scope, now),
        versions=versions_of(groups),
        tools=tools_in(counted),
        models=models_in(counted),
        errors=errors_in(counted),
        verdicts=verdicts_in(counted),
        judged=judged_in(counted),
        slowest_turns=slowest_turns(counted),
        worst_sessions=worst_sessions(counted),
        live=live,
        waiting=waiting,
    )


def groups_in(scope: Scope) -> list[Group]:
    sessions = scope.sessions(scope.before).filter(OVER, sessionfact__isnull=False)
    rows = (
        sessions.annotate(column=column_by(scope.starts))
        .values("column", "agent_name", "sdk_version")
        .annotate(
            sessions=Count("pk"),
            duration_ms=Sum("length_ms"),
            times=Joined(FACT + "answer_times"),
            waited=Joined(FACT + "waited_times"),
            **{name: Sum(FACT + name) for name in SUMMED},
            **{name: Count("pk", filter=having) for name, having in HAVING.items()},
        )
        .order_by()
    )
    return [group_of(row) for row in rows]


def column_by(starts: Sequence[datetime]) -> Case:
    """The column of a session's first receipt; BEFORE for what lies before the first."""
    earlier = [
        When(first_received_at__lt=start, then=Value(number))
        for number, start in enumerate(starts, start=BEFORE)
    ]
    return Case(*earlier, default=Value(len(starts) - 1), output_field=IntegerField())


def group_of(row: Mapping[str, Any]) -> Group:
    counts = Counts(*(row[each.name] for each in fields(Counts)))
    return Group(row["column"], row["agent_name"], row["sdk_version"], counts, row["times"], row["waited"])


def period_of(groups: Iterable[Group], names: Sequence[str] = (*ANSWER_TIMES, *WAITED_TIMES)) -> Period:
    groups = list(groups)
    times = times_by_name((group.answer_times for group in groups), ANSWER_TIMES)
    times |= times_by_name((group.waited_times for group in groups), WAITED_TIMES)
    counts = sum((group.counts for group in groups), Counts())
    return Period(counts, {name: spread_of(times[name]) for name in names})


def columns_of(scope: Scope, groups: Iterable[Group]) -> list[Column]:
    by_column = grouped(groups, lambda group: group.column)
    ends = pairwise([*scope.starts, scope.until])
    periods = [(since, until, period_of(by_column[at])) for at, (since, until) in enumerate(ends)]
    return [Column(since, until, period.counts, period.latency) for since, until, period in periods]


def versions_of(groups: Sequence[Group]) -> list[Version]:
    """Of the agent with most sessions first; the versions of one agent side by side, the older first.

    Groups of the stretch before tell which of them are new, and are not counted.
    """
    first_of_agent = first_columns(groups, lambda group: group.agent)
    first_of_version = first_columns(groups, by_version)
    of_version = grouped((group for group in groups if group.column != BEFORE), by_version)
    largest = sorted(of_version.values(), key=lambda those: -sum(group.counts.sessions for group in those))
    versions = [
        version_of(those, is_new=first_of_version[by_version(those[0])] > first_of_agent[those[0].agent])
        for those in largest[:MOST]
    ]
    of_agent: dict[str, int] = defaultdict(int)
    for each in versions:
        of_agent[each.agent] += each.counts.sessions
    return sorted(versions, key=lambda each: (-of_agent[each.agent], each.agent, in_numbers(each.sdk)))


def in_numbers(version: str) -> list[tuple[int, str]]:
    """1.10.0 comes after 1.9.0."""
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in version.split(".")]


def by_version(group: Group) -> tuple[str, str]:
    return group.agent, group.sdk


def first_columns(groups: Iterable[Group], key: Callable[[Group], Any]) -> dict[Any, int]:
    return {name: min(group.column for group in those) for name, those in grouped(groups, key).items()}


def version_of(groups: Sequence[Group], *, is_new: bool) -> Version:
    period = period_of(groups, ["e2e_ms"])
    return Version(
        agent=groups[0].agent,
        sdk=groups[0].sdk,
        counts=period.counts,
        e2e=period.latency["e2e_ms"],
        first_column=min(group.column for group in groups),
        is_new=bool(groups[0].sdk) and is_new,
    )


def grouped(groups: Iterable[Group], key: Callable[[Group], Any]) -> dict[Any, list[Group]]:
    found: dict[Any, list[Group]] = defaultdict(list)
    for group in groups:
        found[key(group)].append(group)
    return found


def not_counted(scope: Scope) -> tuple[int, int]:
    """How many are live, and how many are over and not processed yet."""
    told = scope.sessions(scope.since).aggregate(
        live=Count("pk", filter=~OVER), waiting=Count("pk", filter=OVER & Q(sessionfact__isnull=True))
    )
    return told["live"], told["waiting"]
