from django.urls import path

from projects.pages import deletion, general, keys, members, operators, plan, privacy, trail

app_name = "projects"
urlpatterns = [
    path("", general.general_show, name="general-show"),
    path("name/", general.project_rename, name="project-rename"),
    path("address/", general.slug_change, name="slug-change"),
    path("leave/", general.project_leave, name="project-leave"),
    path("transfer/", general.ownership_transfer, name="ownership-transfer"),
    path("members/", members.member_list, name="member-list"),
    path("members/<int:member_id>/role/", members.role_change, name="role-change"),
    path("members/<int:member_id>/remove/", members.member_remove, name="member-remove"),
    path("invitations/create/", members.invitation_create, name="invitation-create"),
    path("invitations/<int:invitation_id>/resend/", members.invitation_resend, name="invitation-resend"),
    path("invitations/<int:invitation_id>/revoke/", members.invitation_revoke, name="invitation-revoke"),
    path("keys/", keys.key_list, name="key-list"),
    path("keys/register/", keys.key_register, name="key-register"),
    path("keys/generate/", keys.key_generate, name="key-generate"),
    path("keys/<int:key_id>/revoke/", keys.key_revoke, name="key-revoke"),
    path("tokens/create/", keys.token_create, name="token-create"),
    path("tokens/<int:token_id>/revoke/", keys.token_revoke, name="token-revoke"),
    path("privacy/", privacy.privacy_edit, name="privacy-edit"),
    path("plan/", plan.plan_show, name="plan-show"),
    path("plan/<slug:plan>/", plan.plan_change, name="plan-change"),
    path("trail/", trail.trail_show, name="trail-show"),
    path("trail/export/", trail.trail_export, name="trail-export"),
    path("operators/", operators.grant_list, name="grant-list"),
    path("operators/<int:grant_id>/end/", operators.grant_end, name="grant-end"),
    path("delete/", deletion.project_delete, name="project-delete"),
]
