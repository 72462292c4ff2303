"""A project's address, its slug. One that it had still leads to it, and nobody else can take it."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from projects.models import FormerSlug, Project

IS_TAKEN = "Another project has or had this address. Choose another one."
MAX_FORMER_SLUGS = 20
"""Of one project, so that nobody collects the good names of an installation."""


@transaction.atomic
def change_slug(project: Project, slug: str) -> str:
    """Agents and links that use the address of before still arrive. Returns that one. Raises ValidationError."""
    held = Project.objects.select_for_update().get(pk=project.pk)
    before = held.slug
    if before == slug:
        return before
    if held.former_slugs.exclude(slug=slug).count() >= MAX_FORMER_SLUGS:
        raise ValidationError({"slug": f"A project keeps at most {MAX_FORMER_SLUGS} former addresses."})
    held.slug = slug
    save_with_free_slug(held)
    held.former_slugs.filter(slug=slug).delete()
    FormerSlug.objects.create(slug=before, project=held)
    project.slug = slug
    return before


def save_with_free_slug(project: Project) -> None:
    """Raises ValidationError. Within a transaction: whoever gives the address up at this moment is waited for by
    the unique index, so former addresses are looked at after saving.
    """
    project.full_clean(validate_unique=False)
    if Project.objects.filter(slug=project.slug).exclude(pk=project.pk).exists():
        raise ValidationError({"slug": IS_TAKEN})
    try:
        with transaction.atomic():
            project.save()
    except IntegrityError:
        raise ValidationError({"slug": IS_TAKEN}) from None
    if FormerSlug.objects.filter(slug=project.slug).exclude(project=project).exists():
        raise ValidationError({"slug": IS_TAKEN})
