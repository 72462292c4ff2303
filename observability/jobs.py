"""Work after the answer. A Job row is the truth, a Celery message only a poke, and a sweep pokes again what was lost.

A worker that takes a job holds it by a short lease, renewed while it works; when the worker dies the lease runs out and
the job is done elsewhere. So a job may run twice, and every kind of job has to bear that.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from celery import current_app
from celery.exceptions import CeleryError
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils import timezone
from django.utils.module_loading import import_string
from kombu.exceptions import OperationalError

from observability.models import Job
from observability.watched import watched

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=60)
RENEW_LEASE_EVERY_S = 20.0
MAX_ATTEMPTS = 5
"""Then the job is set aside with its error, and an operator decides."""
FIRST_RETRY = timedelta(seconds=5)
"""Doubled with each attempt: 5, 10, 20 and 40 seconds."""
PUT_OFF_FOR = timedelta(minutes=2)
"""Where waiting is all that helps. Long, because there is no end to it: a thousand such jobs are eight a second."""
OVERDUE = timedelta(seconds=1)
"""A poke needs milliseconds. What still waits after this has lost its own, or stands in a queue."""
SWEEP_AT_MOST = 100
POKE_EXPIRES_S = 30
BROKER_PAUSE_S = 10.0
"""After a failed poke none is tried for this long, so that a dead broker costs an upload nothing."""
KEEP_DONE = timedelta(days=1)

SHORT, LONG = "jobs", "long-jobs"
_no_poke_before = 0.0


class NotYet(Exception):
    """Raised by a job for which something is away that will come back. It waits, and that was no attempt."""


@dataclass(frozen=True, slots=True)
class Kind:
    """`function` is imported when it first runs, so that a web process never loads what only workers need."""

    function: str
    queue: str = SHORT
    limit_s: int = 300
    of: str = ""
    """session or recording, for work on one that goes with it: what the job's object is."""


RECORDINGS, SESSIONS = "recording", "session"
KINDS: dict[str, Kind] = {
    "inspect-recording": Kind("observability.recordings.inspect.inspect_recording", LONG, 900, RECORDINGS),
    "analyse-recording": Kind("observability.recordings.waveform.analyse_recording", LONG, 900, RECORDINGS),
    "build-export": Kind("observability.exports.build.build_export", LONG, 900),
    "convert-recording": Kind("observability.recordings.convert.convert_recording", LONG, 900, RECORDINGS),
    "erase-project": Kind("observability.retention.projects.erase_project", LONG, 900),
    "erase-recordings": Kind("observability.recordings.erase.erase_recordings", of=SESSIONS),
    "erase-session": Kind("observability.retention.delete.erase_session", limit_s=900),
    "remove-parquet": Kind("observability.journal.compacted.remove_part"),
    "redact-sealed": Kind("observability.sessions.allowed.redact_sealed", LONG, of=SESSIONS),
    "remove-obsolete-archives": Kind("observability.journal.archive.remove_obsolete", of=SESSIONS),
    "seal-session": Kind("observability.journal.seal.seal_session", LONG, of=SESSIONS),
    "store-recording": Kind("observability.recordings.store.store_recording", LONG, 900, RECORDINGS),
    "summarise-session": Kind("observability.sessions.summary.refresh_summary", of=SESSIONS),
    "write-parquet": Kind("observability.compaction.write.write_part", LONG, 900),
}


def kinds_of(thing: str) -> list[str]:
    return [name for name, kind in KINDS.items() if kind.of == thing]


def submit(kind: str, object_id: int, *, run_after: datetime | None = None) -> None:
    """Have the job done after this commit, and not before `run_after`. What waits already does not wait twice."""
    now = timezone.now()
    run_after = run_after or now
    Job.objects.bulk_create([Job(kind=kind, object_id=object_id, run_after=run_after)], ignore_conflicts=True)
    waiting = Job.objects.filter(kind=kind, object_id=object_id, state=Job.State.WAITING)
    waiting.filter(run_after__gt=run_after).update(run_after=run_after)
    job_id = waiting.values_list("pk", flat=True).first()
    if job_id is not None and run_after <= now:
        transaction.on_commit(partial(poke, job_id, kind))


def poke(job_id: int, kind: str) -> None:
    """Never fails: without a broker the job waits for the next sweep."""
    global _no_poke_before
    if time.monotonic() < _no_poke_before:
        return
    queue, limit_s = KINDS[kind].queue, KINDS[kind].limit_s
    try:
        current_app.send_task(
            "observability.run_job",
            (job_id,),
            queue=queue,
            time_limit=limit_s,
            expires=POKE_EXPIRES_S,
            retry=False,
        )
    except (OperationalError, CeleryError, OSError) as error:
        _no_poke_before = time.monotonic() + BROKER_PAUSE_S
        logger.warning("The task broker cannot be reached (%s); jobs wait for it.", type(error).__name__)


def run(job_id: int) -> None:
    """Do the job if it is due and nobody else does it."""
    job = take(job_id, now=timezone.now())
    if job is None:
        return
    try:
        with watched(f"job {job.kind}"), renewed_lease(job):
            function_of(job.kind)(job.object_id)
    except NotYet as reason:
        logger.info("Job %s %s was put off: %s", job.kind, job.object_id, reason)
        put_off(job, f"{type(reason).__name__}: {reason}", now=timezone.now())
    except Exception as error:
        logger.exception("Job %s %s failed.", job.kind, job.object_id)
        put_back(job, f"{type(error).__name__}: {error}", now=timezone.now())
    else:
        held(job).update(state=Job.State.DONE, leased_until=None, error="", finished_at=timezone.now())
        set_aside(job.kind, job.object_id).delete()  # what failed before has been made good by this


