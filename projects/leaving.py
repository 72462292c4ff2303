"""What becomes of a person's part in projects when they delete their account."""

import re

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session as BrowserSession
from django.db import transaction
from django.dispatch import Signal
from django.utils import timezone

from accounts import trail
from accounts.models import AccountEvent, User
from projects.members import revoke_what_they_may_no_longer_give
from projects.models import AccessToken, AuditEvent, Invitation, Membership, Project, Role

SOMEBODY = "(deleted account)"
account_deleted = Signal()
"""Sent with `user`, in the transaction that deletes them, to whoever has to know after they are gone."""


class SoleOwner(Exception):
    """Of projects that would be left without an owner."""

    def __init__(self, projects: list[Project]) -> None:
        super().__init__(", ".join(project.name for project in projects))
        self.projects = projects


def owned_alone_by(user: User) -> list[Project]:
    """Living projects of which the user is the only owner, by name."""
    owned = Project.objects.filter(memberships__user=user, memberships__role=Role.OWNER, deleted_at=None)
    others = Membership.objects.filter(role=Role.OWNER).exclude(user=user)
    return list(owned.exclude(pk__in=others.values("project")))


@transaction.atomic
def delete_account(user: User) -> None:
    """Memberships, sign-in links, second factors, browsers and invitations to them go; what they could give is revoked.

    Audit trails keep what was done, and no longer say by whom. Raises SoleOwner.
    """
    locked = Project.objects.select_for_update().filter(memberships__user=user).order_by("pk")
    list(locked)  # or two owners who leave at once would each see the other stay
    if alone := owned_alone_by(user):
        raise SoleOwner(alone)
    account_deleted.send(User, user=user)
    erase_account(user)
    trail.note(None, None, AccountEvent.Verb.DELETED)


def erase_account(user: User) -> None:
    """Without asking what becomes of their projects."""
    for membership in user.memberships.select_related("project"):
        revoke_what_they_may_no_longer_give(membership.project, user.pk, None, by=None)
    AccessToken.objects.filter(created_by=user, revoked_at=None).update(revoked_at=timezone.now())
    Invitation.objects.filter(email__iexact=user.email).delete()
    forget_name(user)
    trail.forget(user)
    keys = UserSession.objects.filter(user=user).values_list("session_key", flat=True)
    BrowserSession.objects.filter(session_key__in=list(keys)).delete()
    user.delete()


def forget_name(user: User) -> None:
    """An audit entry's actor goes with the account; this is for entries whose target names it."""
    mentioned = re.compile(rf"(?<![\w.+-]){re.escape(user.email)}(?![\w.-])", re.IGNORECASE)
    for event in AuditEvent.objects.filter(target__icontains=user.email):
        target = mentioned.sub(SOMEBODY, event.target)
        AuditEvent.objects.filter(pk=event.pk).update(target=target)
