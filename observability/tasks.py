"""Celery's side: each task has a fixed name, takes ids and numbers only, may run twice, and hands on."""

import logging
import time

from celery import shared_task
from django.utils import timezone

from observability import jobs
from observability.journal.seal import ask_for_sealing
from observability.live.publish import publish_sessions
from observability.recordings.store import sweep_spool as sweep_this_servers_spool
from observability.sessions.life import lose_silent_sessions, sessions_to_summarise
from observability.sessions.summary import refresh_summary, set_summary_aside

logger = logging.getLogger(__name__)

SUMMARISE_FOR_S = 0.5
"""Of each sweep; what is left waits for the next."""


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


@shared_task(name="observability.sweep_sessions", time_limit=300)
def sweep_sessions() -> None:
    """One session that cannot be read must not keep the others waiting, nor many of them take a core from ingest."""
    lose_silent_sessions(timezone.now())
    until = time.monotonic() + SUMMARISE_FOR_S
    for session_id in sessions_to_summarise(timezone.now()):
        if time.monotonic() > until:
            break
        try:
            refresh_summary(session_id)
            publish_sessions([session_id])
        except Exception:
            logger.exception("The summary of session %s could not be made.", session_id)
            set_summary_aside(session_id)
    ask_for_sealing(now=timezone.now())
