"""Takes sealed sessions out of the Parquet that holds them: whole parts, because a file cannot lose a few of its rows.

A part is void in the transaction that changes one of its sessions. Its files go, then its row, and only then are
the sessions that are left written anew: so whoever reads the storage finds none of them twice.
"""

from collections.abc import Iterable, Sequence

from django.utils import timezone

from observability import jobs
from observability.jobs import NotYet
from observability.models import CompactedPart, CompactedSession, Job
from observability.storage import objects

WRITE_PART = "write-parquet"
REMOVE_PART = "remove-parquet"


class StillWritten(NotYet):
    """A worker is at it; it stops by itself, and may put one more file there until then."""


def withdraw(session_ids: Sequence[int]) -> None:
    """What is in Parquet of these sessions is not as they are. Within the caller's transaction, which holds them."""
    withdraw_parts(parts_of(session_ids))


def withdraw_parts(part_ids: Iterable[int]) -> None:
    """Of no use any more; those of their sessions that are well are written anew."""
    for part_id in part_ids:
        CompactedPart.objects.filter(pk=part_id).update(is_void=True)
        jobs.submit(REMOVE_PART, part_id)


def submit_removals() -> int:
    """Ask for the removal of every void part, also of those that were given up. Returns how many there are."""
    void = list(CompactedPart.objects.filter(is_void=True).order_by("pk").values_list("pk", flat=True))
    for part_id in void:
        jobs.try_again(REMOVE_PART, part_id)
    return len(void)


def parts_of(session_ids: Sequence[int]) -> list[int]:
    members = CompactedSession.objects.filter(session__in=session_ids)
    return sorted(set(members.values_list("part", flat=True)))


def remove_part(part_id: int) -> None:
    """For the Job as well. May run twice. Raises StorageFailed, and StillWritten: nothing is certain before that ends.

    Not within a transaction: a worker has to see at once that the part is void.
    """
    part = CompactedPart.objects.filter(pk=part_id).first()
    if part is None:
        return
    CompactedPart.objects.filter(pk=part_id).update(is_void=True)
    is_written_now = is_being_written(part_id)
    for key in part.keys:
        objects.remove(key)
    if is_written_now:
        raise StillWritten(f"Part {part.public_id} is just being written.")
    CompactedPart.objects.filter(pk=part_id).delete()


def is_being_written(part_id: int) -> bool:
    return Job.objects.filter(
        kind=WRITE_PART, object_id=part_id, state=Job.State.RUNNING, leased_until__gte=timezone.now()
    ).exists()
