"""Writes looks into the audit trail, once for many requests: players seek, and scripts ask page by page."""

from datetime import timedelta

from django.utils import timezone
from rest_framework.request import Request

from accounts.models import User
from projects.audit import address_of, record_event
from projects.models import AccessToken, AuditEvent, Project

ONE_LOOK = timedelta(minutes=5)
"""Requests of the same person or token for the same thing, within this time, are one look."""


def note_look(request: Request, project: Project, verb: str, target: str) -> None:
    """Index: audit_of_project, of which the last few minutes are read."""
    recent = AuditEvent.objects.filter(
        project=project,
        at__gt=timezone.now() - ONE_LOOK,
        verb=verb,
        target=target,
        actor=person_of(request),
        token=token_of(request),
    )
    if not recent.exists():
        note(request, project, verb, target)


def note(request: Request, project: Project, verb: str, target: str) -> None:
    address = address_of(request._request)
    if token := token_of(request):
        AuditEvent.objects.create(project=project, token=token, verb=verb, target=target, address=address)
    else:
        record_event(project, person_of(request), verb, target, address)


def person_of(request: Request) -> User | None:
    return request.user if isinstance(request.user, User) else None


def token_of(request: Request) -> AccessToken | None:
    return request.auth if isinstance(request.auth, AccessToken) else None
