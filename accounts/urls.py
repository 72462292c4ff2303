from django.urls import path

from accounts import pages

app_name = "accounts"
urlpatterns = [
    path("", pages.account_edit, name="account-edit"),
    path("sign-ins/<int:browser_id>/end/", pages.browser_end, name="browser-end"),
    path("link/<str:token>/", pages.link_open, name="link-open"),
]
