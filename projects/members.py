"""Who belongs to a project, and as what. A project always keeps an owner."""

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from accounts.models import User
from projects.access import roles_from, roles_up_to
from projects.audit import record_event
from projects.models import Membership, Project, Role

LAST_OWNER = "A project keeps at least one owner. Make somebody else an owner first."
NOT_YOURS = "You can change only roles up to your own."
MOST_NAMED = 5
"""Admins that somebody is told to ask."""


def admins_of(project: Project) -> list[User]:
    """Whom members ask for what they may not do themselves: the admins, or the owners of a project without any."""
    people = project.memberships.filter(role__in=roles_from(Role.ADMIN), user__is_active=True)
    rows = people.select_related("user").order_by("role", "pk")[:MOST_NAMED]  # "admin" comes before "owner"
    return [row.user for row in rows]


@transaction.atomic
def change_role(membership: Membership, role: Role, *, by: User, address: str | None = None) -> Role:
    """Returns the role of before. Raises ValidationError."""
    project, held = _held(membership)
    giver = _role_of_admin(project, by)
    before = Role(held.role)
    if not {before, role} <= set(roles_up_to(giver)):
        raise ValidationError(NOT_YOURS)
    if role != Role.OWNER:
        _keep_an_owner(project, held)
    Membership.objects.filter(pk=held.pk).update(role=role)
    revoke_what_they_may_no_longer_give(project, held.user_id, role, by=by, address=address)
    return before


@transaction.atomic
def remove_member(membership: Membership, *, by: User, address: str | None = None) -> None:
    """Raises ValidationError."""
    project, held = _held(membership)
    if Role(held.role) not in roles_up_to(_role_of_admin(project, by)):
        raise ValidationError(NOT_YOURS)
    _let_go(project, held, by=by, address=address)


@transaction.atomic
def leave_project(project: Project, user: User, *, address: str | None = None) -> None:
    """Raises ValidationError for the last owner."""
    held = project.memberships.filter(user=user).first()
    if held is not None:
        project, held = _held(held)
        _let_go(project, held, by=user, address=address)


@transaction.atomic
def transfer_ownership(project: Project, *, by: User, to: Membership) -> None:
    """`by` stays as an admin. Raises ValidationError if `by` is no owner, or `to` no other member, any more."""
    project, held = _held(to)
    if _role_of_admin(project, by) != Role.OWNER or held.user_id == by.pk:
        raise ValidationError("Only an owner can hand a project over, and to another member.")
    Membership.objects.filter(pk=held.pk).update(role=Role.OWNER)
    project.memberships.filter(user=by).update(role=Role.ADMIN)
    revoke_what_they_may_no_longer_give(project, by.pk, Role.ADMIN, by=by)


def revoke_what_they_may_no_longer_give(
    project: Project, user_id: int, role: Role | None, *, by: User | None, address: str | None = None
) -> None:
    """An invitation outlives neither its sender's membership nor the role that it was given with.

    A token outlives neither its maker's membership nor their being an admin.
    """
    is_admin = role in roles_from(Role.ADMIN)
    can_give = roles_up_to(role) if role and is_admin else []
    theirs = project.invitations.filter(invited_by=user_id, accepted_at=None, revoked_at=None)
    theirs.exclude(role__in=can_give).update(revoked_at=timezone.now())
    if not is_admin:
        _revoke_tokens_of(project, user_id, by=by, address=address)


def is_only_owner(project: Project, user: User) -> bool:
    """They cannot leave."""
    owners = project.memberships.filter(role=Role.OWNER)
    return owners.filter(user=user).exists() and not owners.exclude(user=user).exists()


def _held(membership: Membership) -> tuple[Project, Membership]:
    """As they are now. Whoever changes the members of a project at the same time waits. Raises ValidationError."""
    project = Project.objects.select_for_update().get(pk=membership.project_id)
    held = project.memberships.filter(pk=membership.pk).first()
    if held is None:
        raise ValidationError("They are no longer a member of this project.")
    return project, held


def _role_of_admin(project: Project, user: User) -> Role:
    membership = project.memberships.filter(user=user, role__in=roles_from(Role.ADMIN)).first()
    if membership is None:
        raise ValidationError(NOT_YOURS)
    return Role(membership.role)


def _keep_an_owner(project: Project, leaving: Membership) -> None:
    if not project.memberships.filter(role=Role.OWNER).exclude(pk=leaving.pk).exists():
        raise ValidationError(LAST_OWNER)


def _let_go(project: Project, membership: Membership, *, by: User, address: str | None) -> None:
    _keep_an_owner(project, membership)
    project.memberships.filter(pk=membership.pk).delete()
    revoke_what_they_may_no_longer_give(project, membership.user_id, None, by=by, address=address)


def _revoke_tokens_of(project: Project, user_id: int, *, by: User | None, address: str | None) -> None:
    for token in project.access_tokens.filter(created_by=user_id, revoked_at=None):
        project.access_tokens.filter(pk=token.pk).update(revoked_at=timezone.now())
        record_event(project, by, "access_token.revoked", str(token), address)
