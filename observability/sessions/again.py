"""Summaries of sessions that are over, made anew: lists and Insights then tell what this version reads in them.

Pages that show one session read its records each time, and need none of this.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.db.models.functions import Now

from observability.journal.archive import ArchiveLost
from observability.models import Session
from observability.sessions.summary import refresh_summary
from projects.models import Project

PAGE = 200


@dataclass(slots=True)
class Again:
    sessions: int = 0
    lost: int = 0
    """Those whose archive is no more: they keep what was made of them before."""


def summarise_again(
    *, made_before: datetime, project: Project | None, rest: Callable[[], None]
) -> Iterator[Again]:
    """What has been done so far, after each page; the newest sessions first. `rest` is called between two sessions.

    Raises StorageFailed: what was done is done, and `made_before` says what is left. Index: the primary key.
    """
    done = Again()
    for page in _pages(made_before, project):
        for session_id in page:
            try:
                refresh_summary(session_id)
            except ArchiveLost:
                done.lost += 1
            else:
                done.sessions += 1
            rest()
        yield done


def _pages(made_before: datetime, project: Project | None) -> Iterator[list[int]]:
    over = Session.objects.exclude(status=Session.Status.LIVE).filter(
        expires_at__gt=Now(), summary_at__lt=made_before
    )
    if project is not None:
        over = over.for_project(project)
    ids = over.order_by("-pk").values_list("pk", flat=True)
    page = list(ids[:PAGE])
    while page:
        yield page
        page = list(ids.filter(pk__lt=page[-1])[:PAGE])
