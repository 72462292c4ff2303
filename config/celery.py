"""Celery: which broker, which queues, and what happens when. The same for the worker inside `up` and for separate ones.

Three queues, so that neither an hour of audio nor a sweep keeps short jobs waiting:
`celery -A config worker -Q jobs,sweeps`, `celery -A config worker -Q long-jobs` and one `celery -A config beat`.
"""

import os
from typing import Any

from celery import Celery, signals
from django.conf import settings
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

SWEEPS, SHORT, LONG = "sweeps", "jobs", "long-jobs"
SWEEP_JOBS_EVERY_S = 1.0
SWEEP_SESSIONS_EVERY_S = 5.0
SWEEP_SPOOL_EVERY_S = 600.0
SWEEP_RETENTION_EVERY_S = 30.0
"""It only looks whether a purge is due, by the database: beat forgets at every restart when it last ran one."""
SWEEP_EXPORTS_EVERY_S = 10.0
SWEEP_USAGE_EVERY_S = 60.0
SWEEP_STORAGE_EVERY_S = 600.0
SWEEP_PARQUET_EVERY_S = 600.0

TRANSPORT_OPTIONS = (
    {"polling_interval": 0.05}
    if settings.CELERY_BROKER_URL.startswith("memory")
    else {"socket_connect_timeout": 1, "socket_timeout": 10}
)
SCHEDULE: dict[str, Any] = {
    "sweep jobs": {
        "task": "observability.sweep_jobs",
        "schedule": SWEEP_JOBS_EVERY_S,
        "options": {"expires": SWEEP_JOBS_EVERY_S * 5},
    },
    "sweep sessions": {
        "task": "observability.sweep_sessions",
        "schedule": SWEEP_SESSIONS_EVERY_S,
        "options": {"expires": SWEEP_SESSIONS_EVERY_S},
    },
    "sweep exports": {
        "task": "observability.sweep_exports",
        "schedule": SWEEP_EXPORTS_EVERY_S,
        "options": {"expires": SWEEP_EXPORTS_EVERY_S},
    },
    "sweep usage": {
        "task": "observability.sweep_usage",
        "schedule": SWEEP_USAGE_EVERY_S,
        "options": {"expires": SWEEP_USAGE_EVERY_S},
    },
    "sweep storage": {
        "task": "observability.sweep_storage",
        "schedule": SWEEP_STORAGE_EVERY_S,
        "options": {"expires": SWEEP_STORAGE_EVERY_S},
    },
    "sweep spool": {
        "task": "observability.sweep_spool",
        "schedule": SWEEP_SPOOL_EVERY_S,
        "options": {"expires": SWEEP_SPOOL_EVERY_S},
    },
    "sweep retention": {
        "task": "observability.sweep_retention",
        "schedule": SWEEP_RETENTION_EVERY_S,
        "options": {"expires": SWEEP_RETENTION_EVERY_S},
    },
}
PARQUET_SCHEDULE: dict[str, Any] = {
    "sweep parquet": {
        "task": "observability.sweep_parquet",
        "schedule": SWEEP_PARQUET_EVERY_S,
        "options": {"expires": SWEEP_PARQUET_EVERY_S},
    },
}
"""Where that is switched on."""


def new_application(*, is_ours: bool) -> Celery:
    """Beside the one that is `app`, each worker within a server has its own: it holds the queues that are consumed."""
    application = Celery("playhead", set_as_current=is_ours)
    application.conf.update(
        broker_url=settings.CELERY_BROKER_URL,
        broker_connection_retry_on_startup=True,
        broker_connection_max_retries=None,  # however long it is away; a thread that ended would not come back
        broker_transport_options=TRANSPORT_OPTIONS,
        imports=["observability.tasks"],
        task_ignore_result=True,
        worker_cancel_long_running_tasks_on_connection_loss=True,  # they are redelivered, and jobs bear that
        task_acks_late=True,
        task_default_queue=SHORT,
        task_routes={
            "observability.sweep_*": {"queue": SWEEPS},
            "observability.purge": {"queue": LONG},
            "observability.reconcile": {"queue": LONG},
        },
        task_time_limit=3600,
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        worker_enable_remote_control=False,
        beat_schedule=SCHEDULE | (PARQUET_SCHEDULE if settings.PARQUET else {}),
    )
    return application


app = new_application(is_ours=True)
app.set_default()  # in every thread, not only in this one


def close_broken_connections(**kwargs: Any) -> None:
    """What a request does at its ends, for tasks: a database that was restarted costs none of them."""
    close_old_connections()


def keep_no_timelines(**kwargs: Any) -> None:
    """In the processes of a separate worker, which need none twice. Within `up` pages use what its worker has built."""
    from observability.queries import records

    records.keep_no_timelines()


signals.worker_process_init.connect(keep_no_timelines)
signals.task_prerun.connect(close_broken_connections)
signals.task_postrun.connect(close_broken_connections)
