"""Operators look into a project only with a grant: a written reason, an end, and its admins see it."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count, QuerySet
from django.db.models.functions import Now
from django.utils import timezone

from accounts.models import User
from projects.access import running_grants
from projects.audit import record_event
from projects.models import Project, StaffGrant

SHOWN_GRANTS = 100
"""Of a project, on its page; the audit trail has them all."""


@transaction.atomic
def begin_grant(
    slug: str, operator: User, *, reason: str, minutes: int, address: str | None = None
) -> StaffGrant:
    """From now on the operator may look at the project as a viewer does. Raises ValidationError."""
    project = Project.objects.select_for_update().filter(slug=slug, deleted_at=None).first()
    if project is None:
        raise ValidationError({"project": "There is no project at this address."})
    if project.memberships.filter(user=operator).exists():
        raise ValidationError({"project": "You are a member of this project, so its pages are open to you."})
    if running_grants().filter(project=project, operator=operator).exists():
        raise ValidationError({"project": "You have access to this project already."})
    until = timezone.now() + timedelta(minutes=minutes)
    grant = StaffGrant.objects.create(project=project, operator=operator, reason=reason, until=until)
    record_event(project, operator, "staff.granted", f"{minutes} minutes", address)
    return grant


@transaction.atomic
def end_grant(grant: StaffGrant, *, by: User | None, address: str | None = None) -> bool:
    """At once: open pages close within seconds. False if it had ended already."""
    running = running_grants().filter(pk=grant.pk)
    if not StaffGrant.objects.filter(pk__in=running.values("pk")).update(ended_at=Now(), ended_by=by):
        return False
    operator = grant.operator.email if grant.operator else ""
    record_event(grant.project, by, "staff.ended", operator, address)
    return True


def grants_running_in(project: Project) -> QuerySet[StaffGrant]:
    return running_grants().filter(project=project).select_related("operator")


def past_grants_of(project: Project) -> list[StaffGrant]:
    """The newest first."""
    past = project.staff_grants.exclude(pk__in=running_grants().values("pk"))
    return list(with_looks(past.select_related("operator", "ended_by"))[:SHOWN_GRANTS])


def with_looks(grants: QuerySet[StaffGrant]) -> QuerySet[StaffGrant]:
    """`looks`: lines of the audit trail that are marked with the grant. Index: audit_of_grant."""
    return grants.annotate(looks=Count("audit_events"))
