"""Removes sessions that nobody can reach any more, for good, in small steps that may each run twice.

Tombstone, files, jobs, rows, files again, and the session's own row at the very end: it tells where to go on, whoever
was killed wherever. Uploads add nothing meanwhile, because the session has expired; what a worker still writes for it
comes before its rows go, and is found, or after, and is then removed by the worker itself.

Many take each step together: a transaction and a question cost nearly as much for one session as for a page of them.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Now

from observability.jobs import RECORDINGS, SESSIONS, NotYet, kinds_of
from observability.journal.compacted import parts_of, remove_part
from observability.models import Export, Job, Recording, Session
from observability.queries.clock import database_now
from observability.queries.records import forget_timeline
from observability.recordings.erase import erase_files
from observability.retention import stored
from observability.retention.holdings import prefixes_of
from observability.retention.improvement import keep_samples
from observability.retention.pace import ROWS_AT_ONCE, SMALL_ROWS_AT_ONCE, begin_to_work, rest
from observability.sessions.tombstones import bury
from projects.audit import record_events

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
    return erase_together([session_id], rest=rest)


def erase_together(session_ids: Sequence[int], *, rest: Rest = rest) -> Erased:
    """As `erase`, for a page of sessions. Where one of them fails none is gone, and each may be erased by itself."""
    erased = Erased()
    begin_to_work()
    sessions = buried(session_ids)
    if not sessions:
        return erased
    for session in sessions:
        keep_samples(session)
    rest()
    remove_files(sessions, erased, rest)
    remove_jobs(sessions, erased)
    rest()
    remove_rows_below(sessions, erased, rest)
    for session in sessions:
        remove_leftovers(session, rest)
    remove_rows(sessions, erased)
    rest()
    for session in sessions:
        forget_timeline(session)
    return erased


@transaction.atomic
def buried(session_ids: Sequence[int]) -> list[Session]:
    """While their rows are held, so that an upload comes wholly before this or is too late."""
    sessions = list(held(session_ids).filter(expires_at__lte=Now()))
    bury(sessions)
    return sessions


def held(session_ids: Sequence[int]) -> "models.QuerySet[Session]":
    """Their rows, and not their project's with them, which every upload that begins a session needs."""
    rows = Session.objects.select_for_update(of=("self",)).select_related("project__plan")
    return rows.filter(pk__in=session_ids).in_order_of_holding()


def remove_files(sessions: Sequence[Session], erased: Erased, rest: Rest) -> None:
    found = {session.pk: list(files_of(session)) for session in sessions}
    count_files(sessions, found.values(), erased)
    now = database_now()
    for recording in Recording.objects.filter(session__in=sessions).select_related("session"):
        given_up_at = (recording.session.deleted_at or recording.session.expires_at) + OTHER_SERVERS_TIME
        erase_files(recording, even_elsewhere=now > given_up_at)
        rest()
    remove_exports(sessions, rest)
    for part_id in parts_of([session.pk for session in sessions]):
        remove_part(part_id)
        rest()
    for session in sessions:
        remove_each(session, found[session.pk], rest)


def remove_exports(sessions: Sequence[Session], rest: Rest) -> None:
    """Of other sessions as well: nobody can fetch the zip without one of them. Its row goes with the next sweep."""
    for key in set(Export.objects.filter(sessions__in=sessions).values_list("key", flat=True)):
        stored.remove(key)
        rest()


def count_files(
    sessions: Sequence[Session], found: Iterable[Sequence[stored.StoredFile]], erased: Erased
) -> None:
    spooled = Recording.objects.filter(session__in=sessions, place=Recording.Place.SPOOL)
    sizes = [file.size_bytes for files in found for file in files]
    sizes += spooled.values_list("size_bytes", flat=True)
    erased.files += len(sizes)
    erased.bytes += sum(sizes)


def remove_each(session: Session, found: Sequence[stored.StoredFile], rest: Rest) -> None:
    for file in found:
        stored.remove(file.key)
    for prefix in prefixes_of(session):
        stored.remove_folder(prefix)
        stored.remove_unfinished(prefix)
    rest()


def remove_leftovers(session: Session, rest: Rest) -> None:
    """What was written while the rows went: below the session's own keys, which its row alone tells."""
    left = list(files_of(session))
    if not left:
        return
    remove_each(session, left, rest)
    if still := next(files_of(session), None):
        raise NotYet(f"{still.key} is still there.")


def files_of(session: Session) -> Iterator[stored.StoredFile]:
    """Halves of files among them, and whatever else lies below the session's keys."""
    for prefix in prefixes_of(session):
        yield from stored.files_below(prefix)


def remove_jobs(sessions: Sequence[Session], erased: Erased) -> None:
    """Their errors may quote what was worked on."""
    recordings = list(Recording.objects.filter(session__in=sessions).values_list("pk", flat=True))
    for kinds, objects in (
        (kinds_of(RECORDINGS), recordings),
        (kinds_of(SESSIONS), [session.pk for session in sessions]),
    ):
        erased.rows += Job.objects.filter(kind__in=kinds, object_id__in=objects).delete()[0]


def remove_rows_below(sessions: Sequence[Session], erased: Erased, rest: Rest) -> None:
    """Of every model that points to one session, whichever room made it. What holds several sees to itself."""
    for relation in Session._meta.related_objects:
        if relation.many_to_many:
            continue
        model: Any = relation.related_model
        name = relation.field.attname
        rows = model._base_manager.filter(**{f"{name}__in": [session.pk for session in sessions]})
        # By the index of sessions; by keys alone PostgreSQL might look through the table's dead. The newest first: what
        # is left can be read if it ends half-way, since batches lean on earlier ones.
        remove_in_chunks(rows.order_by(name, "-pk"), erased, rest, at_once=rows_at_once(model))


def rows_at_once(model: type[models.Model]) -> int:
    is_heavy = any(isinstance(field, models.BinaryField) for field in model._meta.fields)
    return ROWS_AT_ONCE if is_heavy else SMALL_ROWS_AT_ONCE


def remove_in_chunks(
    rows: "models.QuerySet[Any]", erased: Erased, rest: Rest, *, at_once: int = ROWS_AT_ONCE
) -> None:
    """Two that do this at once take the same rows in the same order, so neither blocks the other for good."""
    ordered = rows if rows.ordered else rows.order_by("pk")
    while keys := list(ordered.values_list("pk", flat=True)[:at_once]):
        with transaction.atomic():
            erased.rows += rows.model._base_manager.filter(pk__in=keys).delete()[0]
        rest()
        if len(keys) < at_once:
            break


@transaction.atomic
def remove_rows(sessions: Sequence[Session], erased: Erased) -> None:
    """The sessions' own, with whatever a worker has written below them in the meantime."""
    rows = list(held([session.pk for session in sessions]))
    if Recording.objects.filter(session__in=rows).exists():
        raise NotYet("A recording has come meanwhile.")
    living = [(row.project, str(row.public_id)) for row in rows if row.project.deleted_at is None]
    record_events("session.erased", living)
    erased.rows += Session.objects.filter(pk__in=[row.pk for row in rows]).delete()[0]
    erased.sessions += len(rows)
