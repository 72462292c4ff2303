"""What a project's settings pages show, to read: members, keys, privacy, usage, the audit trail."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from observability.api import project_schema as schema
from observability.api.doors import ApiView
from observability.api.paging import limit_of, page_of
from observability.queries.session_order import BadCursor
from projects.access import (
    SETTINGS,
    project_for_admin,
    project_for_insider,
    project_for_token,
    under_any_slug,
)
from projects.invitations import open_invitations
from projects.models import AccessToken, AuditEvent, Plan, Project
from projects.trail import Place, Wanted, events_of, is_by_deleted_account
from projects.trail import page_of as events_after
from projects.usage import Usage, usage_by_month

MONTHS = 12
EVENTS_A_PAGE = 100
MAX_EVENTS_A_PAGE = 1_000


class SettingsView(ApiView):
    """Below one project, `self.project`, for its admins and for tokens with the scope settings."""

    project: Project

    def project_asked_for(self, request: Request) -> Project:
        slug: str = self.kwargs["project"]
        if isinstance(request.auth, AccessToken):
            self.project = project_for_token(request.auth, slug, scope=SETTINGS)
        else:
            self.project = under_any_slug(self.door, request.user, slug)
        return self.project

    def door(self, user: User | AnonymousUser, slug: str) -> Project:
        return project_for_admin(user, slug)


class Members(SettingsView):
    def door(self, user: User | AnonymousUser, slug: str) -> Project:
        return project_for_insider(user, slug)

    @extend_schema(operation_id="members", summary="Members and their roles", responses=schema.MemberList)
    def get(self, request: Request, **_: Any) -> Response:
        """For everybody in the project."""
        members = self.project.memberships.select_related("user").order_by("since", "pk")
        return listed({"email": each.user.email, "role": each.role, "since": each.since} for each in members)


class Invitations(SettingsView):
    @extend_schema(
        operation_id="invitations", summary="Invitations without an answer", responses=schema.InvitationList
    )
    def get(self, request: Request, **_: Any) -> Response:
        return listed(
            {
                "email": each.email,
                "role": each.role,
                "invited_by": each.invited_by.email if each.invited_by else None,
                "sent_at": each.sent_at,
                "expires_at": each.expires_at,
            }
            for each in open_invitations(self.project)
        )


class ApiKeys(SettingsView):
    @extend_schema(operation_id="api_keys", summary="API keys in use", responses=schema.ApiKeyList)
    def get(self, request: Request, **_: Any) -> Response:
        """What agents sign with. Secrets are never told."""
        return listed(
            {
                "key": each.key,
                "is_generated": each.is_generated,
                "created_at": each.created_at,
                "last_used_at": each.last_used_at,
            }
            for each in self.project.api_keys.filter(revoked_at=None)
        )


class AccessTokens(SettingsView):
    @extend_schema(
        operation_id="access_tokens", summary="Access tokens in use", responses=schema.AccessTokenList
    )
    def get(self, request: Request, **_: Any) -> Response:
        return listed(
            {
                "name": each.name,
                "prefix": each.prefix,
                "scopes": each.scopes,
                "created_at": each.created_at,
                "last_used_at": each.last_used_at,
            }
            for each in self.project.access_tokens.filter(revoked_at=None)
        )


class Privacy(SettingsView):
    @extend_schema(operation_id="privacy", summary="What of sessions is kept", responses=schema.PrivacyFields)
    def get(self, request: Request, **_: Any) -> Response:
        """The switches as they are for sessions that begin now."""
        switches = self.project.privacy
        kept = {name: getattr(switches, name) for name in schema.SWITCHES}
        return Response(
            kept
            | {
                "audio_role": switches.audio_role,
                "retention_days": self.project.plan.retention_days,
                "in_model_improvement": self.project.plan.in_model_improvement,
            }
        )


class PlanAndUsage(SettingsView):
    @extend_schema(
        operation_id="usage", summary="The plan, and what was used of it", responses=schema.UsageFields
    )
    def get(self, request: Request, **_: Any) -> Response:
        """Months in UTC, the running one first. A limit of null is none."""
        months = usage_by_month(self.project, now=timezone.now(), months=MONTHS)
        return Response(
            {
                "plan": plan_fields(self.project.plan),
                "over_quota_until": self.project.over_quota_until,
                "months": [usage_fields(month) for month in months],
            }
        )


class AuditTrail(SettingsView):
    takes = frozenset(schema.TrailQuery().fields)

    @extend_schema(
        operation_id="audit_trail",
        summary="The audit trail, newest first",
        parameters=[schema.TrailQuery],
        responses=schema.AuditEventPage,
    )
    def get(self, request: Request, **_: Any) -> Response:
        asked = schema.TrailQuery(data=request.GET.dict())
        asked.is_valid(raise_exception=True)
        limit = limit_of(request, default=EVENTS_A_PAGE, most=MAX_EVENTS_A_PAGE)
        found = events_after(events_of(self.project, wanted_of(asked)), place_of(request), size=limit)
        shown = found[:limit]
        following = str(Place.of(shown[-1])) if len(found) > limit else None
        return page_of(request, [event_fields(each) for each in shown], following)


def listed(results: Any) -> Response:
    """All of what has few."""
    return Response({"results": list(results), "next": None})


def wanted_of(asked: schema.TrailQuery) -> Wanted:
    known = asked.validated_data
    return Wanted(
        verb=known.get("verb", ""), first_day=known.get("first_day"), last_day=known.get("last_day")
    )


def place_of(request: Request) -> Place | None:
    cursor = request.GET.get("cursor", "")
    place = Place.read(cursor)
    if cursor and place is None:
        raise BadCursor("The cursor is not one of this list's.")
    return place


def event_fields(event: AuditEvent) -> dict[str, Any]:
    return {
        "at": event.at,
        "actor": event.actor.email if event.actor else None,
        "actor_is_deleted": is_by_deleted_account(event),
        "token": event.token.name if event.token else None,
        "verb": event.verb,
        "target": event.target,
        "address": event.address,
        "operators_reason": event.grant.reason if event.grant else None,
    }


def plan_fields(plan: Plan) -> dict[str, Any]:
    return {
        "slug": plan.slug,
        "name": plan.name,
        "retention_days": plan.retention_days,
        "events_per_month": plan.events_per_month,
        "recording_minutes_per_month": plan.recording_minutes_per_month,
        "requests_per_minute": plan.requests_per_minute,
        "api_requests_per_minute": plan.api_requests_per_minute,
    }


def usage_fields(month: Usage) -> dict[str, Any]:
    return {
        "month": month.begins.strftime("%Y-%m"),
        "sessions": month.sessions,
        "events": month.events,
        "recording_minutes": month.recording_minutes,
        "stored_bytes": month.stored_bytes,
    }
