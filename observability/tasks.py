"""Celery's side: each task has a fixed name, takes ids and numbers only, may run twice, and hands on."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.utils import timezone

from observability import jobs
from observability.compaction.plan import ask_for_parts
from observability.exports.sweep import sweep_exports as sweep_void_exports
from observability.journal.compacted import submit_removals
from observability.journal.seal import ask_for_sealing
from observability.recordings.files import StorageFailed
from observability.recordings.store import sweep_spool as sweep_this_servers_spool
from observability.retention import purge as purging
from observability.retention import reconcile as reconciling
from observability.retention.deletions import write_deletions_if_possible
from observability.retention.improvement import take_back
from observability.retention.projects import submit_erasures
from observability.sessions.life import ask_for_summaries, live_sessions_to_summarise, lose_silent_sessions
from observability.sessions.summary import refresh_summary
from observability.sessions.usage import count_storage, count_usage

logger = logging.getLogger(__name__)

SUMMARISE_FOR_S = 0.5
"""Of each sweep; what is left waits for the next."""
PURGE_FOR_S = 60.0
"""At a stretch, so that recordings have their turn in the same queue; what is left goes on after them."""
LATE_S = 900
"""Then the next sweep asks again."""


@shared_task(name="observability.run_job")
def run_job(job_id: int) -> None:
    jobs.run(job_id)


@shared_task(name="observability.sweep_jobs", time_limit=60)
def sweep_jobs() -> None:
    jobs.sweep(now=timezone.now())


@shared_task(name="observability.sweep_spool", time_limit=900)
def sweep_spool() -> None:
    """Of whichever server takes the task; web servers apart from it see to their own."""
    sweep_this_servers_spool(now=timezone.now())


@shared_task(name="observability.sweep_exports", time_limit=300)
def sweep_exports() -> None:
    sweep_void_exports()


@shared_task(name="observability.sweep_sessions", time_limit=300)
def sweep_sessions() -> None:
    """What is over gets a Job. One live session that cannot be read must not keep the others waiting, nor many of them
    take a core from ingest.
    """
    lose_silent_sessions(timezone.now())
    ask_for_summaries()
    until = time.monotonic() + SUMMARISE_FOR_S
    for session_id in live_sessions_to_summarise(timezone.now()):
        if time.monotonic() > until:
            break
        try:
            refresh_summary(session_id)
        except Exception:  # it has no news any more, and is left alone until more comes
            logger.exception("The summary of session %s could not be made.", session_id)
    ask_for_sealing(now=timezone.now())


@shared_task(name="observability.sweep_parquet", time_limit=300)
def sweep_parquet() -> None:
    if settings.PARQUET:
        ask_for_parts()


@shared_task(name="observability.sweep_usage", time_limit=300)
def sweep_usage() -> None:
    count_usage(timezone.now())


@shared_task(name="observability.sweep_storage", time_limit=300)
def sweep_storage() -> None:
    count_storage(timezone.now())


@shared_task(name="observability.sweep_retention", time_limit=60)
def sweep_retention() -> None:
    submit_erasures()
    submit_removals()
    take_back()
    write_deletions_if_possible()
    if purging.is_due(settings.PURGE_EVERY_S):
        purge.apply_async(expires=LATE_S)
    if reconciling.is_due():
        reconcile.apply_async(expires=LATE_S)


@shared_task(name="observability.purge", time_limit=900)
def purge(is_next_stretch: bool = False) -> None:
    """Asked for twice, it is done once, unless there was too much for one stretch."""
    if not is_next_stretch and not purging.is_due(settings.PURGE_EVERY_S):
        return
    run = purging.purge(at_most_s=PURGE_FOR_S)
    if run.sessions_left and run.sessions and not run.held_back:
        purge.apply_async((True,), expires=LATE_S)


@shared_task(name="observability.reconcile", time_limit=3600)
def reconcile() -> None:
    if not reconciling.is_due():
        return
    try:
        reconciling.reconcile(is_repair=True)
    except StorageFailed as fault:
        logger.warning("Rows and files could not be compared: %s", fault)