def function_of(kind: str) -> Callable[[int], object]:
    function: Callable[[int], object] = import_string(KINDS[kind].function)
    return function


def sweep(*, now: datetime) -> int:
    """Poke what is due and was not begun, or was begun by a worker that is no more; return how many were poked."""
    put_back_orphans(now)
    due = Job.objects.filter(state=Job.State.WAITING, run_after__lte=now - OVERDUE, kind__in=KINDS)
    jobs = list(due.order_by("run_after").values_list("pk", "kind")[:SWEEP_AT_MOST])
    for job_id, kind in jobs:
        poke(job_id, kind)
    Job.objects.filter(state=Job.State.DONE, finished_at__lt=now - KEEP_DONE).delete()
    return len(jobs)


def put_back_orphans(now: datetime) -> None:
    for job in Job.objects.filter(state=Job.State.RUNNING, leased_until__lt=now)[:SWEEP_AT_MOST]:
        put_back(job, "Its worker ended without a word.", now=now)


def release_all() -> None:
    """For a server that starts and is the only one on its database: whoever held a lease is no more."""
    Job.objects.filter(state=Job.State.RUNNING).update(leased_until=timezone.now() - LEASE)


def take(job_id: int, *, now: datetime) -> Job | None:
    """One statement decides, so of many workers only one gets the job; and of one object only one job runs."""
    same_object = Job.objects.filter(
        kind=OuterRef("kind"), object_id=OuterRef("object_id"), state=Job.State.RUNNING, leased_until__gte=now
    )
    taken = (
        Job.objects.filter(pk=job_id, state=Job.State.WAITING, run_after__lte=now)
        .filter(~Exists(same_object))
        .update(state=Job.State.RUNNING, leased_until=now + LEASE, attempts=F("attempts") + 1)
    )
    return Job.objects.get(pk=job_id) if taken else None


def put_back(job: Job, error: str, *, now: datetime) -> None:
    """To wait longer than before, or aside after too many attempts; or away, if the same work waits already."""
    error = error[:500]
    if job.attempts >= MAX_ATTEMPTS:
        held(job).update(state=Job.State.SET_ASIDE, leased_until=None, error=error, finished_at=now)
        return
    run_after = now + FIRST_RETRY * 2 ** (job.attempts - 1)
    wait_again(job, error, run_after=run_after, attempts=job.attempts, now=now)


def put_off(job: Job, reason: str, *, now: datetime) -> None:
    """To wait for as long as it takes."""
    wait_again(job, reason[:500], run_after=now + PUT_OFF_FOR, attempts=job.attempts - 1, now=now)


def wait_again(job: Job, error: str, *, run_after: datetime, attempts: int, now: datetime) -> None:
    try:
        with transaction.atomic():
            held(job).update(
                state=Job.State.WAITING,
                leased_until=None,
                error=error,
                run_after=run_after,
                attempts=attempts,
            )
    except IntegrityError:
        held(job).update(state=Job.State.DONE, leased_until=None, error=error, finished_at=now)


def try_again(kind: str, object_id: int) -> None:
    """Have done once more what was set aside: somebody asks for it."""
    with transaction.atomic():
        submit(kind, object_id)
        set_aside(kind, object_id).delete()


def set_aside(kind: str, object_id: int) -> QuerySet[Job]:
    return Job.objects.filter(kind=kind, object_id=object_id, state=Job.State.SET_ASIDE)


def is_under_way(kind: str, object_id: int) -> bool:
    """To ask for it once more would have a job that fails begin anew, without its rests and its attempts."""
    unfinished = (Job.State.WAITING, Job.State.RUNNING)
    return Job.objects.filter(kind=kind, object_id=object_id, state__in=unfinished).exists()


def is_set_aside(kind: str, object_id: int) -> bool:
    """The last attempt was one too many."""
    last = Job.objects.filter(kind=kind, object_id=object_id).order_by("-pk").first()
    return last is not None and last.state == Job.State.SET_ASIDE


def held(job: Job) -> QuerySet[Job]:
    """The job, unless its lease ran out and another worker has taken it since."""
    return Job.objects.filter(pk=job.pk, state=Job.State.RUNNING, attempts=job.attempts)


@contextmanager
def renewed_lease(job: Job) -> Iterator[None]:
    """Up to the kind's time limit: what hangs for longer is taken to be dead."""
    done = threading.Event()
    renewer = threading.Thread(
        target=renew_until, args=(done, job), name=f"lease of job {job.pk}", daemon=True
    )
    renewer.start()
    try:
        yield
    finally:
        done.set()
        renewer.join()


def renew_until(done: threading.Event, job: Job) -> None:
    until = time.monotonic() + KINDS[job.kind].limit_s
    while time.monotonic() < until and not done.wait(RENEW_LEASE_EVERY_S):
        try:
            held(job).update(leased_until=timezone.now() + LEASE)
        except DatabaseError as fault:  # the lease outlasts two of them
            logger.warning("The lease of job %s was not renewed: %s", job.pk, str(fault).partition("\n")[0])
        finally:
            connection.close()
