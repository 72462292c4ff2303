"""Keeps the audio of a session: its row within the caller's transaction, its file in the storage after the commit."""

from datetime import datetime

from django.db.models import Max

from observability.journal.append import HeldSession
from observability.models import Job, Recording
from observability.recordings import files, store
from observability.recordings.form import SpooledPart
from observability.recordings.store import (
    ANALYSE_RECORDING,
    INSPECT_RECORDING,
    STORE_AGAIN_AFTER,
    STORE_RECORDING,
)
from observability.sessions.allowed import switches_of
from observability.sessions.keep import count_discarded


def keep_audio(
    session: HeldSession,
    audio: SpooledPart,
    name: str,
    *,
    start_ns: int,
    now: datetime,
    is_repeated: bool = False,
) -> Recording | None:
    """The audio's row, new or from the same audio before; None if none may be kept. `name` is that of its file."""
    if session.is_expired or not may_keep_audio(session):
        if not is_repeated:
            count_discarded(session.id, {"audio": 1})
        return None
    revisions = Recording.objects.filter(session_id=session.id)
    same = revisions.filter(sha256=audio.sha256).first()
    if same is not None:
        return same
    newest = revisions.aggregate(newest=Max("revision"))["newest"] or 0
    recording = Recording.objects.create(
        session_id=session.id,
        revision=newest + 1,
        sha256=audio.sha256,
        size_bytes=audio.size_bytes,
        name=name,
        place=Recording.Place.SPOOL,
        start_ns=start_ns,
        problem=audio.problem[:200],
    )
    _ask_for_work(recording, now)
    return recording


def may_keep_audio(session: HeldSession) -> bool:
    """Voices cannot be redacted, so where redaction was asked for they are not kept."""
    switches = switches_of(session)
    return switches.audio and not switches.redaction


def is_moved(recording: Recording) -> bool:
    """It is committed already: what happens now, such as the session's deletion, is not the sender's."""
    try:
        is_in_storage = files.move_to_storage(recording)
    except files.MissingFile:
        return False
    if is_in_storage:
        store.hasten_analysis(recording.pk)
    return is_in_storage


def _ask_for_work(recording: Recording, now: datetime) -> None:
    Job.objects.bulk_create(
        [
            Job(kind=INSPECT_RECORDING, object_id=recording.pk, run_after=now),
            Job(kind=ANALYSE_RECORDING, object_id=recording.pk, run_after=now),
            Job(kind=STORE_RECORDING, object_id=recording.pk, run_after=now + STORE_AGAIN_AFTER),
        ]
    )
