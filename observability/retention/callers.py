"""Erases what a project has of one caller: whole sessions, records that name none, and samples kept for models."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta

from observability.jobs import NotYet
from observability.journal.archive import ArchiveLost
from observability.journal.codec import decode
from observability.journal.read import batches_of
from observability.journal.reopen import is_withheld
from observability.models import Batch, Session
from observability.retention.delete import Receipt, delete_session
from observability.retention.deletions import write_deletions_at_commit
from observability.retention.erase import Erased, erase, remove_in_chunks
from observability.retention.improvement import take_back_of_caller
from observability.retention.naming import Caller, is_of
from observability.retention.pace import rest
from observability.retention.remains import empty_the_log
from observability.sessions.deletions import note_upload
from observability.storage.bucket import StorageFailed
from projects.audit import record_event
from projects.models import Project


@dataclass(slots=True)
class CallerErased:
    sessions: list[Receipt] = field(default_factory=list)
    erased: Erased = field(default_factory=Erased)
    samples: int = 0
    """Kept for model improvement from sessions that had ended their life."""
    pending: list[str] = field(default_factory=list)
    """Sessions that nobody reaches any more, and whose files could not be removed yet; the worker goes on."""
    unread: list[str] = field(default_factory=list)
    """Sessions whose sealed records cannot be read, so that nobody knows whether the caller is in them."""


def erase_caller(project: Project, caller: Caller) -> CallerErased:
    """Everything that the project has of them: whole sessions, and records that name no session."""
    done = CallerErased()
    for session in sessions_of(project, caller, done.unread):
        receipt = delete_session(session)
        if receipt is not None:
            done.sessions.append(receipt)
            record_event(project, None, "session.deleted", receipt.id)
            finish(session, done)
    remove_unassigned(project, caller, done.erased)
    done.samples = take_back_of_caller(project, caller)
    empty_the_log()
    return done


def finish(session: Session, done: CallerErased) -> None:
    try:
        done.erased.add(erase(session.pk))
    except NotYet:
        done.pending.append(str(session.public_id))


def sessions_of(project: Project, caller: Caller, unread: list[str]) -> Iterator[Session]:
    """Each journal is read as a whole: whoever joined a call later is in no column.

    Those that have expired are among them: until they are erased they could still leave samples.
    """
    sessions = Session.objects.filter(project=project)
    for pk in list(sessions.order_by("pk").values_list("pk", flat=True)):
        session = sessions.filter(pk=pk).first()
        if session is not None and took_part(session, caller, unread):
            yield session


def took_part(session: Session, caller: Caller, unread: list[str]) -> bool:
    if session.participant and caller.is_named_by("participant", session.participant):
        return True
    if is_withheld(session.pk):
        unread.append(str(session.public_id))
    try:
        return any(is_of(record, caller) for batch in batches_of(session) for record in batch)
    except (ArchiveLost, StorageFailed):
        unread.append(str(session.public_id))
        return False


def remove_unassigned(project: Project, caller: Caller, erased: Erased) -> None:
    """Noted before they go, so that no backup brings them back."""
    found = list(unassigned_of(project, caller))
    for batch in found:
        note_upload(batch, until=batch.received_at + timedelta(days=project.plan.retention_days))
    write_deletions_at_commit()
    remove_in_chunks(Batch.objects.filter(pk__in=[batch.pk for batch in found]), erased, rest)


def unassigned_of(project: Project, caller: Caller) -> Iterator[Batch]:
    for batch in Batch.objects.filter(project=project, session=None).iterator(20):
        if any(is_of(record, caller) for record in decode(bytes(batch.payload))):
            batch.payload = b""
            yield batch
