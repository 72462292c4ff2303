"""Accepts a recording upload: header and chat history to the journal, audio to disk; then the answer."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from django.db import OperationalError, transaction
from django.db.models import Q

from observability.journal.append import HeldSession, session_of_id, session_of_job
from observability.models import Recording, Session, Signal
from observability.recordings import spool, store
from observability.recordings.contents import Contents, contents_of
from observability.recordings.form import RecordingForm, SpooledPart
from observability.recordings.keep import is_moved, keep_audio
from observability.recordings.problems import note_problems, noted_before
from observability.sessions.allowed import as_it_is_now, may_begin_sessions
from observability.sessions.draft import Draft
from observability.sessions.groups import Group
from observability.sessions.keep import Kept, keep_in_session
from observability.sessions.open import begin_session, lock_room, session_of_recording
from observability.sessions.tombstones import is_buried, job_name, room_name, upload_name
from projects.models import Project

COMMIT_ATTEMPTS = 3
DEADLOCK = "40P01"
"""PostgreSQL's word for it."""


class NoIdentity(Exception):
    """The upload names neither job nor room, and holds nothing else that would be worth keeping."""


class SwitchedOff(Exception):
    """The project records nothing, and the session had not begun before it was switched off."""


class TooLate(Exception):
    """The session that the upload is of was deleted, or has expired and is gone."""


@dataclass(frozen=True, slots=True)
class AcceptedRecording:
    """What was kept of the upload. All of it is committed, and the audio is on a disk."""

    kept: Kept
    """Header and chat items; those of a repeated upload are its `duplicates`."""
    recording_id: int | None = None
    """The audio that the session has of this upload; None if it brought none, or none may be kept."""
    is_new: bool = False
    """False for audio that was there already."""
    is_in_storage: bool = False
    problems: dict[str, str] = field(default_factory=dict)
    """What was wrong, one sentence by name of the part."""
    is_cut_short: bool = False
    """The body broke off; what arrived whole is kept all the same."""


def accept_recording(project: Project, form: RecordingForm, *, now: datetime) -> AcceptedRecording:
    """Keep what arrived whole. Committed and synced when this returns; the same upload again adds nothing.

    Raises NoIdentity, SwitchedOff, or OSError if this server's disk fails.
    """
    contents = contents_of(form)
    if not (contents.job_id or contents.room_id or contents.items or form.audio):
        raise NoIdentity("The recording names neither job nor room, and holds neither transcript nor audio.")
    # Before the transaction, which must not wait for a disk.
    name = spool.keep(form.audio) if form.audio else ""
    kept, recording = _commit(project, contents, form.audio, name, now=now)
    is_new = recording is not None and recording.name == name
    if not is_new:
        spool.forget(name)
    is_in_storage = recording is not None and is_new and is_moved(recording)
    store.keep_spool_swept()
    return AcceptedRecording(
        kept=kept,
        recording_id=recording.pk if recording else None,
        is_new=is_new,
        is_in_storage=is_in_storage,
        problems=contents.problems,
        is_cut_short=form.is_cut_short,
    )


def _commit(
    project: Project, contents: Contents, audio: SpooledPart | None, name: str, *, now: datetime
) -> tuple[Kept, Recording | None]:
    """Where nothing is committed, for certain, the file goes at once.

    If the commit itself fails, nobody knows: the file stays, and `spool.remove_forsaken` finds out later.
    """
    for attempt in range(1, COMMIT_ATTEMPTS + 1):
        is_committing = False
        try:
            with transaction.atomic():
                result = _kept(project, contents, audio, name, now=now)
                is_committing = True
            break
        except BaseException as fault:
            if is_committing:
                raise
            if attempt < COMMIT_ATTEMPTS and _is_deadlock(fault):
                continue
            spool.forget(name)
            raise
    return result


def _is_deadlock(fault: BaseException) -> bool:
    """Another upload waits for this one, and this one for it; PostgreSQL undoes one of the two."""
    return isinstance(fault, OperationalError) and getattr(fault.__cause__, "sqlstate", "") == DEADLOCK


def _kept(
    project: Project, contents: Contents, audio: SpooledPart | None, name: str, *, now: datetime
) -> tuple[Kept, Recording | None]:
    draft = Draft.of(
        Group(contents.job_id, contents.room_id, contents.records), Signal.RECORDING, contents.digest, now
    )
    # The end of its session, whatever of it can be read.
    draft = replace(draft, news=replace(draft.news, end_signal=draft.news.end_signal or "recording"))
    try:
        session = _session_of(project, contents, draft, audio)
    except TooLate:
        return Kept(contents.job_id, discarded={Signal.RECORDING: _late_records(contents, audio)}), None
    before = noted_before(session.id)
    kept = keep_in_session(project, session, draft)
    if not session.is_expired:
        noted = contents.without_room() if kept.over_limit else contents
        note_problems(before, noted, is_repeated=kept.cursor == session.cursor)
    # Read again: the header may just have asked for redaction.
    session = session_of_id(session.id)
    if audio is None:
        return kept, None
    return kept, keep_audio(
        session, audio, name, start_ns=contents.start_ns, now=now, is_repeated=bool(kept.duplicates)
    )


def _session_of(project: Project, contents: Contents, draft: Draft, audio: SpooledPart | None) -> HeldSession:
    """By job; else the room's nearest; else one of its own (docs/contract.md §9.1).

    Raises SwitchedOff or TooLate.
    """
    if contents.job_id:
        session = session_of_job(project.pk, contents.job_id)
    else:
        # Before looking, so that the same upload at the same moment is seen; without a room they meet by digest.
        lock_room(project, contents.room_id or draft.batch.digest.hex())
        session = _session_of_same_upload(project, contents.room_id, draft, audio)
        session = session or session_of_recording(project, contents.room_id, contents.start_ns)
    if session is not None:
        return session
    current = as_it_is_now(project)
    if not may_begin_sessions(current):
        raise SwitchedOff
    if any(
        is_buried(project.pk, name, late_records=_late_records(contents, audio))
        for name in _names_of(contents, draft)
    ):
        raise TooLate
    return begin_session(
        current, job_id=contents.job_id, room_id=contents.room_id, started_ns=draft.news.started_ns
    )


def _names_of(contents: Contents, draft: Draft) -> list[str]:
    """By which the session of this upload would be known, were it buried."""
    if contents.job_id:
        return [job_name(contents.job_id)]
    room = [room_name(contents.room_id)] if contents.room_id else []
    return [upload_name(draft.batch.digest), *room]


def _late_records(contents: Contents, audio: SpooledPart | None) -> int:
    return len(contents.records) + (audio is not None)


def _session_of_same_upload(
    project: Project, room_id: str, draft: Draft, audio: SpooledPart | None
) -> HeldSession | None:
    """Where the upload went when it came before, even if that has expired meanwhile. Index: session_of_room."""
    same = Q(batches__digest=draft.batch.digest)
    if audio:
        same |= Q(recordings__sha256=audio.sha256)
    before = Session.objects.filter(same, project=project, room_id=room_id).order_by("id").first()
    return session_of_id(before.pk) if before else None
