"""Erases what has expired. Reads have been without it since the second at which it did."""

import logging
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta

from django.db import Error as DatabaseError
from django.db.models.functions import Now

from observability.jobs import NotYet
from observability.models import Batch, Deletion, PurgeRun, Reconciliation, Session, Tombstone
from observability.retention.brake import outlook
from observability.retention.deletions import remove_outlived, write_deletions_if_possible
from observability.retention.erase import Erased, Rest, erase, erase_together, remove_in_chunks
from observability.retention.pace import commits_felt, commits_that_do_not_wait
from observability.retention.pace import rest as rest_a_moment
from observability.retention.remains import empty_the_log, give_room_back
from observability.storage.bucket import StorageFailed
from projects.models import Project

logger = logging.getLogger(__name__)

SESSIONS_AT_ONCE = 25
MAX_FAILURES = 5
"""In a row: then the storage is down, and each further session would only wait for it again."""
FORCE_HOLDS = timedelta(days=1)
"""What an operator let go on, and was killed, goes on for so long."""
KEEP_RUNS = timedelta(days=400)


def purge(
    *,
    is_forced: bool = False,
    at_most_s: float = float("inf"),
    worker_now: datetime | None = None,
    rest: Rest = rest_a_moment,
) -> PurgeRun:
    """Erase what has expired, or say why not. Two at once are harmless; it goes on where another was killed.

    After `at_most_s` seconds it ends with `sessions_left`. `rest` is called between small steps.
    """
    found = outlook(worker_now=worker_now)
    is_forced = is_forced or is_force_unfinished()
    run = PurgeRun(is_forced=is_forced, begun_at=Now(), sessions_due=found.due)
    run.held_back = "" if is_forced else found.held_back
    run.save()
    until = time.monotonic() + at_most_s
    with commits_that_do_not_wait():
        erased = erase_sessions(run, until, rest)
    if run.held_back:
        logger.error("Expired sessions are not removed: %s", run.held_back)
    else:
        remove_the_rest(erased, rest)
    write_deletions_if_possible()
    return ended(run, erased)


def erase_sessions(run: PurgeRun, until: float, rest: Rest) -> Erased:
    """A page at a time; where that fails, each of the page by itself, so that none keeps another waiting."""
    erased, failures = Erased(), 0
    for page in pages_due(only_deleted=bool(run.held_back)):
        if time.monotonic() > until or failures == MAX_FAILURES:
            break
        failures = 0 if erase_page(page, erased, rest) else erase_each(page, erased, rest, failures)
        with commits_felt():
            note(run, erased)
    return erased


def erase_page(page: Sequence[int], erased: Erased, rest: Rest) -> bool:
    try:
        erased.add(erase_together(page, rest=rest))
    except Exception as fault:  # whichever of them it is: each is tried by itself, and tells
        logger.info("%s sessions are erased one by one (%s).", len(page), type(fault).__name__)
        return False
    return True


def erase_each(page: Sequence[int], erased: Erased, rest: Rest, failures: int) -> int:
    """How many have failed in a row since the last that did not, with `failures` before."""
    for session_id in page:
        if failures == MAX_FAILURES:
            break
        try:
            erased.add(erase(session_id, rest=rest))
            failures = 0
        except (NotYet, DatabaseError) as fault:
            failures += 1
            logger.warning("Session %s could not be erased yet (%s).", session_id, type(fault).__name__)
        except Exception:  # of this session alone: it says nothing of the next one
            logger.exception("Session %s could not be erased.", session_id)
    return failures


def pages_due(*, only_deleted: bool) -> Iterator[list[int]]:
    """In the order of their keys; what people have deleted is erased whatever holds back the rest."""
    due = Session.objects.filter(expires_at__lte=Now())
    if only_deleted:
        due = due.filter(deleted_at__isnull=False)
    last = 0
    while ids := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:SESSIONS_AT_ONCE]):
        yield ids
        last = ids[-1]


def remove_the_rest(erased: Erased, rest: Rest) -> None:
    """Records that name no session, tombstones that have stood long enough, and what was noted of old runs."""
    for project in Project.objects.select_related("plan"):
        life = timedelta(days=project.plan.retention_days)
        unassigned = Batch.objects.filter(project=project, session=None, received_at__lte=Now() - life)
        remove_in_chunks(unassigned, erased, rest)
    remove_in_chunks(Tombstone.objects.filter(until__lte=Now()), Erased(), rest)
    for runs in (PurgeRun.objects.all(), Reconciliation.objects.all()):
        remove_in_chunks(runs.filter(begun_at__lt=Now() - KEEP_RUNS), Erased(), rest)
    remove_in_chunks(Deletion.objects.filter(until__lte=Now()), Erased(), rest)
    with suppress(StorageFailed):
        remove_outlived()
    give_room_back(rest=rest)
    empty_the_log()


def note(run: PurgeRun, erased: Erased) -> None:
    """So that a run that is killed has told how far it came."""
    run.sessions, run.files, run.bytes, run.rows = erased.sessions, erased.files, erased.bytes, erased.rows
    run.save(update_fields=["sessions", "files", "bytes", "rows"])


def ended(run: PurgeRun, erased: Erased) -> PurgeRun:
    note(run, erased)
    run.sessions_left = Session.objects.filter(expires_at__lte=Now()).count()
    run.ended_at = Now()
    run.save(update_fields=["sessions_left", "ended_at"])
    if not run.sessions_left:
        PurgeRun.objects.filter(is_forced=True, ended_at=None).update(ended_at=Now())
    run.refresh_from_db()
    return run


def is_force_unfinished() -> bool:
    runs = PurgeRun.objects.filter(is_forced=True, ended_at=None, begun_at__gt=Now() - FORCE_HOLDS)
    return runs.exists()


def is_due(every_s: int) -> bool:
    """By what the database remembers, so that servers that are often restarted miss none."""
    recent = PurgeRun.objects.filter(begun_at__gt=Now() - timedelta(seconds=every_s))
    return every_s > 0 and not recent.exists()
