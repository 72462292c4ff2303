"""Puts a session's journal into one object, and opens it again if it must be changed.

The object is written and read back before the rows go, in one transaction with the row that names it. Killed at any
moment, the next attempt writes the same object under the same name.
"""

import hashlib
import math
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils import timezone

from observability import jobs
from observability.journal.archive import (
    CONTENT_TYPE,
    DIGEST_BYTES,
    ArchiveLost,
    MissingFile,
    archived_records,
    key_of,
    remove_obsolete,
)
from observability.journal.archive_format import packed, sorted_for_archive, unpacked
from observability.journal.codec import encode
from observability.journal.read import batches_of
from observability.limits import SEAL_AFTER_S
from observability.models import Archive, Batch, Job, Session
from observability.records import Record
from observability.storage import objects
from observability.timeline.dedupe import unique

SEAL = "seal-session"
REMOVE_OBSOLETE = "remove-obsolete-archives"
MAX_PER_SWEEP = 50


def seal_session(session_id: int) -> bool:
    """For the Job: seal what has come so far. False if there was nothing to do. May run twice.

    Raises StorageFailed, and ArchiveLost if an earlier revision cannot be read; then nothing has changed.
    """
    session = Session.objects.filter(pk=session_id, is_sealed=False, expires_at__gt=Now()).first()
    if session is None:
        return False
    before, _ = Archive.objects.get_or_create(session=session)
    records = sorted_for_archive(unique(batches_of(session)))
    content = packed(records, about=about(session))
    made = Archive(
        pk=before.pk,
        session=session,
        revision=before.revision + 1,
        sha256=hashlib.sha256(content).digest(),
        size_bytes=len(content),
        record_count=len(records),
        through_seq=session.cursor,
        sealed_at=timezone.now(),
    )
    made.name = key_of(session, revision=made.revision, sha256=bytes(made.sha256))
    objects.write(made.name, content, content_type=CONTENT_TYPE)
    if unpacked(objects.read(made.name)) != records:
        raise ArchiveLost(f"{made.name} does not read back as it was written.")
    is_ours = replace_rows(before, made)
    if is_ours:
        remove_obsolete(session_id)
    elif not Session.objects.filter(pk=session_id, expires_at__gt=Now()).exists():
        objects.remove(
            made.name
        )  # it went while this was written; whoever erases it may have passed by already
    return is_ours


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
    if held.is_redacted != made.session.is_redacted:
        return False
    rows = Batch.objects.filter(session_id=held.pk, seq__lte=made.through_seq)
    new = list(rows.filter(seq__gt=now.through_seq).order_by("seq").defer("payload"))
    made.digests = bytes(now.digests) + b"".join(
        bytes(batch.digest).ljust(DIGEST_BYTES, b"\0") for batch in new
    )
    made.arrivals = with_arrivals(now.arrivals, new)
    made.obsolete = [*now.obsolete, *filter(None, [now.name])]
    made.save()
    rows.delete()
    Session.objects.filter(pk=held.pk).update(
        sealed_seq=made.through_seq, is_sealed=held.cursor == made.through_seq
    )
    return True


def with_arrivals(known: dict[str, Any], batches: Sequence[Batch]) -> dict[str, Any]:
    """By signal: records, batches, and when the first and the last came."""
    told = {signal: dict(each) for signal, each in known.items()}
    for batch in batches:
        at = batch.received_at.isoformat()
        each = told.setdefault(batch.signal, {"records": 0, "batches": 0, "first": at, "last": at})
        each.update(records=each["records"] + batch.record_count, batches=each["batches"] + 1)
        each.update(first=min(each["first"], at), last=max(each["last"], at))
    return told


def reopen(session_id: int) -> None:
    """Put sealed records back into the journal, within the caller's transaction, which holds the session.

    The object is obsolete from then on, and removed by a Job. Of one that is lost nothing comes back.
    Raises StorageFailed.
    """
    archive = Archive.objects.filter(session_id=session_id).exclude(name="").first()
    if archive is None:
        return
    try:
        records = archived_records(archive)
    except (ArchiveLost, MissingFile):
        records = []
    size = max(1, math.ceil(len(records) / archive.through_seq))
    parts = [records[at : at + size] for at in range(0, len(records), size)]
    session = Session.objects.only("project_id").get(pk=session_id)
    Batch.objects.bulk_create(
        part_of_archive(archive, session.project_id, seq, part) for seq, part in enumerate(parts, start=1)
    )
    archive.obsolete = [*archive.obsolete, archive.name]
    archive.name = ""
    archive.save(update_fields=["obsolete", "name"])
    Session.objects.filter(pk=session_id).update(is_sealed=False)
    jobs.submit(REMOVE_OBSOLETE, session_id)


def part_of_archive(archive: Archive, project_id: int, seq: int, records: Sequence[Record]) -> Batch:
    [(signal, _)] = Counter(record["signal"] for record in records).most_common(1)
    named = f"part {seq} of revision {archive.revision} of session {archive.session_id}"
    return Batch(
        project_id=project_id,
        session_id=archive.session_id,
        seq=seq,
        signal=SIGNALS[signal],
        digest=hashlib.blake2b(named.encode(), digest_size=DIGEST_BYTES).digest(),
        payload=encode(records),
        record_count=len(records),
        received_at=archive.sealed_at or timezone.now(),
    )


SIGNALS = {
    "span": "traces",
    "log": "logs",
    "metric": "metrics",
    "chat_item": "recording",
    "recording_header": "recording",
}


def ask_for_sealing(*, now: datetime) -> int:
    """For what is over and silent; where it was set aside, only after more has come. Returns for how many."""
    over = Session.objects.filter(~Q(status=Session.Status.LIVE), is_sealed=False, cursor__gt=0)
    silent = over.filter(last_received_at__lt=now - timedelta(seconds=SEAL_AFTER_S), expires_at__gt=Now())
    asked = Job.objects.filter(kind=SEAL, object_id=OuterRef("pk"))
    in_hand = asked.filter(state__in=[Job.State.WAITING, Job.State.RUNNING])
    set_aside = asked.filter(state=Job.State.SET_ASIDE, finished_at__gt=OuterRef("last_received_at"))
    due = silent.filter(~Exists(in_hand), ~Exists(set_aside)).order_by("last_received_at")
    session_ids = list(due.values_list("pk", flat=True)[:MAX_PER_SWEEP])
    for session_id in session_ids:
        jobs.submit(SEAL, session_id)
    return len(session_ids)
