"""Invitations: a link that lets one person into a project, once. Its token is kept as a hash only."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from projects.access import role_in, roles_from, roles_up_to
from projects.actions import NewSecret, hash_token
from projects.audit import record_event
from projects.models import Invitation, Membership, Project, Role

GOOD_FOR = timedelta(days=7)
MAX_OPEN = 100
"""Of one project."""
MAX_SENT_PER_HOUR = 30
"""Of one project: each may be a mail to somebody who has not asked for it. Counted in its audit trail."""
SENT, SENT_AGAIN = "member.invited", "invitation.sent_again"
SENT_AGAIN_AFTER = timedelta(minutes=1)


class TooManyInvitations(ValidationError):
    """Refused for now."""


class State(StrEnum):
    OPEN = "open"
    UNKNOWN = "unknown"
    EXPIRED = "expired"
    REVOKED = "revoked"
    USED = "used"


@dataclass(frozen=True, slots=True)
class Found:
    """What the token of a link leads to."""

    state: State
    invitation: Invitation | None = None


@transaction.atomic
def invite(
    project: Project, email: str, role: Role, *, by: User, address: str | None = None
) -> NewSecret[Invitation]:
    """Raises ValidationError, TooManyInvitations among them."""
    held = Project.objects.select_for_update().get(pk=project.pk)
    _check_may_give(held, role, by)
    if held.memberships.filter(user__email__iexact=email).exists():
        raise ValidationError({"email": "They are a member already."})
    if open_invitations(held).filter(email__iexact=email).exists():
        raise ValidationError({"email": "They are invited already: see the open invitations."})
    if open_invitations(held).count() >= MAX_OPEN:
        raise TooManyInvitations(f"{MAX_OPEN} invitations are open. Revoke some of them first.")
    _check_rate(held)
    token, now = secrets.token_urlsafe(32), timezone.now()
    row = Invitation.objects.create(
        project=held,
        email=email,
        role=role,
        token_hash=hash_token(token),
        invited_by=by,
        sent_at=now,
        expires_at=now + GOOD_FOR,
    )
    record_event(held, by, SENT, f"{email}: {role}", address)
    return NewSecret(row, token)


@transaction.atomic
def send_again(invitation: Invitation, *, by: User, address: str | None = None) -> NewSecret[Invitation]:
    """A new link, good for another week; the one of before no longer works. Raises ValidationError."""
    held = Project.objects.select_for_update().get(pk=invitation.project_id)
    _check_may_give(held, Role(invitation.role), by)
    token, now = secrets.token_urlsafe(32), timezone.now()
    if invitation.sent_at > now - SENT_AGAIN_AFTER:
        raise TooManyInvitations("It was sent less than a minute ago.")
    _check_rate(held)
    waiting = held.invitations.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    changed = {
        "token_hash": hash_token(token),
        "invited_by": by,
        "sent_at": now,
        "expires_at": now + GOOD_FOR,
    }
    if not waiting.update(**changed):
        raise ValidationError("It was used or revoked meanwhile.")
    record_event(held, by, SENT_AGAIN, invitation.email, address)
    return NewSecret(waiting.select_related("project", "invited_by").get(), token)


def revoke_invitation(invitation: Invitation) -> None:
    """The link no longer works. A used one stays used."""
    waiting = Invitation.objects.filter(pk=invitation.pk, accepted_at=None, revoked_at=None)
    waiting.update(revoked_at=timezone.now())


def find_invitation(token: str, *, now: datetime) -> Found:
    row = (
        Invitation.objects.filter(token_hash=hash_token(token), project__deleted_at=None)
        .select_related("project", "invited_by")
        .first()
    )
    return Found(_state_of(row, now), row)


@transaction.atomic
def accept_invitation(token: str, user: User, *, now: datetime) -> Membership | None:
    """None unless it is open and for this person. Who is a member already never gets a smaller role by it."""
    found = find_invitation(token, now=now)
    if found.state != State.OPEN or found.invitation is None or not is_for(found.invitation, user):
        return None
    project = Project.objects.select_for_update().get(pk=found.invitation.project_id)
    usable = project.invitations.filter(
        token_hash=hash_token(token), accepted_at=None, revoked_at=None, expires_at__gt=now
    )
    if not usable.update(accepted_at=now):
        return None
    role = Role(found.invitation.role)
    membership, _ = Membership.objects.get_or_create(project=project, user=user, defaults={"role": role})
    if role in roles_from(Role(membership.role)):
        membership.role = role
        membership.save(update_fields=["role"])
    return membership


def is_for(invitation: Invitation, user: User) -> bool:
    return invitation.email.casefold() == user.email.casefold()


def may_sign_up(email: str, token_hash: str, *, now: datetime) -> bool:
    """Whether an open invitation with this link is for the address, where accounts are made by invitation only."""
    row = Invitation.objects.filter(token_hash=token_hash, project__deleted_at=None).first()
    return row is not None and _state_of(row, now) == State.OPEN and row.email.casefold() == email.casefold()


def open_invitations(project: Project) -> QuerySet[Invitation]:
    """Neither used nor revoked; some of them may have expired, and can be sent again."""
    return project.invitations.filter(accepted_at=None, revoked_at=None).select_related("invited_by")


def _state_of(row: Invitation | None, now: datetime) -> State:
    if row is None:
        return State.UNKNOWN
    if row.accepted_at is not None:
        return State.USED
    if row.revoked_at is not None:
        return State.REVOKED
    return State.OPEN if row.expires_at > now else State.EXPIRED


def _check_may_give(project: Project, role: Role, user: User) -> None:
    own = role_in(project, user)
    if own not in roles_from(Role.ADMIN) or role not in roles_up_to(own):
        raise ValidationError("You can invite people up to your own role.")


def _check_rate(project: Project) -> None:
    within = timezone.now() - timedelta(hours=1)
    sent = project.audit_events.filter(verb__in=[SENT, SENT_AGAIN], at__gt=within)
    if sent.count() >= MAX_SENT_PER_HOUR:
        raise TooManyInvitations(
            f"{MAX_SENT_PER_HOUR} invitations were sent within an hour. Try again later."
        )
