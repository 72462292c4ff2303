"""The end of a whole project: nobody reaches it since `projects.actions.delete_project`, here its data goes."""

import time
from contextlib import suppress
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Now

from observability import jobs
from observability.jobs import NotYet
from observability.models import Session
from observability.retention import stored
from observability.retention.delete import LONG_AGO
from observability.retention.erase import Erased, erase, remove_in_chunks
from observability.retention.holdings import prefixes_of_project
from observability.retention.improvement import take_back_of_project
from observability.retention.pace import rest
from observability.retention.remains import empty_the_log
from projects.models import Project

ERASE_PROJECT = "erase-project"
AT_MOST_S = 120
"""Then other long jobs have their turn."""


class MoreToErase(NotYet):
    """Of a large project; the job goes on after a while."""


def submit_erasures() -> int:
    """Ask for the erasure of every deleted project. Returns how many there are."""
    deleted = list(Project.objects.filter(deleted_at__isnull=False).values_list("pk", flat=True))
    for project_id in deleted:
        jobs.submit(ERASE_PROJECT, project_id)
    return len(deleted)


def erase_project(project_id: int) -> Erased:
    """For the Job: everything of the project, and its row at last. May run twice, and does nothing to one that lives.

    Raises NotYet while something is out of reach, or when it has taken long enough.
    """
    erased = Erased()
    project = Project.objects.filter(pk=project_id, deleted_at__isnull=False).first()
    if project is None:
        return erased
    expire_sessions(project)
    erase_sessions(project, erased)
    erased.rows += take_back_of_project(project)
    remove_rows_of(project, erased)
    for prefix in prefixes_of_project(project.pk):
        for found in list(stored.files_below(prefix)):
            stored.remove(found.key)
        stored.remove_folder(prefix)
        stored.remove_unfinished(prefix)
    remove_project(project)
    empty_the_log()
    return erased


def erase_sessions(project: Project, erased: Erased) -> None:
    """One that is out of reach keeps no other waiting."""
    until = time.monotonic() + AT_MOST_S
    sessions = Session.objects.filter(project=project).order_by("pk")
    for session_id in list(sessions.values_list("pk", flat=True)):
        if time.monotonic() > until:
            break
        with suppress(NotYet):
            erased.add(erase(session_id))
    if left := sessions.count():
        raise MoreToErase(f"{left} sessions are left.")


def expire_sessions(project: Project) -> None:
    """No tombstone is needed: its keys prove nothing any more, so no data comes in."""
    living = Session.objects.filter(project=project, deleted_at=None)
    while ids := list(living.order_by("pk").values_list("pk", flat=True)[:200]):
        Session.objects.filter(pk__in=ids).update(deleted_at=Now(), expires_at=Now() - LONG_AGO)
        rest()


def remove_rows_of(project: Project, erased: Erased) -> None:
    """Of every model that points to projects but sessions; members and keys among them."""
    relations: list[Any] = Project._meta.get_fields(include_hidden=True)
    for relation in relations:
        is_owned = relation.auto_created and getattr(relation, "on_delete", None) is models.CASCADE
        if is_owned and relation.related_model is not Session:
            rows = relation.related_model._base_manager.filter(**{relation.field.attname: project.pk})
            remove_in_chunks(rows, erased, rest)


@transaction.atomic
def remove_project(project: Project) -> None:
    """An upload that was under way may have begun a session meanwhile; then the job comes again."""
    Project.objects.select_for_update().filter(pk=project.pk).first()
    if Session.objects.filter(project=project).exists():
        raise MoreToErase("A session has begun meanwhile.")
    Project.objects.filter(pk=project.pk).delete()
