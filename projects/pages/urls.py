from django.urls import path

from projects.pages import deletion, keys, privacy

app_name = "projects"
urlpatterns = [
    path("keys/", keys.key_list, name="key-list"),
    path("keys/register/", keys.key_register, name="key-register"),
    path("keys/generate/", keys.key_generate, name="key-generate"),
    path("keys/<int:key_id>/revoke/", keys.key_revoke, name="key-revoke"),
    path("tokens/create/", keys.token_create, name="token-create"),
    path("tokens/<int:token_id>/revoke/", keys.token_revoke, name="token-revoke"),
    path("privacy/", privacy.privacy_edit, name="privacy-edit"),
    path("delete/", deletion.project_delete, name="project-delete"),
]
