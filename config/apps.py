from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created


class PlayheadConfig(AppConfig):
    """The installation itself: its commands (`up`, `test`) and its checks."""

    name = "config"
    label = "playhead"
    verbose_name = "Playhead"

    def ready(self) -> None:
        """Make our Celery application the current one, wherever a job is submitted."""
        from config import celery, tracing  # noqa: F401  (they need the settings, which are only complete here)

        tracing.start()
        connection_created.connect(without_compiling)


def without_compiling(connection: Any, **_: Any) -> None:
    """To compile a statement takes PostgreSQL longer than any of ours takes. Those of a pooler are others' as well."""
    if connection.vendor == "postgresql" and not settings.DATABASE_POOLED:
        connection.connection.execute("SET jit = off")
