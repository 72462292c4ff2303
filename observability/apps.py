from django.apps import AppConfig


class ObservabilityConfig(AppConfig):
    """Sessions: accept, keep, read, show."""

    name = "observability"
