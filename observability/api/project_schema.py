"""The shapes of what the API says of a project itself, for OpenAPI only; and what may be asked of its audit trail."""

from typing import Any

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from projects.models import Role
from projects.trail import DAYS_IN_USE
from projects.trail_words import ACTIONS

SWITCHES = ("observability", "audio", "transcripts", "traces", "logs", "redaction")


class ProjectFields(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    plan = serializers.CharField()
    role = serializers.ChoiceField(Role.choices, allow_null=True, help_text="Yours; a token has none.")
    created_at = serializers.DateTimeField()


class SavedViewFields(serializers.Serializer[Any]):
    name = serializers.CharField()
    query = serializers.CharField()


class MemberFields(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    since = serializers.DateTimeField()


class InvitationFields(serializers.Serializer[Any]):
    email = serializers.EmailField()
    role = serializers.ChoiceField(Role.choices)
    invited_by = serializers.EmailField(allow_null=True)
    sent_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()


class ApiKeyFields(serializers.Serializer[Any]):
    key = serializers.CharField()
    is_generated = serializers.BooleanField(help_text="Made here, rather than registered.")
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class AccessTokenFields(serializers.Serializer[Any]):
    name = serializers.CharField()
    prefix = serializers.CharField()
    scopes = serializers.ListField(child=serializers.CharField())
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class PrivacyFields(serializers.Serializer[Any]):
    observability = serializers.BooleanField()
    audio = serializers.BooleanField()
    transcripts = serializers.BooleanField()
    traces = serializers.BooleanField()
    logs = serializers.BooleanField()
    redaction = serializers.BooleanField()
    audio_role = serializers.ChoiceField(Role.choices, help_text="The least role that may hear audio.")
    retention_days = serializers.IntegerField()
    in_model_improvement = serializers.BooleanField()


class PlanFields(serializers.Serializer[Any]):
    slug = serializers.CharField()
    name = serializers.CharField()
    retention_days = serializers.IntegerField()
    events_per_month = serializers.IntegerField(allow_null=True)
    recording_minutes_per_month = serializers.IntegerField(allow_null=True)
    requests_per_minute = serializers.IntegerField()
    api_requests_per_minute = serializers.IntegerField()


class MonthFields(serializers.Serializer[Any]):
    month = serializers.CharField(help_text="Such as 2026-11.")
    sessions = serializers.IntegerField()
    events = serializers.IntegerField(help_text="Spans, log records and metric points.")
    recording_minutes = serializers.IntegerField()
    stored_bytes = serializers.IntegerField(help_text="At its end, or now.")


class UsageFields(serializers.Serializer[Any]):
    plan = PlanFields()
    over_quota_until = serializers.DateTimeField(allow_null=True, help_text="No session begins until then.")
    months = MonthFields(many=True)


class AuditEventFields(serializers.Serializer[Any]):
    at = serializers.DateTimeField()
    actor = serializers.EmailField(allow_null=True, help_text="Null for scripts and the server itself too.")
    actor_is_deleted = serializers.BooleanField(help_text="Somebody whose account is deleted since.")
    token = serializers.CharField(allow_null=True, help_text="The name of the script's token.")
    verb = serializers.CharField()
    target = serializers.CharField()
    address = serializers.IPAddressField(allow_null=True)
    operators_reason = serializers.CharField(
        allow_null=True, help_text="Why an operator of the server was let in, of what they did by that."
    )


class TrailQuery(serializers.Serializer[Any]):
    verb = serializers.ChoiceField(list(ACTIONS), required=False)
    first_day = serializers.DateField(required=False, validators=DAYS_IN_USE, help_text="In UTC.")
    last_day = serializers.DateField(
        required=False, validators=DAYS_IN_USE, help_text="In UTC, and wanted too."
    )


def page_of(name: str, fields: type[serializers.Serializer[Any]]) -> Any:
    """`{"results": […], "next": url | null}`"""
    return inline_serializer(
        name, {"results": fields(many=True), "next": serializers.URLField(allow_null=True)}
    )


ProjectList = page_of("ProjectList", ProjectFields)
SavedViewList = page_of("SavedViewList", SavedViewFields)
MemberList = page_of("MemberList", MemberFields)
InvitationList = page_of("InvitationList", InvitationFields)
ApiKeyList = page_of("ApiKeyList", ApiKeyFields)
AccessTokenList = page_of("AccessTokenList", AccessTokenFields)
AuditEventPage = page_of("AuditEventPage", AuditEventFields)
