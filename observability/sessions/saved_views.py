"""Views of the list of sessions that a project shares: a name, and what stands in the address."""

from django.db import IntegrityError, transaction

from accounts.models import User
from observability.limits import MAX_SAVED_VIEWS
from observability.models import SavedView
from projects.models import Project

MAX_NAME = 60


class ViewRefused(Exception):
    """A sentence for whoever wanted to save it."""


def save_view(project: Project, name: str, query: str, *, by: User) -> SavedView:
    """Raises ViewRefused."""
    if SavedView.objects.filter(project=project).count() >= MAX_SAVED_VIEWS:
        raise ViewRefused(f"A project has at most {MAX_SAVED_VIEWS} views. Delete one first.")
    return named(SavedView(project=project, query=query, made_by=by), name)


def rename_view(view: SavedView, name: str) -> SavedView:
    """Raises ViewRefused."""
    return named(view, name)


def named(view: SavedView, name: str) -> SavedView:
    name = " ".join(name.replace("\x00", "").split())
    if not 0 < len(name) <= MAX_NAME:
        raise ViewRefused(f"A view needs a name of at most {MAX_NAME} characters.")
    view.name = name
    try:
        with transaction.atomic():
            view.save()
    except IntegrityError:
        raise ViewRefused(f"There is a view named {name} already.") from None
    return view


def delete_view(view: SavedView) -> None:
    view.delete()
