"""Where agents upload: `…` is LIVEKIT_OBSERVABILITY_URL, with or without /p/<project>."""

from django.urls import path, re_path

from observability.ingest import views

SIGNALS = r"(?P<signal>traces|logs|metrics)"
PROJECT = r"(?:p/(?P<project>[^/]+)/)?"

urlpatterns = [
    re_path(rf"^{PROJECT}observability/{SIGNALS}/otlp/v0$", views.telemetry, name="telemetry"),
    re_path(rf"^{PROJECT}observability/recordings/v0$", views.recordings, name="recordings"),
    re_path(r"^(?:p|observability)(?:/|$)", views.no_such_endpoint),
    path("", views.no_such_endpoint),
]
