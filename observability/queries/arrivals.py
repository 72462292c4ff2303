"""What Connect tells about a project's first uploads and its refused ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db.models import Count, Max, Min, Q, Sum

from observability.models import Archive, Batch, Refusal, Session, Signal
from observability.records import DEMO_JOB_PREFIX
from projects.models import ApiKey, Project, UsageDay

OF_CREDENTIALS = frozenset(
    {
        "ambiguous-key",
        "bad-token",
        "expired-token",
        "missing-grant",
        "no-token",
        "unknown-key",
        "wrong-secret",
    }
)
"""Refusals that are over as soon as a key of the project has opened it, whatever became of the session."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """What has come of one signal."""

    signal: str
    records: int = 0
    first_at: datetime | None = None
    last_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Arrivals:
    newest_session: Session | None
    signals: list[Arrival]
    """Of the newest session, in the order of Signal; zeros where nothing has come."""
    last_refusal: Refusal | None
    proven_at: datetime | None = None
    """When a key of the project was last accepted, to the minute."""
    refused: Mapping[str, int] = field(default_factory=dict)
    """Uploads refused as the last one, by signal, most first."""

    @property
    def have_begun(self) -> bool:
        return self.newest_session is not None

    @property
    def switched_off(self) -> frozenset[str]:
        """By the newest session's switches."""
        return frozenset(self.newest_session.switched_off if self.newest_session else ())

    @property
    def refusal_is_newer(self) -> bool:
        """So that a mended set-up is not blamed for what went wrong before."""
        if self.last_refusal is None:
            return False
        received_at = self.newest_session.last_received_at if self.newest_session else None
        proven_at = self.proven_at if self.last_refusal.reason in OF_CREDENTIALS else None
        return all(at is None or self.last_refusal.last_at > at for at in (received_at, proven_at))


def arrivals_of(project: Project) -> Arrivals:
    """The demo's sessions do not count, nor imported ones: no agent has sent them."""
    sessions = Session.objects.for_project(project).filter(imported_at=None)
    sessions = sessions.exclude(job_id__startswith=DEMO_JOB_PREFIX)
    newest = sessions.order_by("-pk").first()
    refusal = Refusal.objects.filter(project=project).order_by("-last_at").first()
    if refusal is None:
        return Arrivals(newest, signals_of(newest), None)
    return Arrivals(newest, signals_of(newest), refusal, proven_at(project), refused_alike(refusal))


def refused_alike(refusal: Refusal) -> dict[str, int]:
    alike = Refusal.objects.filter(project=refusal.project_id, reason=refusal.reason, key=refusal.key)
    return dict(alike.order_by("-count", "signal").values_list("signal", "count"))


def proven_at(project: Project) -> datetime | None:
    at: datetime | None = ApiKey.objects.filter(project=project).aggregate(at=Max("last_used_at"))["at"]
    return at


def have_come_and_gone(project: Project) -> bool:
    """Whether agents have had sessions here, for a project without any. Uploads that were all refused made none."""
    counted = UsageDay.objects.filter(Q(sessions__gt=0) | Q(deleted_sessions__gt=0), project=project)
    return proven_at(project) is not None and counted.exists()


def signals_of(session: Session | None) -> list[Arrival]:
    archive = Archive.objects.filter(session=session).first() if session else None
    sealed = arrivals_in(archive) if archive else {}
    rows = (
        Batch.objects.filter(session=session, seq__gt=archive.through_seq if archive else 0)
        .values("signal")
        .annotate(
            records=Sum("record_count"),
            first=Min("received_at"),
            last=Max("received_at"),
            batches=Count("pk"),
        )
        if session
        else []
    )
    known = {row["signal"]: Arrival(row["signal"], row["records"], row["first"], row["last"]) for row in rows}
    return [together(sealed.get(signal), known.get(signal)) or Arrival(signal) for signal in Signal.values]


def arrivals_in(archive: Archive) -> dict[str, Arrival]:
    return {
        signal: Arrival(
            signal,
            told["records"],
            datetime.fromisoformat(told["first"]),
            datetime.fromisoformat(told["last"]),
        )
        for signal, told in archive.arrivals.items()
    }


def together(sealed: Arrival | None, later: Arrival | None) -> Arrival | None:
    if sealed is None or later is None:
        return sealed or later
    return replace(later, records=sealed.records + later.records, first_at=sealed.first_at)
