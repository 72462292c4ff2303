"""Which sessions are counted: the list's own filters, a range of time, and the same stretch of time before it."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta, tzinfo

from django.db.models import Q, QuerySet
from django.utils import timezone

from observability.insights.buckets import MAX_RANGE, starts_of, unit_of
from observability.models import Session
from observability.queries.session_conditions import matching
from observability.queries.session_filters import WITHIN, Asked, read_filters
from projects.models import Project

TIMES = ("within", "from", "to")
NAMES = (*TIMES, "agent", "sdk", "outcome", "tag", "tool", "model", "imported", "simulated")
"""Of the list's filters; the others ask for single sessions."""
USUAL = "7d"
OLDEST = datetime(1970, 1, 1, tzinfo=UTC)
"""Nothing was received before, and no range that ends later begins before the calendar."""
OVER = ~Q(status=Session.Status.LIVE)


@dataclass(frozen=True, slots=True)
class Scope:
    """By when sessions were first received, as the list has it."""

    project: Project
    asked: Asked
    since: datetime
    until: datetime
    zone: tzinfo
    """In whose days figures are shown."""
    is_before_kept: bool
    """Whether the stretch before is within the plan's retention: else it is partly gone, and no comparison."""

    @property
    def before(self) -> datetime:
        """Where the stretch of the same length before begins; `since` if nothing is to be compared."""
        return self.since - (self.until - self.since) if self.is_before_kept else self.since

    @property
    def starts(self) -> list[datetime]:
        return starts_of(self.since, self.until, self.zone)

    @property
    def unit(self) -> str:
        return unit_of(self.since, self.until)

    def sessions(self, since: datetime) -> "QuerySet[Session]":
        """All that match, from then on: index session_counted."""
        received = Q(first_received_at__gte=since, first_received_at__lt=self.until)
        asked = matching(self.project, without_times(self.asked))
        return Session.objects.for_project(self.project).filter(asked & received)

    @property
    def counted(self) -> "QuerySet[Session]":
        return self.sessions(self.since).filter(OVER, sessionfact__isnull=False)


def read_scope(project: Project, given: Mapping[str, str], zone: tzinfo, *, now: datetime) -> Scope:
    """What cannot be understood is left out, and told in `asked.problems`; `from` and `to` go before `within`."""
    asked = read_filters({name: given[name] for name in NAMES if name in given}, zone)
    if {"from", "to"} & asked.texts.keys():
        asked = replace(asked.without("within"), problems=asked.problems, left_out=asked.left_out)
    since, until = range_of(asked, now)
    oldest_kept = now - timedelta(days=project.plan.retention_days)
    return Scope(
        project=project,
        asked=asked,
        since=since,
        until=until,
        zone=zone,
        is_before_kept=since - (until - since) >= oldest_kept,
    )


def range_of(asked: Asked, now: datetime) -> tuple[datetime, datetime]:
    """Never empty, and never longer than MAX_RANGE: of what is longer, the end."""
    first, last, within = (asked.values.get(name) for name in ("from", "to", "within"))
    until = max(OLDEST, min(now, last)) if isinstance(last, datetime) else now
    since = [until - MAX_RANGE]
    if isinstance(first, datetime):
        since.append(first)
    if isinstance(within, timedelta):
        since.append(now - within)
    if len(since) == 1:
        since.append(until - WITHIN[USUAL][1])
    return min(max(since), until - timedelta(seconds=1)), until


def without_times(asked: Asked) -> Asked:
    for name in TIMES:
        asked = asked.without(name)
    return asked


def utc_text(at: datetime) -> str:
    """As the list's filters take it, to the microsecond."""
    return timezone.localtime(at, UTC).isoformat().replace("+00:00", "Z")
