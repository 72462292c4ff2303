"""The audit trail: who did or saw what, never what it said."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone

from accounts.client_address import address_of
from accounts.models import User
from projects.access import grant_in
from projects.models import AccessToken, AuditEvent, Project

MAX_TARGET = 120
ONE_LOOK = timedelta(minutes=5)
"""Requests of the same person or token for the same thing, within this time, are one look."""
MAX_REMEMBERED_LOOKS = 10_000
"""Then they are forgotten, and looked up again."""


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
    """At several things at once. Index: audit_of_project, of which the last few minutes are read.

    What this process knows to be noted is not looked up: most requests are further ones of a look.
    """
    now, who = timezone.now(), _who(project, onlooker)
    looker = (*(thing and thing.pk for thing in who.values()), verb)
    wanted = dict.fromkeys(target[:MAX_TARGET] for target in targets)
    unknown = [target for target in wanted if not _is_remembered((*looker, target), now)]
    if not unknown:
        return
    lately = AuditEvent.objects.filter(**who, verb=verb, at__gt=now - ONE_LOOK, target__in=unknown)
    noted = dict(lately.values_list("target").annotate(Max("at")))
    looks = [
        AuditEvent(**who, verb=verb, target=target, address=onlooker.address)
        for target in unknown
        if target not in noted
    ]
    if looks:
        AuditEvent.objects.bulk_create(looks)
    found: dict[Hashable, datetime] = {(*looker, target): noted.get(target, now) for target in unknown}
    transaction.on_commit(partial(_remember, found))


_remembered: dict[Hashable, datetime] = {}
"""Looks of this process's readers, and when they were noted."""


def _is_remembered(look: Hashable, now: datetime) -> bool:
    noted_at = _remembered.get(look)
    return noted_at is not None and noted_at > now - ONE_LOOK


def _remember(found: Mapping[Hashable, datetime]) -> None:
    if len(_remembered) + len(found) > MAX_REMEMBERED_LOOKS:
        forget_looks()
    _remembered.update(found)


def forget_looks() -> None:
    """So that this process looks them up again."""
    _remembered.clear()


def _who(project: Project, onlooker: Onlooker) -> dict[str, Any]:
    """What operators do by a grant is marked with it."""
    grant = grant_in(project, onlooker.user)
    return {"project": project, "actor": onlooker.user, "token": onlooker.token, "grant": grant}


def onlooker_of(request: HttpRequest) -> Onlooker:
    """Whoever reads a page."""
    return Onlooker(request.user if isinstance(request.user, User) else None, None, address_of(request))
