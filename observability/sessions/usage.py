"""Counts what each project's sessions have brought, away from the uploads, from the counters that sessions have anyway.

A row per project and day (UTC) on which sessions began. Counting sums up anew and may run any number of times. A
session grows for a day at most, so older days are settled, and what expires or is purged takes nothing from them.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from django.db import transaction
from django.db.models import Count, F, Max, QuerySet, Sum
from django.db.models.functions import Length, TruncDate

from observability.models import Archive, Batch, Recording, Session
from projects.models import Project, UsageDay
from projects.usage import judge_quota

GROWS_FOR = timedelta(days=2)
"""Longer than a session lives (MAX_SESSION_S)."""


@dataclass(slots=True)
class Total:
    sessions: int = 0
    events: int = 0
    recording_ms: int = 0


def count_usage(now: datetime) -> int:
    """Returns of how many projects."""
    since = (now - GROWS_FOR).replace(hour=0, minute=0, second=0, microsecond=0)
    recent = recent_sessions(since)
    projects = Project.objects.filter(deleted_at=None, pk__in=recent.values("project")).select_related("plan")
    closed = Project.objects.filter(deleted_at=None, over_quota_until__isnull=False).select_related("plan")
    to_count = list(projects)
    for project in to_count:
        count_days(project, recent, since)
    for project in {*to_count, *closed}:
        judge_quota(project, now=now)
    return len(to_count)


def recent_sessions(since: datetime) -> QuerySet[Session]:
    """Index: the primary key, walked from the newest: sessions are numbered in the order in which they begin."""
    older = (
        Session.objects.filter(first_received_at__lt=since)
        .order_by("-pk")
        .values_list("pk", flat=True)
        .first()
    )
    return Session.objects.filter(pk__gt=older or 0, first_received_at__gte=since)


@transaction.atomic
def count_days(project: Project, recent: QuerySet[Session], since: datetime) -> None:
    """Days are held while their sessions are read, so that one that is deleted meanwhile is taken away after."""
    living = recent.filter(project=project, deleted_at=None)
    for day in list(living.annotate(day=day_of()).values_list("day", flat=True).distinct()):
        UsageDay.objects.get_or_create(project=project, day=day)
    held = {row.day: row for row in project.usage_days.select_for_update().filter(day__gte=since.date())}
    for day, total in totals_of(living).items():
        if day in held:
            raise_to(held[day], total)


def raise_to(row: UsageDay, total: Total) -> None:
    """Never lower: what was purged early, or is no longer kept because of redaction, had come all the same."""
    counted = (row.sessions, row.events, row.recording_ms)
    row.sessions = max(row.sessions, total.sessions)
    row.events = max(row.events, total.events)
    row.recording_ms = max(row.recording_ms, total.recording_ms)
    if (row.sessions, row.events, row.recording_ms) != counted:
        row.save(update_fields=["sessions", "events", "recording_ms"])


def totals_of(sessions: QuerySet[Session]) -> dict[date, Total]:
    totals: dict[date, Total] = {}
    events = Sum(F("span_count") + F("log_count") + F("metric_point_count"))
    by_day = sessions.order_by().annotate(day=day_of()).values("day")
    for row in by_day.annotate(sessions=Count("pk"), events=events):
        totals[row["day"]] = Total(row["sessions"], row["events"])
    longest = Recording.objects.filter(session__in=sessions.values("pk")).order_by().values("session")
    for first_received_at, ms in longest.annotate(ms=Max("duration_ms")).values_list(
        "session__first_received_at", "ms"
    ):
        if day_total := totals.get(first_received_at.astimezone(UTC).date()):
            day_total.recording_ms += ms or 0
    return totals


def count_deleted(session: Session) -> None:
    """Within the transaction that deletes it, and so once: what it has brought stays counted."""
    day = session.first_received_at.astimezone(UTC).date()
    UsageDay.objects.get_or_create(project_id=session.project_id, day=day)
    row = UsageDay.objects.select_for_update().get(project_id=session.project_id, day=day)
    events = session.span_count + session.log_count + session.metric_point_count
    recording_ms = Recording.objects.filter(session=session).aggregate(ms=Max("duration_ms"))["ms"] or 0
    row.sessions, row.deleted_sessions = max(row.sessions - 1, 0), row.deleted_sessions + 1
    row.events, row.deleted_events = max(row.events - events, 0), row.deleted_events + events
    row.recording_ms = max(row.recording_ms - recording_ms, 0)
    row.deleted_recording_ms += recording_ms
    row.save()


def count_storage(now: datetime) -> None:
    """What recordings, their copies, archives and journals take up, as of now."""
    stored = dict.fromkeys(Project.objects.filter(deleted_at=None).values_list("pk", flat=True), 0)
    for project_id, size in sizes():
        if project_id in stored:
            stored[project_id] += size or 0
    for project_id, size in stored.items():
        if size:
            UsageDay.objects.update_or_create(
                project_id=project_id, day=now.date(), defaults={"stored_bytes": size}
            )
        else:
            UsageDay.objects.filter(project_id=project_id, day=now.date()).update(stored_bytes=0)


def sizes() -> Iterable[tuple[int, int | None]]:
    recordings = Recording.objects.order_by().values("session__project")
    yield from recordings.annotate(size=Sum("size_bytes")).values_list("session__project", "size")
    yield from recordings.annotate(size=Sum("copy_bytes")).values_list("session__project", "size")
    archives = Archive.objects.order_by().values("session__project")
    yield from archives.annotate(size=Sum("size_bytes")).values_list("session__project", "size")
    journals = Batch.objects.order_by().values("project")
    yield from journals.annotate(size=Sum(Length("payload"))).values_list("project", "size")


def day_of() -> TruncDate:
    return TruncDate("first_received_at", tzinfo=UTC)
