"""For operators to look at: who has an account here, and what happened to it. Passwords and links nobody sees."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from accounts.models import AccountEvent, User


class ForLooking:
    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, *_: Any) -> bool:
        return False


@admin.register(User)
class UserAdmin(ForLooking, admin.ModelAdmin[User]):
    list_display = ("email", "name", "is_active", "is_staff", "last_login", "joined_at")
    list_filter = ("is_active", "is_staff")
    search_fields = ("email", "name")
    fields = ("email", "name", "is_active", "is_staff", "last_login", "joined_at")


@admin.register(AccountEvent)
class AccountEventAdmin(ForLooking, admin.ModelAdmin[AccountEvent]):
    list_display = ("at", "verb", "user", "address")
    list_filter = ("verb",)
    list_select_related = ("user",)
    search_fields = ("user__email", "address")
    show_full_result_count = False
