"""The only doors to a project. Everything else receives a Project that came through here."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet
from django.db.models.functions import Now
from django.http import Http404

from accounts.models import User
from config.written import Given, Written
from projects.models import AccessToken, ApiKey, FormerSlug, Membership, Project, Role, StaffGrant

ROLES_FROM_LEAST = [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER]
READ, INGEST, SETTINGS = "read", "ingest", "settings"
"""Scopes of an access token."""
MAX_KEYS_OF_A_NAME = 20
"""Each costs a sender that names no project one decryption and one signature; few people run 20 projects on one key."""


class Moved(Http404):
    """The slug is a former one of a project that the reader may look at. To everybody else it is a plain 404."""

    def __init__(self, project: Project) -> None:
        super().__init__()
        self.project = project


def project_for_viewer(user: User | AnonymousUser, slug: str) -> Project:
    """Return the project if the user may look at its sessions, as a member or as an operator with a grant.

    A stranger gets the same 404 as for a slug that was never used, so that the answer tells nobody which
    projects exist. Raises Moved for a former slug.
    """
    return _project_for(user, slug, at_least=Role.VIEWER, or_granted=True)


def project_for_insider(user: User | AnonymousUser, slug: str) -> Project:
    """Return the project if the user belongs to it, in whatever role: no grant opens its settings."""
    return _project_for(user, slug, at_least=Role.VIEWER)


def project_for_member(user: User | AnonymousUser, slug: str) -> Project:
    """Return the project if the user may add sessions to it; Http404 otherwise."""
    return _project_for(user, slug, at_least=Role.MEMBER)


def project_for_viewer_under_any_slug(user: User | AnonymousUser, slug: str) -> Project:
    """The same for scripts and open sockets, which keep the address that they began with."""
    return under_any_slug(project_for_viewer, user, slug)


def under_any_slug(
    door: Callable[[User | AnonymousUser, str], Project], user: User | AnonymousUser, slug: str
) -> Project:
    """What a door of this module says, without the way round by the slug of today."""
    try:
        return door(user, slug)
    except Moved as moved:
        return moved.project


def project_for_admin(user: User | AnonymousUser, slug: str) -> Project:
    """Return the project if the user may change its keys, members and switches; Http404 otherwise."""
    return _project_for(user, slug, at_least=Role.ADMIN)


def project_for_owner(user: User | AnonymousUser, slug: str) -> Project:
    """Return the project if the user may delete it; Http404 otherwise."""
    return _project_for(user, slug, at_least=Role.OWNER)


def project_for_token(token: AccessToken, slug: str, *, scope: str) -> Project:
    """Return the token's own project if that is the one asked for and the token has the scope; Http404 otherwise."""
    project = token.project
    if scope not in token.scopes or token.revoked_at is not None or project.deleted_at is not None:
        raise Http404
    if project.slug != slug and not project.former_slugs.filter(slug=slug).exists():
        raise Http404
    return project


def projects_of(user: User) -> list[Project]:
    """The projects that the user may look at, by name."""
    return list(Project.objects.filter(memberships__user=user, deleted_at=None).select_related("plan"))


def role_in(project: Project, user: User | AnonymousUser) -> Role | None:
    if not user.is_authenticated:
        return None
    membership = Membership.objects.filter(project=project, user=user).first()
    if membership is None:
        return Role.VIEWER if grant_in(project, user) else None
    return Role(membership.role)


def roles_in(projects: Iterable[Project], user: User | AnonymousUser) -> dict[int, Role]:
    """By the keys of those of the projects that the user belongs to."""
    theirs = Membership.objects.filter(project__in=projects, user=user.pk)
    return {key: Role(role) for key, role in theirs.values_list("project", "role")}


def grant_in(project: Project, user: User | AnonymousUser | None) -> StaffGrant | None:
    """By which an operator who does not belong to the project looks at it now."""
    if not isinstance(user, User) or not user.is_staff:
        return None
    theirs = grants_running_of(user).filter(project=project)
    return theirs.exclude(project__memberships__user=user).first()


