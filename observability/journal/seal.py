"""Puts a session's journal into one object.

The object is written and read back before the rows go, in one transaction with the row that names it. Each attempt
notes its own name first, so that what a killed one has left is found and removed.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from observability import jobs
from observability.jobs import NotYet
from observability.journal.archive import (
    CONTENT_TYPE,
    DIGEST_BYTES,
    REDACT_SEALED,
    REMOVE_OBSOLETE,
    ArchiveLost,
    MissingFile,
    new_key,
    remove_obsolete,
)
from observability.journal.archive_format import packed, sorted_for_archive, unpacked
from observability.journal.codec import encode, records_from
from observability.journal.compacted import withdraw
from observability.journal.read import batches_of, rows_from, texts_of
from observability.limits import SEAL_AFTER_S
from observability.models import Archive, Batch, Job, Session
from observability.records import Record
from observability.storage import objects
from observability.timeline.dedupe import unique

SEAL = "seal-session"
MAX_REDACTIONS_PER_SWEEP = 50
MAX_WAITING = 90
"""Seals that are due at one moment: recordings have their turn in the same queue, and so many jobs are poked again that
others are among them. Each sweep asks for as many as have been done since the one before.
"""


def seal_session(session_id: int) -> bool:
    """For the Job: seal what has come so far. False if there was nothing to do. May run twice.

    Raises StorageFailed, and ArchiveLost if an earlier revision cannot be read; then nothing has changed.
    """
    session = Session.objects.filter(pk=session_id, is_sealed=False, expires_at__gt=Now()).first()
    if session is None:
        return False
    before = begun(session)
    if before is None:
        return False
    records = sorted_for_archive(unique(batches_of(session)))
    content = packed(records, about=about(session))
    made = Archive(
        pk=before.pk,
        session=session,
        name=before.being_written[-1],
        revision=before.revision + 1,
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        record_count=len(records),
        through_seq=session.cursor,
        sealed_at=timezone.now(),
    )
    is_ours = is_written(made, content, records) and replace_rows(before, made)
    if is_ours:
        remove_obsolete(session_id)
    else:
        objects.remove(
            made.name
        )  # whoever was first, or erases or redacts the session, may have passed by already
    return is_ours


def is_written(made: Archive, content: bytes, records: Sequence[Record]) -> bool:
    """False if whoever overtook this attempt has removed the object already. Raises ArchiveLost if it is another."""
    objects.write(made.name, content, content_type=CONTENT_TYPE)
    try:
        read = unpacked(objects.read(made.name))
    except MissingFile:
        return False
    if read != records:
        raise ArchiveLost(f"{made.name} does not read back as it was written.")
    return True


@transaction.atomic
def begun(session: Session) -> Archive | None:
    """The archive as it is, with a new name noted before anything is written under it. None if the session went.

    What an attempt before this one has begun is obsolete; should it still go on, it finds its name gone.
    Raises NotYet while a part of the records is withheld.
    """
    if not Session.objects.select_for_update().filter(pk=session.pk, expires_at__gt=Now()).exists():
        return None
    archive, _ = Archive.objects.get_or_create(session=session)
    if archive.withheld:
        raise NotYet(f"{archive.withheld} has to be redacted first.")
    archive.obsolete = [*archive.obsolete, *archive.being_written]
    archive.being_written = [new_key(session, revision=archive.revision + 1)]
    archive.save(update_fields=["obsolete", "being_written"])
    return archive


def about(session: Session) -> dict[str, Any]:
    """What the file says of its session."""
    return {
        "session": str(session.public_id),
        "job_id": session.job_id,
        "room_id": session.room_id,
        "first_received_at": session.first_received_at.isoformat(),
        "expires_at": session.expires_at.isoformat(),
    }


@transaction.atomic
def replace_rows(before: Archive, made: Archive) -> bool:
    """False if another worker has sealed, or a deletion or redaction has come, since `before` was read."""
    held = Session.objects.select_for_update().filter(pk=made.session_id, expires_at__gt=Now()).first()
    now = Archive.objects.filter(pk=before.pk).first()
    if held is None or now is None or (now.revision, now.name) != (before.revision, before.name):
        return False
    if held.is_redacted != made.session.is_redacted or made.name not in now.being_written:
        return False
    rows = Batch.objects.filter(session_id=held.pk, seq__lte=made.through_seq)
    new = list(rows.filter(seq__gt=now.through_seq).order_by("seq").defer("payload"))
    made.digests = bytes(now.digests) + b"".join(
        bytes(batch.digest).ljust(DIGEST_BYTES, b"\0") for batch in new
    )
    made.arrivals = with_arrivals(now.arrivals, new)
    made.obsolete = [*now.obsolete, *filter(None, [now.name])]
    made.being_written = []
    made.save()
    if made.obsolete:
        jobs.submit(REMOVE_OBSOLETE, held.pk)
    stand_alone(held.pk, after=made.through_seq)
    rows.delete()
    withdraw([held.pk])
    Session.objects.filter(pk=held.pk).update(
        sealed_seq=made.through_seq, is_sealed=held.cursor == made.through_seq
    )
    return True


def stand_alone(session_id: int, *, after: int) -> None:
    """What came while the object was written leans no more on what goes."""
    rows = rows_from(session_id, after + 1)
    leaning = [row for row in rows if row.seq > after and row.base_seq and row.base_seq <= after]
    bases = {row.base_seq for row in leaning}
    for seq, text in texts_of([*(row for row in rows if row.seq in bases), *leaning], first_seq=after + 1):
        batch = Batch.objects.filter(session_id=session_id, seq=seq)
        batch.update(payload=encode(records_from(text)), base_seq=None)


def with_arrivals(known: dict[str, Any], batches: Sequence[Batch]) -> dict[str, Any]:
    """By signal: records, batches, and when the first and the last came."""
    told = {signal: dict(each) for signal, each in known.items()}
    for batch in batches:
        at = batch.received_at.isoformat()
        each = told.setdefault(batch.signal, {"records": 0, "batches": 0, "first": at, "last": at})
        each.update(records=each["records"] + batch.record_count, batches=each["batches"] + 1)
        each.update(first=min(each["first"], at), last=max(each["last"], at))
    return told


def ask_for_sealing(*, now: datetime) -> int:
    """For what is over and silent; where it was set aside, only after more has come. Returns for how many.

    What is withheld has to be redacted before.
    """
    for session_id in Archive.objects.exclude(withheld="").values_list("session_id", flat=True)[
        :MAX_REDACTIONS_PER_SWEEP
    ]:
        jobs.submit(REDACT_SEALED, session_id)
    over = Session.objects.filter(~Q(status=Session.Status.LIVE), is_sealed=False, cursor__gt=0)
    over = over.exclude(job_id="")  # found again by their uploads' digests alone (recordings/accept.py)
    silent = over.filter(last_received_at__lt=now - timedelta(seconds=SEAL_AFTER_S), expires_at__gt=Now())
    asked = Job.objects.filter(kind=SEAL, object_id=OuterRef("pk"))
    in_hand = asked.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    set_aside = asked.filter(state=Job.State.SET_ASIDE, finished_at__gt=OuterRef("last_received_at"))
    due = silent.filter(~Exists(in_hand), ~Exists(set_aside)).order_by("last_received_at")
    session_ids = list(due.values_list("pk", flat=True)[: room_in_queue()])
    for session_id in session_ids:
        jobs.submit(SEAL, session_id)
    return len(session_ids)


def room_in_queue() -> int:
    """What has failed, or is put off, keeps no others waiting."""
    waiting = Job.objects.filter(kind=SEAL, state=Job.State.WAITING, run_after__lte=timezone.now())
    return max(MAX_WAITING - waiting.count(), 0)
