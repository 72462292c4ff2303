"""What of an upload may be kept: the project's switches at the session's first receipt, and redaction."""

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import partial

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from observability import jobs
from observability.journal.append import HeldSession
from observability.journal.codec import encode
from observability.journal.news import NewBatch, count_by_kind
from observability.journal.reopen import give_back, withheld_records
from observability.journal.rewrite import rewrite, rewrite_rows
from observability.live.publish import publish_sessions
from observability.livekit.privacy import Permitted, Switches, permitted
from observability.models import Archive, Export, Recording, Session
from observability.records import Record
from observability.sessions.deletions import note_redaction
from observability.sessions.facts import remove_facts
from projects.models import Project

ERASE_RECORDINGS = "erase-recordings"
REDACTED_MEANWHILE = "Redaction was asked for while the zip was made. Ask for it again."
TOLD_FOR = timedelta(minutes=5)
EVERYTHING = Switches(audio=True, transcripts=True, traces=True, logs=True, redaction=False)


def as_it_is_now(project: Project) -> Project:
    """For whoever begins a session, which keeps the switches that it begins with.

    What was read with the sender's key may be older. It is other uploads' too, so it is left as it is.
    """
    return Project.objects.select_related("plan", "privacy").get(pk=project.pk)


def may_begin_sessions(project: Project) -> bool:
    """By its switch and its quota."""
    return project.privacy.observability and not is_over_quota(project)


def is_over_quota(project: Project) -> bool:
    return project.over_quota_until is not None and project.over_quota_until > timezone.now()


def switches_of(session: HeldSession, *, asks_for_redaction: bool = False) -> Switches:
    return switches_with(session.switched_off, redaction=session.is_redacted or asks_for_redaction)


def switches_with(off: Collection[str], *, redaction: bool) -> Switches:
    """`off`: the signals that the project had switched off at the session's first receipt."""
    if not off and not redaction:
        return EVERYTHING
    return Switches(
        audio="audio" not in off,
        transcripts="transcript" not in off,
        traces="traces" not in off,
        logs="logs" not in off,
        redaction=redaction,
    )


def switches_now(project: Project) -> Switches:
    """For what belongs to no session."""
    privacy = project.privacy
    return Switches(
        audio=privacy.audio,
        transcripts=privacy.transcripts,
        traces=privacy.traces,
        logs=privacy.logs,
        redaction=privacy.redaction,
    )


def with_only(batch: NewBatch, records: Sequence[Record]) -> NewBatch:
    """The same upload, so with the same digest, holding fewer or changed records."""
    return replace(batch, payload=encode(records), counts=count_by_kind(records), base=None, text=b"")


def withdraw_exports(session_id: int) -> None:
    """Zips that were made, or are being made, of what had not been redacted; the sweep removes them."""
    exports = Export.objects.filter(sessions=session_id)
    under_way = list(exports.filter(state__in=Export.UNDER_WAY).values_list("pk", flat=True))
    ready = list(exports.filter(state=Export.State.READY).values_list("pk", flat=True))
    Export.objects.filter(pk__in=under_way).update(
        state=Export.State.FAILED, note=REDACTED_MEANWHILE, expires_at=Now() + TOLD_FOR
    )
    Export.objects.filter(pk__in=ready).update(expires_at=Now())


def redact_sealed(session_id: int) -> None:
    """For the Job: what could not be read when redaction was asked for. May run twice. Raises StorageFailed."""
    session = Session.objects.filter(pk=session_id, expires_at__gt=Now()).first()
    found = withheld_records(session_id)
    if session is not None and found is not None and is_given_back(session, *found):
        publish_sessions([session_id])


@transaction.atomic
def is_given_back(session: Session, archive: Archive, records: Sequence[Record]) -> bool:
    if not give_back(archive, records):
        return False
    switches = switches_with(session.switched_off, redaction=True)
    rewrite_rows(session.pk, partial(permitted_records, switches=switches))
    Session.objects.filter(pk=session.pk).update(has_news=True)
    withdraw_exports(session.pk)
    return True


def permitted_records(records: Sequence[Record], *, switches: Switches) -> Sequence[Record]:
    permit: Permitted = permitted(records, switches)
    return permit.records


@transaction.atomic
def redact_again(public_id: str) -> int | None:
    """What a backup from before it was asked for has brought back: the session, or None if there is nothing to do."""
    session = Session.objects.select_for_update().filter(public_id=public_id, is_redacted=False).first()
    if session is None:
        return None
    Session.objects.filter(pk=session.pk).update(
        is_redacted=True, room_name="", participant="", has_news=True
    )
    redact_what_came_before(session.pk, switches_with(session.switched_off, redaction=True))
    return session.pk


def redact_what_came_before(session_id: int, switches: Switches) -> int:
    """Spans that began before the session carry no flag, and may come before the first that does.

    Returns how many recordings there are: shown to nobody from here on, they are erased by a Job.
    """

    note_redaction(Session.objects.select_related("project").get(pk=session_id))
    rewrite(session_id, partial(permitted_records, switches=switches))
    remove_facts(session_id)
    Session.objects.filter(pk=session_id).update(is_named=False)
    withdraw_exports(session_id)
    recordings = Recording.objects.filter(session_id=session_id).count()
    if recordings:
        jobs.submit(ERASE_RECORDINGS, session_id)
    return recordings
