"""How the whole server does: counts, rates and lags, for operators. Nothing of any tenant."""

import tomllib
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from platform import python_version
from typing import Any

from django import get_version
from django.conf import settings
from django.db import connection
from django.db.models import Count, Max, Min, Q, Sum

from observability.models import (
    Archive,
    Batch,
    Job,
    PurgeRun,
    Reconciliation,
    Recording,
    Refusal,
    Session,
    Tombstone,
)
from projects.models import Project

RATE_WINDOW = timedelta(minutes=5)
REFUSALS_SINCE = timedelta(days=1)
MAX_REASONS = 20


@dataclass(frozen=True, slots=True)
class QueueLag:
    kind: str
    waiting: int
    set_aside: int
    lag_s: int
    """How long the oldest one that is due has waited."""


@dataclass(frozen=True, slots=True)
class RefusalCount:
    reason: str
    signal: str
    projects: int
    count: int
    """Since each project first met it; those that happened in the last day."""
    last_at: datetime


@dataclass(frozen=True, slots=True)
class SystemStats:
    at: datetime
    versions: dict[str, str]
    projects: int
    sessions: dict[str, int]
    """By status; those that have not expired."""
    expired_sessions: int
    """Unreachable, and not erased yet."""
    received_per_s: dict[str, float]
    """Records by signal over the last five minutes, of uploads that are still in the journal."""
    uploads_per_s: float
    rejected: int
    discarded_late: int
    storage_bytes: dict[str, int]
    queues: list[QueueLag] = field(default_factory=list)
    refusals: list[RefusalCount] = field(default_factory=list)
    last_purge: dict[str, Any] | None = None
    last_fsck: dict[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


def system_stats(now: datetime) -> SystemStats:
    """A constant number of queries; sums over sessions and recordings, so not for every second."""
    living = Session.objects.filter(expires_at__gt=now)
    recent = Batch.objects.filter(received_at__gt=now - RATE_WINDOW)
    received = dict(recent.values_list("signal").annotate(records=Sum("record_count")))
    return SystemStats(
        at=now,
        versions=versions(),
        projects=Project.objects.filter(deleted_at=None).count(),
        sessions=dict.fromkeys(Session.Status.values, 0)
        | dict(living.values_list("status").annotate(n=Count("pk"))),
        expired_sessions=Session.objects.filter(expires_at__lte=now).count(),
        received_per_s={signal: per_s(records) for signal, records in sorted(received.items())},
        uploads_per_s=per_s(recent.count()),
        rejected=living.aggregate(all=Sum("rejected_count"))["all"] or 0,
        discarded_late=Tombstone.objects.aggregate(all=Sum("discarded_count"))["all"] or 0,
        storage_bytes={
            "recordings": Recording.objects.aggregate(all=Sum("size_bytes"))["all"] or 0,
            "archive": Archive.objects.aggregate(all=Sum("size_bytes"))["all"] or 0,
        },
        queues=queues(now),
        refusals=refusals(now),
        last_purge=run_told(PurgeRun.objects.order_by("-pk").first()),
        last_fsck=run_told(Reconciliation.objects.order_by("-pk").first()),
    )


def per_s(records: int) -> float:
    return round(records / RATE_WINDOW.total_seconds(), 2)


def versions() -> dict[str, str]:
    return {
        "playhead": playhead_version(),
        "python": python_version(),
        "django": get_version(),
        "database": f"{connection.vendor} {database_version()}",
    }


def playhead_version() -> str:
    """Of pyproject.toml: it runs from its source and is not installed as a package."""
    project: dict[str, Any] = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text())["project"]
    return str(project["version"])


def database_version() -> str:
    return ".".join(map(str, connection.get_database_version()))


def queues(now: datetime) -> list[QueueLag]:
    waiting = Q(state=Job.State.WAITING)
    rows = (
        Job.objects.values("kind")
        .annotate(
            waiting=Count("pk", filter=waiting),
            set_aside=Count("pk", filter=Q(state=Job.State.SET_ASIDE)),
            due_since=Min("run_after", filter=waiting & Q(run_after__lte=now)),
        )
        .filter(Q(waiting__gt=0) | Q(set_aside__gt=0))
        .order_by("kind")
    )
    return [
        QueueLag(row["kind"], row["waiting"], row["set_aside"], seconds_since(row["due_since"], now))
        for row in rows
    ]


def seconds_since(moment: datetime | None, now: datetime) -> int:
    return round((now - moment).total_seconds()) if moment else 0


def refusals(now: datetime) -> list[RefusalCount]:
    rows = (
        Refusal.objects.filter(last_at__gt=now - REFUSALS_SINCE)
        .values("reason", "signal")
        .annotate(projects=Count("project", distinct=True), total=Sum("count"), latest=Max("last_at"))
        .order_by("-total")[:MAX_REASONS]
    )
    return [
        RefusalCount(row["reason"], row["signal"], row["projects"], row["total"], row["latest"])
        for row in rows
    ]


def run_told(run: PurgeRun | Reconciliation | None) -> dict[str, Any] | None:
    if run is None:
        return None
    fields = [field.name for field in run._meta.fields if field.name != "id"]
    return {name: getattr(run, name) for name in fields}
