"""The audit trail: who did or saw what, never what it said."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from accounts.client_address import address_of
from accounts.models import User
from projects.access import grant_in
from projects.models import AccessToken, AuditEvent, Project

MAX_TARGET = 120
ONE_LOOK = timedelta(minutes=5)
"""Requests of the same person or token for the same thing, within this time, are one look."""


@dataclass(frozen=True, slots=True)
class Onlooker:
    """A person or a script with a token, and where they ask from."""

    user: User | None
    token: AccessToken | None
    address: str | None


def record_event(
    project: Project, actor: User | None, verb: str, target: str = "", address: str | None = None
) -> None:
    """`verb` is a noun and what happened to it ("session.viewed"); `target` names the thing by its id or name."""
    record(project, Onlooker(actor, None, address), verb, target)


def record(project: Project, onlooker: Onlooker, verb: str, target: str) -> None:
    AuditEvent.objects.create(
        **_who(project, onlooker), verb=verb, target=target[:MAX_TARGET], address=onlooker.address
    )


def record_events(verb: str, targets: Sequence[tuple[Project, str]]) -> None:
    """What nobody in person did, to many things at once."""
    AuditEvent.objects.bulk_create(
        AuditEvent(project=project, verb=verb, target=target[:MAX_TARGET]) for project, target in targets
    )


def note_look(project: Project, onlooker: Onlooker, verb: str, target: str) -> None:
    """Once for many requests: players seek, pages refresh their parts, and scripts ask page by page."""
    note_looks(project, onlooker, verb, [target])


def note_looks(project: Project, onlooker: Onlooker, verb: str, targets: Iterable[str]) -> None:
    """At several things at once. Index: audit_of_project, of which the last few minutes are read."""
    who = _who(project, onlooker)
    wanted = dict.fromkeys(target[:MAX_TARGET] for target in targets)
    lately = AuditEvent.objects.filter(**who, verb=verb, at__gt=timezone.now() - ONE_LOOK)
    noted = set(lately.filter(target__in=wanted).values_list("target", flat=True).distinct())
    looks = [
        AuditEvent(**who, verb=verb, target=target, address=onlooker.address)
        for target in wanted
        if target not in noted
    ]
    if looks:
        AuditEvent.objects.bulk_create(looks)


def _who(project: Project, onlooker: Onlooker) -> dict[str, Any]:
    """What operators do by a grant is marked with it."""
    grant = grant_in(project, onlooker.user)
    return {"project": project, "actor": onlooker.user, "token": onlooker.token, "grant": grant}


def onlooker_of(request: HttpRequest) -> Onlooker:
    """Whoever reads a page."""
    return Onlooker(request.user if isinstance(request.user, User) else None, None, address_of(request))
