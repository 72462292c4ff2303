from django.apps import AppConfig


class PlayheadConfig(AppConfig):
    """The installation itself: its commands (`up`, `test`) and its checks."""

    name = "config"
    label = "playhead"
    verbose_name = "Playhead"

    def ready(self) -> None:
        """Make our Celery application the current one, wherever a job is submitted."""
        from config import celery, tracing  # noqa: F401  (they need the settings, which are only complete here)

        tracing.start()
