"""For load balancers and orchestrators: does the process live, and can it do its work?"""

import tempfile
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone

from observability.models import PurgeRun
from observability.queries.system import queues
from observability.retention.heartbeat import heartbeat
from observability.storage import objects
from observability.storage.bucket import MissingFile, StorageFailed

JOBS_LATE_S = 300
"""How long a due job may wait: the longest short one may run that long."""
PURGE_LATE_RUNS = 3
STORAGE_ASKED_EVERY_S = 30.0
"""Storage that does not answer takes seconds to say so, and readiness is asked often."""


class NotReady(Exception):
    pass


def livez(request: HttpRequest) -> HttpResponse:
    """Touches nothing, so that a slow database gets no process restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Problems decide. Warnings do not: uploads are taken while storage, workers and purges are away."""
    problems, warnings = found_by(CHECKS), found_by(WATCHED)
    told = {
        "ready": not problems,
        "problems": problems,
        "warnings": warnings,
        "retention": last_retention(),
    }
    return JsonResponse(told, status=503 if problems else 200)


def found_by(checks: dict[str, Callable[[], None]]) -> dict[str, str]:
    return {name: problem for name, check in checks.items() if (problem := problem_of(check))}


def last_retention() -> dict[str, Any]:
    """A server whose purge is late can still serve, so this decides nothing: it is for monitoring."""
    try:
        return heartbeat()
    except Error:
        return {}


def problem_of(check: Callable[[], None]) -> str:
    """A sentence without addresses or passwords: this page needs no sign-in."""
    try:
        check()
    except NotReady as problem:
        return str(problem)
    except (Error, OSError) as error:
        return f"{type(error).__name__}; the server's log says more."
    return ""


def check_database() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_migrations() -> None:
    if has_pending_migrations():
        raise NotReady("Migrations are pending.")


def has_pending_migrations() -> bool:
    executor = MigrationExecutor(connection)
    return bool(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def check_spool() -> None:
    """Recordings are written here first, also when they end in object storage."""
    settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=settings.SPOOL_DIR) as probe:
        probe.write(b"probe")


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "migrations": check_migrations,
    "spool": check_spool,
}


class Storage:
    """Asked by reading an object that is not there, and not at every question."""

    def __init__(self) -> None:
        self.asked_s = 0.0
        self.problem = ""

    def check(self) -> None:
        if time.monotonic() - self.asked_s > STORAGE_ASKED_EVERY_S or not self.asked_s:
            self.problem = problem_of(self.ask)
            self.asked_s = time.monotonic()
        if self.problem:
            raise NotReady(self.problem)

    def ask(self) -> None:
        try:
            objects.read("readiness/no-such-object")
        except MissingFile:
            return
        except StorageFailed:
            raise NotReady("The storage of recordings and archives does not answer.") from None


def check_jobs() -> None:
    lag_s = max((queue.lag_s for queue in queues(timezone.now())), default=0)
    if lag_s > JOBS_LATE_S:
        raise NotReady(f"A job has been due for {lag_s} s. Do the workers run?")


def check_purge() -> None:
    """Only once there was one: a new installation has nothing to purge."""
    last = PurgeRun.objects.filter(ended_at__isnull=False).order_by("-pk").first()
    late = timedelta(seconds=PURGE_LATE_RUNS * settings.PURGE_EVERY_S)
    if last and last.ended_at and late and timezone.now() - last.ended_at > late:
        raise NotReady(f"The last purge ended at {last.ended_at.isoformat()}. Do the workers and beat run?")


storage = Storage()
WATCHED: dict[str, Callable[[], None]] = {
    "storage": storage.check,
    "jobs": check_jobs,
    "purge": check_purge,
}
