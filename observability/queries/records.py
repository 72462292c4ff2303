"""A session's records and timeline, as journal and context tell them."""

import time
from dataclasses import replace
from functools import cache

from django.db.models import F, QuerySet
from django.db.models.lookups import Exact

from config.statements import run
from config.written import Given, Written
from observability.journal.read import batches_of
from observability.journal.reopen import is_withheld
from observability.limits import MAX_KEPT_RECORDS
from observability.models import Recording, Session
from observability.queries.kept import FOR_A_PAGE_NS, FOR_A_READER_NS, Kept, KeptTimelines
from observability.records import Record
from observability.timeline import build
from observability.timeline.completeness import LATE_NS
from observability.timeline.context import HeardInFile, RecordingFile, SessionContext
from observability.timeline.dedupe import unique
from observability.timeline.model import Timeline

Facts = tuple[int, SessionContext]
NS_PER_S = 1_000_000_000
ANY_RECORDING = f"SELECT 1 FROM {Recording._meta.db_table} WHERE session_id = %s LIMIT 1"  # noqa: S608  # our own names
_kept = KeptTimelines(MAX_KEPT_RECORDS)


def records_of(session: Session) -> list[Record]:
    """Everything received of the session, each record once."""
    return unique(batches_of(session))


def timeline_of(session: Session) -> Timeline:
    """For a page, which asks for it again."""
    return kept_timeline_of(session).timeline


def timeline_read_of(session: Session) -> Timeline:
    """For those who read one session after the other."""
    return kept_timeline_of(session, keep_ns=FOR_A_READER_NS).timeline


def kept_timeline_of(session: Session, facts: Facts | None = None, *, keep_ns: int = FOR_A_PAGE_NS) -> Kept:
    """Built now, or by whoever needed the same one before. `facts` are the session's, if they are known."""
    known, now_ns = facts or facts_of(session), time.time_ns()
    return _kept.get(session.public_id, known, now_ns, lambda: built(session, known, now_ns), keep_ns)


def timeline_kept_of(session: Session, facts: Facts) -> Kept | None:
    """If this process has built it already, for a page or a script."""
    return _kept.find(session.public_id, facts, time.time_ns())


def keep_no_timelines() -> None:
    """From here on, in this process."""
    _kept.max_records = 0


def forget_timeline(session: Session) -> None:
    """In this process; in others it goes by itself when nobody asks for it."""
    _kept.forget(session.public_id)


def facts_of(session: Session) -> Facts:
    """All that a timeline is made of, the clock apart: batches up to the cursor, and what is known beside them."""
    return session.cursor, replace(context_of(session), now_ns=0)


def built(session: Session, facts: Facts, now_ns: int) -> Kept:
    _cursor, context = facts
    timeline = build(batches_of(session), context=replace(context, now_ns=now_ns))
    late_ns = (session.ended_ns or timeline.session.last_ns) + LATE_NS
    may_become_late = session.status == Session.Status.ENDED and now_ns < late_ns
    return Kept(timeline, facts, late_ns if may_become_late else None)


def records_and_timeline_of(session: Session) -> tuple[list[Record], Timeline]:
    """Both out of one reading of the journal."""
    records = records_of(session)
    return records, build([records], context=context_of(session))


def context_of(session: Session) -> SessionContext:
    recording = recording_of(session)
    return SessionContext(
        status=session.status,  # type: ignore[arg-type]  # the choices are the timeline's words
        now_ns=time.time_ns(),
        ended_ns=session.ended_ns,
        switched_off=frozenset(session.switched_off),
        discarded=session.discarded,
        recording=file_of(recording) if recording else None,
        recording_uploaded=session.end_signal == "recording" or recording is not None,
        part_problems=session.part_problems,
        is_redacted=session.is_redacted,
        is_withheld=session.is_redacted and not session.is_sealed and is_withheld(session.pk),
    )


def recording_of(session: Session) -> Recording | None:
    """The newest revision of the session's audio that is whole; the newest of all if none is.

    A live session has none, mostly, and is asked with every upload: whether there is any costs a third of it.
    """
    if session.is_redacted or (session.status == Session.Status.LIVE and not has_recording(session)):
        return None
    return best_recording().first(session=session.pk)


@cache
def best_recording() -> Written[Recording]:
    """Index: recording_revision_once."""
    session = Given("session", Recording._meta.get_field("session"))
    recordings = Recording.objects.filter(session=session).select_related("waveform")
    return Written(recordings.order_by(Exact(F("problem"), "").desc(), "-revision")[:1])


def has_recording(session: Session) -> bool:
    """Index: recording_once."""
    return run(ANY_RECORDING, [session.pk]).fetchone() is not None


def recordings_of(session: Session) -> QuerySet[Recording]:
    """All revisions that may be heard: none once redaction was asked for, though they are not erased yet."""
    recordings = Recording.objects.filter(session=session).select_related("waveform")
    return recordings.none() if session.is_redacted else recordings


def file_of(recording: Recording) -> RecordingFile:
    return RecordingFile(
        start_ns=recording.start_ns,
        duration_ms=float(recording.duration_ms) if recording.duration_ms is not None else None,
        heard=heard_in(recording),
        problem=recording.problem,
        is_playable=recording.channels != 0,
    )


def heard_in(recording: Recording) -> HeardInFile | None:
    """None until a worker has listened, or if there was nothing to hear it from."""
    waveform = getattr(recording, "waveform", None)
    if waveform is None or not waveform.speech:
        return None
    user, agent = waveform.speech["user"], waveform.speech["agent"]
    return HeardInFile(
        tuple((from_ms, to_ms) for from_ms, to_ms in user),
        None if agent is None else tuple((from_ms, to_ms) for from_ms, to_ms in agent),
    )
