"""For operators to look at: what was done about the dead (docs/retention.md)."""

from django.contrib import admin

from accounts.admin import ForLooking
from observability.models import PurgeRun, Reconciliation


@admin.register(PurgeRun)
class PurgeRunAdmin(ForLooking, admin.ModelAdmin[PurgeRun]):
    list_display = (
        "begun_at",
        "ended_at",
        "sessions_due",
        "sessions",
        "sessions_left",
        "files",
        "rows",
        "is_forced",
        "held_back",
    )
    list_filter = ("is_forced", ("held_back", admin.EmptyFieldListFilter))
    ordering = ("-pk",)


@admin.register(Reconciliation)
class ReconciliationAdmin(ForLooking, admin.ModelAdmin[Reconciliation]):
    list_display = ("begun_at", "ended_at", "files", "lost", "orphans", "removed", "held_back")
    list_filter = (("held_back", admin.EmptyFieldListFilter),)
    ordering = ("-pk",)
