"""What an installation has from its first start: an owner, a project and what it takes to connect an agent."""

from dataclasses import dataclass
from datetime import timedelta
from secrets import token_urlsafe

from django.conf import settings
from django.db import transaction

from accounts.links import create_sign_in_link
from accounts.models import User
from config import env
from projects import actions
from projects.audit import record_event
from projects.models import AccessToken, Plan, Project
from projects.secrets import decrypt

LINK_VALID_FOR = timedelta(hours=24)
TOKEN_NAME = "bootstrap"  # noqa: S105  (what the token is called)


@dataclass(frozen=True, slots=True)
class Pair:
    """What an agent signs with. The secret is None when it was shown before."""

    key: str
    secret: str | None


def owner_email() -> str:
    return env.text("OWNER_EMAIL", "owner@localhost")


def ensure_owner() -> User:
    """The person who may see and do everything here; without a password until one is asked for."""
    user = User.objects.filter(email__iexact=owner_email()).first()
    return user or User.objects.create_superuser(owner_email())


def ensure_password(user: User) -> str | None:
    """A new password for a person who has none; None if there is one, for it cannot be shown again."""
    if user.has_usable_password():
        return None
    password = token_urlsafe(12)
    user.set_password(password)
    user.save(update_fields=["password"])
    return password


def ensure_project(slug: str, *, owner: User, plan: str | None) -> Project:
    project = Project.objects.filter(slug=slug).first()
    if project is None:
        name = slug.replace("-", " ").capitalize()
        return actions.create_project(name, slug, owner=owner, plan=plan or "build")
    if plan and project.plan_id != plan:
        before = project.plan_id
        actions.change_plan(project, Plan.objects.get(slug=plan))
        record_event(project, None, "plan.changed", f"{before} to {plan}")
    return project


@transaction.atomic
def ensure_given_pair(project: Project, key: str, secret: str) -> Pair:
    """Make this the secret of the key, whether or not the key was known."""
    known = project.api_keys.filter(key=key, revoked_at__isnull=True).first()
    if known and decrypt(known.encrypted_secret) != secret:
        actions.revoke_api_key(known)
        known = None
    if known is None:
        actions.register_api_key(project, key, secret, by=None)
    return Pair(key, secret)


def ensure_own_pair(project: Project, *, by: User | None) -> Pair:
    """A generated pair. Each maker has its own: a pair that another one was shown is of no use to this one."""
    known = project.api_keys.filter(created_by=by, revoked_at__isnull=True).first()
    if known:
        return Pair(known.key, None)
    new = actions.generate_api_key(project, by=by)
    return Pair(new.row.key, new.secret)


def ensure_read_token(project: Project) -> str | None:
    if AccessToken.objects.filter(project=project, name=TOKEN_NAME, revoked_at__isnull=True).exists():
        return None
    return actions.create_access_token(project, TOKEN_NAME, ["read"], by=None).secret


def sign_in_url(user: User) -> str:
    return f"{settings.BASE_URL}/account/link/{create_sign_in_link(user, valid_for=LINK_VALID_FOR)}/"


def address_of(project: Project) -> str:
    """What LIVEKIT_OBSERVABILITY_URL is set to."""
    return f"{settings.BASE_URL}/p/{project.slug}"
