"""Removes a session that nobody can reach any more, for good, in small steps that may each run twice.

Tombstone, jobs, files, rows, files again, and the session's own row at the very end: it tells where to go on, whoever
was killed wherever. Uploads add nothing meanwhile, because the session has expired; what a worker still writes for it
comes before its rows go, and is found, or after, and is then removed by the worker itself.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models import Q
from django.db.models.functions import Now

from observability.jobs import RECORDINGS, SESSIONS, NotYet, kinds_of
from observability.models import Export, Job, Recording, Session
from observability.queries.clock import database_now
from observability.queries.records import forget_timeline
from observability.recordings.erase import erase_files
from observability.retention import stored
from observability.retention.holdings import prefixes_of
from observability.retention.improvement import keep_samples
from observability.retention.pace import ROWS_AT_ONCE, rest
from observability.retention.remains import overwrite_what_is_deleted
from observability.sessions.tombstones import bury
from projects.audit import record_event

OTHER_SERVERS_TIME = timedelta(days=1)
"""For another server to bring what lies in its spool. After that it counts as gone, with whatever lies there."""

Rest = Callable[[], None]


@dataclass(slots=True)
class Erased:
    """What this call removed."""

    sessions: int = 0
    files: int = 0
    bytes: int = 0
    rows: int = 0

    def add(self, other: "Erased") -> None:
        self.sessions += other.sessions
        self.files += other.files
        self.bytes += other.bytes
        self.rows += other.rows


def erase(session_id: int, *, rest: Rest = rest) -> Erased:
    """Nothing is left of the session when this returns, and nothing happens if it has not expired.

    `rest` is called between two steps. Raises NotYet while a file is out of reach.
    """
    erased = Erased()
    session = buried(session_id)
    if session is None:
        return erased
    keep_samples(session)
    overwrite_what_is_deleted()
    rest()
    remove_files(session, erased, rest)
    remove_jobs(session, erased)
    rest()
    remove_rows_below(session, erased, rest)
    remove_leftovers(session, rest)
    remove_row(session, erased)
    forget_timeline(session)
    return erased


@transaction.atomic
def buried(session_id: int) -> Session | None:
    """While its row is held, so that an upload comes wholly before this or is too late."""
    expired = held(session_id).filter(expires_at__lte=Now())
    session = expired.first()
    if session is not None:
        bury(session)
    return session


def held(session_id: int) -> "models.QuerySet[Session]":
    """Its row, and not its project's with it, which every upload that begins a session needs."""
    rows = Session.objects.select_for_update(of=("self",)).select_related("project")
    return rows.filter(pk=session_id)


def remove_files(session: Session, erased: Erased, rest: Rest) -> None:
    count_files(session, erased)
    is_last_call = database_now() > (session.deleted_at or session.expires_at) + OTHER_SERVERS_TIME
    for recording in Recording.objects.filter(session=session).select_related("session"):
        erase_files(recording, even_elsewhere=is_last_call)
        rest()
    remove_exports(session, rest)
    remove_leftovers(session, rest)


def remove_exports(session: Session, rest: Rest) -> None:
    """Of several sessions as well: nobody can fetch the zip without one of them. Its row goes with the next sweep."""
    for key in Export.objects.filter(sessions=session).values_list("key", flat=True):
        stored.remove(key)
        rest()


def count_files(session: Session, erased: Erased) -> None:
    spooled = Recording.objects.filter(session=session, place=Recording.Place.SPOOL)
    sizes = [found.size_bytes for found in files_of(session)]
    sizes += spooled.values_list("size_bytes", flat=True)
    erased.files += len(sizes)
    erased.bytes += sum(sizes)


def remove_leftovers(session: Session, rest: Rest) -> None:
    """Whatever else lies below the session's keys: halves of files, and what was written while its rows went."""
    for found in list(files_of(session)):
        stored.remove(found.key)
        rest()
    if left := next(files_of(session), None):
        raise NotYet(f"{left.key} is still there.")
    for prefix in prefixes_of(session):
        stored.remove_folder(prefix)


def files_of(session: Session) -> Iterator[stored.StoredFile]:
    for prefix in prefixes_of(session):
        yield from stored.files_below(prefix)


def remove_jobs(session: Session, erased: Erased) -> None:
    """Their errors may quote what was worked on."""
    recordings = Recording.objects.filter(session=session).values("pk")
    of_recordings = Q(kind__in=kinds_of(RECORDINGS), object_id__in=recordings)
    jobs = Job.objects.filter(of_recordings | Q(kind__in=kinds_of(SESSIONS), object_id=session.pk))
    erased.rows += jobs.delete()[0]


def remove_rows_below(session: Session, erased: Erased, rest: Rest) -> None:
    """Of every model that points to one session, whichever room made it. What holds several sees to itself."""
    for relation in Session._meta.related_objects:
        if relation.many_to_many:
            continue
        model: Any = relation.related_model
        rows = model._base_manager.filter(**{relation.field.attname: session.pk})
        remove_in_chunks(rows, erased, rest)


def remove_in_chunks(rows: "models.QuerySet[Any]", erased: Erased, rest: Rest) -> None:
    """Two that do this at once take the same rows in the same order, so neither blocks the other for good."""
    while keys := list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_AT_ONCE]):
        with transaction.atomic():
            erased.rows += rows.model._base_manager.filter(pk__in=keys).delete()[0]
        rest()


@transaction.atomic
def remove_row(session: Session, erased: Erased) -> None:
    row = held(session.pk).first()
    if row is None:
        return
    if Recording.objects.filter(session=row).exists():
        raise NotYet("A recording has come meanwhile.")
    if row.project.deleted_at is None:
        record_event(row.project, None, "session.erased", str(row.public_id))
    erased.rows += row.delete()[0]
    erased.sessions += 1
