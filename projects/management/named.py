"""What commands are told by name."""

from django.core.management.base import CommandError

from projects.models import Project


def project_named(slug: str) -> Project:
    """With its plan and privacy. Raises CommandError if there is none, or it has been deleted."""
    projects = Project.objects.select_related("plan", "privacy")
    project = projects.filter(slug=slug, deleted_at=None).first()
    if project is None:
        raise CommandError(f"There is no project {slug}.")
    return project
