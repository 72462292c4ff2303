"""For operators to look at; only plans can be changed here, everything else has its own page or command."""

from django.contrib import admin
from django.http import HttpRequest

from accounts.admin import ForLooking
from projects.models import Membership, Plan, PrivacySwitches, Project, StaffGrant


@admin.register(Plan)
class PlanAdmin(admin.ModelAdmin[Plan]):
    list_display = (
        "name",
        "retention_days",
        "events_per_month",
        "recording_minutes_per_month",
        "requests_per_minute",
        "api_requests_per_minute",
    )
    readonly_fields = ("slug",)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Plan | None = None) -> bool:
        return False


class MembershipInline(ForLooking, admin.TabularInline[Membership, Project]):
    model = Membership
    extra = 0


class PrivacySwitchesInline(ForLooking, admin.StackedInline[PrivacySwitches, Project]):
    model = PrivacySwitches


@admin.register(Project)
class ProjectAdmin(ForLooking, admin.ModelAdmin[Project]):
    list_display = ("name", "slug", "plan", "created_at", "deleted_at")
    list_filter = ("plan",)
    search_fields = ("name", "slug")
    inlines = (MembershipInline, PrivacySwitchesInline)


@admin.register(StaffGrant)
class StaffGrantAdmin(ForLooking, admin.ModelAdmin[StaffGrant]):
    list_display = ("operator", "project", "reason", "begun_at", "until", "ended_at", "ended_by")
    list_select_related = ("operator", "project", "ended_by")
    search_fields = ("operator__email", "project__slug")
    ordering = ("-pk",)
