from django.contrib import admin
from django.urls import include, path

from config.documentation import documentation_show
from config.health import livez, readyz
from config.metrics import metrics
from observability.pages.system import staff_access_begin, staff_access_end, system_show
from projects.pages.creation import project_create
from projects.pages.home import home
from projects.pages.invitation import invitation_open
from projects.pages.leaving import account_delete

handler500 = "observability.api.errors.server_error_in_kind"

urlpatterns = [
    path("livez", livez, name="livez"),
    path("healthz", livez, name="healthz"),
    path("readyz", readyz, name="readyz"),
    path("metrics", metrics, name="metrics"),
    path("admin/", admin.site.urls),
    path("", home, name="home"),
    path("docs/", documentation_show, name="documentation"),
    path("docs/<path:name>/", documentation_show, name="documentation"),
    path("system/", system_show, name="system"),
    path("system/access/", staff_access_begin, name="staff-access-begin"),
    path("system/access/<int:grant_id>/end/", staff_access_end, name="staff-access-end"),
    path("account/", include("accounts.urls")),
    path("account/delete/", account_delete, name="account-delete"),
    path("account/", include("allauth.urls")),
    path("api/", include("observability.api.urls")),
    path("projects/new/", project_create, name="project-create"),
    path("invitations/<str:token>/", invitation_open, name="invitation-open"),
    path("projects/<slug:slug>/", include("observability.pages.urls")),
    path("projects/<slug:slug>/settings/", include("projects.pages.urls")),
]
