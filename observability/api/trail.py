"""Writes what is asked of the API into the audit trail."""

from collections.abc import Iterable

from rest_framework.request import Request

from accounts.client_address import address_of
from accounts.models import User
from projects import audit
from projects.models import AccessToken, Project


def note_look(request: Request, project: Project, verb: str, target: str) -> None:
    """Once for many requests, as `projects.audit` counts them."""
    audit.note_look(project, onlooker_of(request), verb, target)


def note_looks(request: Request, project: Project, verb: str, targets: Iterable[str]) -> None:
    audit.note_looks(project, onlooker_of(request), verb, targets)


def note(request: Request, project: Project, verb: str, target: str) -> None:
    audit.record(project, onlooker_of(request), verb, target)


def onlooker_of(request: Request) -> audit.Onlooker:
    return audit.Onlooker(
        user=request.user if isinstance(request.user, User) else None,
        token=request.auth if isinstance(request.auth, AccessToken) else None,
        address=address_of(request._request),
    )
