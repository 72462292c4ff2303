"""What a project has used of its plan: read from the rows, one a day, that a worker keeps."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from projects.models import Plan, Project, UsageDay

MS_PER_MINUTE = 60_000


@dataclass(frozen=True, slots=True)
class Usage:
    """Of a day or a month (UTC). What was deleted since counts too; what is stored is what was left at its end."""

    begins: date
    sessions: int = 0
    events: int = 0
    recording_ms: int = 0
    stored_bytes: int = 0

    @property
    def recording_minutes(self) -> int:
        """Begun ones."""
        return -(-self.recording_ms // MS_PER_MINUTE)

    def exceeds(self, plan: Plan) -> bool:
        """Reached is used up: the next session would be beyond."""
        is_over_events = plan.events_per_month is not None and self.events >= plan.events_per_month
        allowed = plan.recording_minutes_per_month
        return is_over_events or (allowed is not None and self.recording_ms >= allowed * MS_PER_MINUTE)


def usage_by_month(project: Project, *, now: datetime, months: int) -> list[Usage]:
    """This month and those before, newest first, also those of which nothing is known."""
    firsts = [first_of_month(now.date())]
    while len(firsts) < months:
        firsts.append(month_before(firsts[-1]))
    days = list(project.usage_days.filter(day__gte=firsts[-1]).order_by("day"))
    return [added_up(first, (day for day in days if first_of_month(day.day) == first)) for first in firsts]


def usage_of_days(project: Project, *, since: date) -> dict[date, Usage]:
    return {row.day: added_up(row.day, [row]) for row in project.usage_days.filter(day__gte=since)}


def is_storage_counted(project: Project, *, now: datetime) -> bool:
    """Not between a day's first session and the next count, ten minutes later at most: what it holds has bytes."""
    return not project.usage_days.filter(day=now.date(), sessions__gt=0, stored_bytes=0).exists()


def added_up(begins: date, days: Iterable[UsageDay]) -> Usage:
    """`days` in their order."""
    total = Usage(begins)
    for day in days:
        total = Usage(
            begins,
            sessions=total.sessions + day.sessions + day.deleted_sessions,
            events=total.events + day.events + day.deleted_events,
            recording_ms=total.recording_ms + day.recording_ms + day.deleted_recording_ms,
            stored_bytes=day.stored_bytes,
        )
    return total


def judge_quota(project: Project, *, now: datetime) -> None:
    """Write on the project's own row, which every upload reads anyway, until when it begins no more sessions."""
    [month] = usage_by_month(project, now=now, months=1)
    until = beginning_of(month_after(month.begins)) if month.exceeds(project.plan) else None
    if project.over_quota_until != until:
        Project.objects.filter(pk=project.pk).update(over_quota_until=until)
        project.over_quota_until = until


def first_of_month(day: date) -> date:
    return day.replace(day=1)


def month_before(first: date) -> date:
    return (
        first.replace(year=first.year - 1, month=12)
        if first.month == 1
        else first.replace(month=first.month - 1)
    )


def month_after(first: date) -> date:
    return (
        first.replace(year=first.year + 1, month=1)
        if first.month == 12
        else first.replace(month=first.month + 1)
    )


def beginning_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)
