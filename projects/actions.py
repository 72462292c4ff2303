"""What changes a project and its keys."""

import hashlib
import logging
import secrets
import string
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models.functions import Now
from django.dispatch import Signal
from django.utils import timezone

from accounts.models import User
from projects.addresses import save_with_free_slug
from projects.audit import record_event
from projects.members import revoke_what_they_may_no_longer_give
from projects.models import AccessToken, ApiKey, Membership, Plan, PrivacySwitches, Project, Role
from projects.secrets import encrypt
from projects.usage import judge_quota

logger = logging.getLogger(__name__)

T = TypeVar("T")
ERASED_WITHIN = timedelta(hours=24)
DELETED = "deleted~"
"""Before the number of a deleted project, in place of its address. Nobody can choose an address like that."""
ALPHANUMERIC = string.ascii_letters + string.digits
"""As LiveKit's own; one that began with a hyphen would be taken for an option on a command line."""
SECRET_LENGTH = 43
TOKEN_PREFIX = "ph_"  # noqa: S105  # the public beginning of each token
project_deleted = Signal()
"""Sent with `project`, in the transaction that puts it out of reach, to whoever keeps something of it."""
MIN_SECRET_LENGTH = 6
"""LiveKit's own development pair is `devkey` and `secret`. Everybody knows it, so it is for trying things out."""


@dataclass(frozen=True, slots=True)
class NewSecret(Generic[T]):
    """Something whose secret can be shown this once."""

    row: T
    secret: str


@transaction.atomic
def create_project(name: str, slug: str, *, owner: User, plan: str = "build") -> Project:
    project = Project(name=name, slug=slug, plan=Plan.objects.get(slug=plan))
    save_with_free_slug(project)
    PrivacySwitches.objects.create(project=project)
    Membership.objects.create(project=project, user=owner, role=Role.OWNER)
    return project


def change_plan(project: Project, plan: Plan) -> None:
    """The only way to another plan: what is promised for a plan's whole time is counted from `plan_since`."""
    Project.objects.filter(pk=project.pk).exclude(plan=plan).update(plan=plan, plan_since=Now())
    project.refresh_from_db(fields=["plan", "plan_since"])
    judge_quota(project, now=timezone.now())


@transaction.atomic
def add_member(project: Project, user: User, role: Role) -> Membership:
    """Somebody who is a member already gets this role. Raises ValidationError."""
    Project.objects.select_for_update().get(pk=project.pk)
    others = project.memberships.filter(role=Role.OWNER).exclude(user=user)
    if role != Role.OWNER and not others.exists():
        raise ValidationError("A project keeps at least one owner.")
    membership, _ = Membership.objects.update_or_create(project=project, user=user, defaults={"role": role})
    record_event(project, None, "member.set", f"{user.email}: {role}")
    revoke_what_they_may_no_longer_give(project, user.pk, role, by=None)
    return membership


def rename_project(project: Project, name: str) -> None:
    """What people call it. Its address stays."""
    project.name = name
    project.save(update_fields=["name"])


@transaction.atomic
def delete_project(project: Project, *, by: User) -> datetime:
    """Out of everybody's reach when this returns, and its addresses free for another; the worker erases what it held.

    Returns the latest moment at which nothing of it is left.
    """
    living = Project.objects.filter(pk=project.pk, deleted_at=None)
    if living.update(deleted_at=Now(), slug=f"{DELETED}{project.pk}"):
        project_deleted.send(Project, project=project)
        project.former_slugs.all().delete()
        logger.warning("Project %s was deleted by user %s.", project.pk, by.pk)
    return timezone.now() + ERASED_WITHIN


def register_api_key(project: Project, key: str, secret: str, *, by: User | None) -> ApiKey:
    """Keep the pair that the project's LiveKit server already uses. Raises ValidationError."""
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValidationError({"secret": f"A secret has at least {MIN_SECRET_LENGTH} characters."})
    return _save_api_key(project, key, secret, by=by, is_generated=False)


def generate_api_key(project: Project, *, by: User | None) -> NewSecret[ApiKey]:
    """A new pair, to be added to the `keys:` of the project's livekit-server."""
    secret = "".join(secrets.choice(ALPHANUMERIC) for _ in range(SECRET_LENGTH))
    row = _save_api_key(project, "API" + secrets.token_hex(8), secret, by=by, is_generated=True)
    return NewSecret(row, secret)


def revoke_api_key(api_key: ApiKey) -> None:
    ApiKey.objects.filter(pk=api_key.pk, revoked_at__isnull=True).update(revoked_at=timezone.now())


def create_access_token(
    project: Project, name: str, scopes: list[str], *, by: User | None
) -> NewSecret[AccessToken]:
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    row = AccessToken.objects.create(
        project=project,
        name=name,
        scopes=scopes,
        prefix=token[:8],
        token_hash=hash_token(token),
        created_by=by,
    )
    return NewSecret(row, token)


def hash_token(token: str) -> str:
    """The tokens are long and random, so a plain digest is as good as a slow one."""
    return hashlib.sha256(token.encode()).hexdigest()


def _save_api_key(project: Project, key: str, secret: str, *, by: User | None, is_generated: bool) -> ApiKey:
    row = ApiKey(
        project=project, key=key, encrypted_secret=encrypt(secret), created_by=by, is_generated=is_generated
    )
    row.full_clean()
    row.save()
    return row
