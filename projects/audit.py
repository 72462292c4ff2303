"""The audit trail: who did or saw what, never what it said."""

from django.http import HttpRequest

from accounts.models import User
from projects.models import AuditEvent, Project

MAX_TARGET = 120


def record_event(
    project: Project, actor: User | None, verb: str, target: str = "", address: str | None = None
) -> None:
    """`verb` is a noun and what happened to it ("session.viewed"); `target` names the thing by its id or name."""
    AuditEvent.objects.create(
        project=project, actor=actor, verb=verb, target=target[:MAX_TARGET], address=address
    )


def address_of(request: HttpRequest) -> str | None:
    """As the web server tells it. Behind a proxy that is the proxy, unless the server is told to trust it."""
    return request.META.get("REMOTE_ADDR") or None
