"""What the first start leaves behind: an owner who can sign in, and a project that an agent can upload to."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from config import installation
from config.installation import Pair
from observability.demo.editions import ENDED_BEFORE_S, SEEDED
from projects.audit import record_event
from projects.models import AuditEvent, Project

DEMO = "demo"
DEMO_PROMISED = "demo.promised"
"""In the audit trail of a project that was made at a first start, and so is to have the demo sessions."""


@dataclass(frozen=True, slots=True)
class FirstStart:
    owner: User
    project: Project
    pair: Pair


def prepare() -> FirstStart | None:
    """None when there are people already, for then this is not the first start."""
    with transaction.atomic():
        if User.objects.exists():
            return None
        owner = installation.ensure_owner()
        project = installation.ensure_project(DEMO, owner=owner, plan=None)
        record_event(project, None, DEMO_PROMISED)
        return FirstStart(owner, project, installation.ensure_own_pair(project, by=owner))


def awaits_demo_sessions() -> bool:
    """Until all of them are there: whoever stopped the first start too early gets them at the next one."""
    events = AuditEvent.objects.filter(project__slug=DEMO)
    return events.filter(verb=DEMO_PROMISED).exists() and events.filter(verb=SEEDED).count() < len(
        ENDED_BEFORE_S
    )
