"""All that there is to write at this moment, without waiting for a worker; and all that was written, away."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count, QuerySet, Sum

from observability import jobs
from observability.compaction.plan import ask_for_parts
from observability.journal.compacted import WRITE_PART, remove_part
from observability.models import CompactedPart, Job
from projects.models import Project


def compact(
    project: Project | None = None, day: date | None = None, *, now: datetime | None = None
) -> dict[str, Any]:
    """Parts, sessions, records and bytes that were written, and parts that wait, for the storage, a disk or DuckDB.

    What a worker takes meanwhile is left to it, and counted as waiting until it is done.
    """
    begun: list[int] = []
    while some := ask_for_parts(project=project, day=day, now=now):
        begun += some
        write_now(some)
    parts = CompactedPart.objects.filter(pk__in=begun)
    written = parts.filter(state=CompactedPart.State.READY).aggregate(
        parts=Count("pk"), sessions=Sum("session_count"), records=Sum("record_count"), bytes=Sum("size_bytes")
    )
    waiting = parts.filter(state=CompactedPart.State.WAITING)
    return {name: value or 0 for name, value in written.items()} | {
        "waiting": waiting.count(),
        "waits_for": reason(waiting),
    }


def write_now(part_ids: Sequence[int]) -> None:
    waiting = Job.objects.filter(kind=WRITE_PART, object_id__in=part_ids, state=Job.State.WAITING)
    for job_id in list(waiting.order_by("pk").values_list("pk", flat=True)):
        jobs.run(job_id)


def reason(waiting: QuerySet[CompactedPart]) -> str:
    """Of the last attempt at one of them."""
    last = Job.objects.filter(kind=WRITE_PART, object_id__in=waiting.values("pk")).order_by("-pk").first()
    return last.error if last else ""


def remove_all() -> int:
    """How many parts went. With PARQUET=on a worker begins anew. Raises StorageFailed, and StillWritten."""
    parts = list(CompactedPart.objects.order_by("pk").values_list("pk", flat=True))
    for part_id in parts:
        remove_part(part_id)
    return len(parts)
