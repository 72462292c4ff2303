"""For load balancers and orchestrators: does the process live, and can it do its work?"""

import tempfile
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse

from observability.retention.heartbeat import heartbeat


class NotReady(Exception):
    pass


def livez(request: HttpRequest) -> HttpResponse:
    """Touches nothing, so that a slow database gets no process restarted."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    problems = {name: problem for name, check in CHECKS.items() if (problem := problem_of(check))}
    told = {"ready": not problems, "problems": problems, "retention": last_retention()}
    return JsonResponse(told, status=503 if problems else 200)


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
