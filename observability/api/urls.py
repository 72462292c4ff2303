from django.urls import include, path, re_path

from observability.api import (
    audio,
    docs,
    downloads,
    downloads_of_several,
    imports,
    peaks,
    records,
    sessions,
    timeline,
)
from observability.api.doors import NothingHere

app_name = "api"

of_session = [
    path("", sessions.OneSession.as_view(), name="session"),
    path("timeline/", timeline.TimelineSnapshot.as_view(), name="session-timeline"),
    path("transcript/", timeline.Transcript.as_view(), name="session-transcript"),
    path("spans/", records.Spans.as_view(), name="session-spans"),
    path("logs/", records.Logs.as_view(), name="session-logs"),
    path("metrics/", records.Metrics.as_view(), name="session-metrics"),
    path("chat-items/", records.ChatItems.as_view(), name="session-chat-items"),
    path("audio/", audio.Audio.as_view(), name="session-audio"),
    path("download/", downloads.StartDownload.as_view(), name="session-download"),
    path("download/<uuid:export>/", downloads.DownloadState.as_view(), name="session-download-state"),
    path("download/<uuid:export>/file/", downloads.DownloadFile.as_view(), name="session-download-file"),
    path("peaks/", peaks.Peaks.as_view(), name="session-peaks"),
]

of_several = [
    path("", downloads_of_several.StartDownload.as_view(), name="download"),
    path("<uuid:export>/", downloads_of_several.DownloadState.as_view(), name="download-state"),
    path("<uuid:export>/file/", downloads_of_several.DownloadFile.as_view(), name="download-file"),
]

urlpatterns = [
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    path("v1/projects/<slug:project>/sessions/", sessions.Sessions.as_view(), name="sessions"),
    path("v1/projects/<slug:project>/downloads/", include(of_several)),
    path("v1/projects/<slug:project>/imports/", imports.Imports.as_view(), name="imports"),
    path("v1/projects/<slug:project>/sessions/<uuid:session>/", include(of_session)),
    re_path(r"", NothingHere.as_view(), name="nothing-here"),
]
