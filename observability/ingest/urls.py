"""Where agents upload: `…` is LIVEKIT_OBSERVABILITY_URL, with or without /p/<project>."""

from django.urls import path, re_path

from observability.ingest import views

SIGNALS = r"(?P<signal>traces|logs|metrics)"
PROJECT = r"p/(?P<project>[-a-z0-9]+)"
"""The characters of a slug; PostgreSQL cannot even be asked for some of the others."""
BASE = rf"(?:{PROJECT}/)?"

urlpatterns = [
    re_path(rf"^{BASE}observability/{SIGNALS}/otlp/v0$", views.telemetry, name="telemetry"),
    re_path(
        rf"^{BASE}observability/recordings/v0$", views.recordings, {"signal": "recording"}, name="recordings"
    ),
    re_path(rf"^{BASE}v1/{SIGNALS}$", views.otlp, name="otlp"),
    re_path(rf"^admission/{BASE}observability/(?:{SIGNALS}/otlp|recordings)/v0$", views.admission),
    re_path(rf"^admission/{BASE}v1/{SIGNALS}$", views.otlp_admission),
    re_path(rf"^{PROJECT}(?:/|$)", views.no_such_endpoint),
    re_path(r"^(?:p|observability|v1|admission)(?:/|$)", views.no_such_endpoint),
    path("", views.no_such_endpoint),
]
