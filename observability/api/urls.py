from django.urls import include, path, re_path

from observability.api import (
    audio,
    docs,
    downloads,
    downloads_of_several,
    imports,
    insights,
    peaks,
    projects,
    records,
    sessions,
    settings,
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

of_settings = [
    path("members/", settings.Members.as_view(), name="members"),
    path("invitations/", settings.Invitations.as_view(), name="invitations"),
    path("api-keys/", settings.ApiKeys.as_view(), name="api-keys"),
    path("access-tokens/", settings.AccessTokens.as_view(), name="access-tokens"),
    path("privacy/", settings.Privacy.as_view(), name="privacy"),
    path("usage/", settings.PlanAndUsage.as_view(), name="usage"),
    path("audit-trail/", settings.AuditTrail.as_view(), name="audit-trail"),
]

urlpatterns = [
    path("schema/", docs.Schema.as_view(), name="schema"),
    path("docs/", docs.Docs.as_view(), name="docs"),
    path("v1/projects/", projects.Projects.as_view(), name="projects"),
    path("v1/projects/<slug:project>/", projects.OneProject.as_view(), name="project"),
    path("v1/projects/<slug:project>/views/", projects.SavedViews.as_view(), name="saved-views"),
    path("v1/projects/<slug:project>/", include(of_settings)),
    path("v1/projects/<slug:project>/sessions/", sessions.Sessions.as_view(), name="sessions"),
    path("v1/projects/<slug:project>/downloads/", include(of_several)),
    path("v1/projects/<slug:project>/insights/", insights.FiguresOverTime.as_view(), name="insights"),
    path("v1/projects/<slug:project>/imports/", imports.Imports.as_view(), name="imports"),
    path("v1/projects/<slug:project>/sessions/<uuid:session>/", include(of_session)),
    re_path(r"", NothingHere.as_view(), name="nothing-here"),
]