def grants_running_of(operator: User | AnonymousUser) -> QuerySet[StaffGrant]:
    return running_grants().filter(operator=operator.pk)


def running_grants() -> QuerySet[StaffGrant]:
    """Index: grants_of_operator, or grants_of_project."""
    return StaffGrant.objects.filter(
        ended_at=None, until__gt=Now(), operator__is_staff=True, operator__is_active=True
    )


def may_administer(project: Project, user: User | AnonymousUser) -> bool:
    return role_in(project, user) in roles_from(Role.ADMIN)


def may_add(project: Project, user: User | AnonymousUser) -> bool:
    return role_in(project, user) in roles_from(Role.MEMBER)


def may_hear_audio(project: Project, user: User | AnonymousUser) -> bool:
    return role_in(project, user) in roles_from(Role(project.privacy.audio_role))


def may_create_projects(user: User) -> bool:
    return settings.SELF_SERVE_PROJECTS or user.is_staff


def may_change_plan(project: Project, user: User) -> bool:
    """Nobody from outside the project, operators included."""
    return may_administer(project, user) and (settings.SELF_SERVE_PLANS or user.is_staff)


def roles_from(least: Role) -> list[Role]:
    return ROLES_FROM_LEAST[ROLES_FROM_LEAST.index(least) :]


def roles_up_to(most: Role) -> list[Role]:
    """What somebody with the role may give to others."""
    return ROLES_FROM_LEAST[: ROLES_FROM_LEAST.index(most) + 1]


def _project_for(
    user: User | AnonymousUser, slug: str, *, at_least: Role, or_granted: bool = False
) -> Project:
    if not user.is_authenticated:
        raise Http404
    if project := project_joined(at_least).first(user=user.pk, slug=slug):
        return project
    is_theirs = Q(memberships__user=user, memberships__role__in=roles_from(at_least))
    if or_granted and user.is_staff:
        is_theirs |= Q(pk__in=grants_running_of(user).values("project"))
    theirs = Project.objects.filter(is_theirs, deleted_at=None).select_related("plan", "privacy")
    if or_granted and user.is_staff and (project := theirs.filter(slug=slug).first()):
        return project
    if project := theirs.filter(former_slugs__slug=slug).first():
        raise Moved(project)
    raise Http404


@cache
def project_joined(at_least: Role) -> Written[Project]:
    """That a user belongs to, in this role or a higher one, by its slug of today."""
    projects = Project.objects.filter(
        memberships__user=Given("user", User._meta.pk),
        memberships__role__in=roles_from(at_least),
        slug=Given("slug", Project._meta.get_field("slug")),
        deleted_at=None,
    )
    return Written(projects.select_related("plan", "privacy").order_by())


def api_keys_named(key: str, slug: str | None) -> list[ApiKey]:
    """The API keys in use with this name: in one project, or on the whole server if the sender names none.

    The oldest come first, so that nobody who registers the name later keeps its owner out.
    """
    keys = ApiKey.objects.filter(key=key, revoked_at__isnull=True, project__deleted_at=None)
    if slug is not None:
        formerly = FormerSlug.objects.filter(slug=slug).values("project")
        keys = keys.filter(Q(project__slug=slug) | Q(project__in=formerly))
    return list(keys.select_related("project__plan", "project__privacy").order_by("pk")[:MAX_KEYS_OF_A_NAME])


def project_at(slug: str) -> Project | None:
    """Whose address it is or was, for what is written down about a sender whom nothing has proven yet."""
    formerly = FormerSlug.objects.filter(slug=slug).values("project")
    return Project.objects.filter(Q(slug=slug) | Q(pk__in=formerly)).first()


def note_key_used(api_key: ApiKey, *, at: datetime, every_s: int) -> None:
    """Written at most every `every_s`, so that looking is all that most uploads cost."""
    before = at - timedelta(seconds=every_s)
    if api_key.last_used_at is None or api_key.last_used_at < before:
        ApiKey.objects.filter(pk=api_key.pk).update(last_used_at=at)
        api_key.last_used_at = at
