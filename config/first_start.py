"""What the first start leaves behind: an owner who can sign in, and a project that an agent can upload to."""

from dataclasses import dataclass

from django.db import transaction

from accounts.models import User
from config import installation
from config.installation import Pair
from projects.models import Project

DEMO = "demo"


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
        return FirstStart(owner, project, installation.ensure_own_pair(project, by=owner))
