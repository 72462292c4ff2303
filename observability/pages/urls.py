from django.urls import path

from observability.pages import (
    connect,
    delete,
    delete_several,
    downloads,
    imports,
    improvement,
    later,
    records,
    saved_views,
    search,
    session,
    session_list,
    snapshot,
    work,
)

app_name = "observability"
urlpatterns = [
    path("sessions/", session_list.session_list, name="session-list"),
    path("sessions/import/", imports.session_import, name="session-import"),
    path("sessions/rows/", session_list.session_list_rows, name="session-rows"),
    path("sessions/delete/", delete_several.sessions_delete, name="sessions-delete"),
    path("sessions/views/", saved_views.view_save, name="view-save"),
    path("sessions/views/<int:view_id>/rename/", saved_views.view_rename, name="view-rename"),
    path("sessions/views/<int:view_id>/delete/", saved_views.view_delete, name="view-delete"),
    path("sessions/<uuid:public_id>/", session.session_show, name="session-show"),
    path("sessions/<uuid:public_id>/delete/", delete.session_delete, name="session-delete"),
    path("sessions/<uuid:public_id>/refresh/", session.session_refresh, name="session-refresh"),
    path("sessions/<uuid:public_id>/try-again/", work.session_try_again, name="session-try-again"),
    path("sessions/<uuid:public_id>/snapshot/", snapshot.session_snapshot, name="session-snapshot"),
    path("sessions/<uuid:public_id>/search/", search.session_search, name="session-search"),
    path("sessions/<uuid:public_id>/lines/", later.session_lines, name="session-lines"),
    path("sessions/<uuid:public_id>/first-spans/", later.session_spans, name="session-spans"),
    path("sessions/<uuid:public_id>/first-logs/", later.session_logs, name="session-logs"),
    path("sessions/<uuid:public_id>/metrics/", later.session_metrics, name="session-metrics"),
    path("sessions/<uuid:public_id>/spans/", records.span_list, name="span-list"),
    path(
        "sessions/<uuid:public_id>/spans/<str:trace_id>-<str:span_id>/", records.span_show, name="span-show"
    ),
    path("sessions/<uuid:public_id>/logs/", records.log_list, name="log-list"),
    path("sessions/<uuid:public_id>/logs/<slug:key>/", records.log_show, name="log-show"),
    path("sessions/<uuid:public_id>/turns/<int:index>/", records.turn_show, name="turn-show"),
    path("sessions/<uuid:public_id>/raw/", records.raw_list, name="raw-list"),
    path("sessions/<uuid:public_id>/raw/<slug:key>/", records.raw_show, name="raw-show"),
    path("downloads/", downloads.download_start, name="download-start"),
    path("downloads/<uuid:export_id>/", downloads.download_file, name="download-file"),
    path("downloads/<uuid:export_id>/state/", downloads.download_state, name="download-state"),
    path("model-improvement/", improvement.improvement_show, name="improvement-show"),
    path("connect/", connect.connect, name="connect"),
    path("connect/check/", connect.connect_check, name="connect-check"),
]
