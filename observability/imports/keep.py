"""Puts a plan into the project, in one transaction: all of it, or nothing."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models.functions import Now

from observability.imports.facts import Facts
from observability.imports.plan import Plan
from observability.imports.refusals import NotHere, TooMuch
from observability.journal.append import HeldSession, session_of_id, session_of_job
from observability.limits import MAX_SESSION_RECORDS
from observability.models import Recording, Session
from observability.recordings.keep import keep_audio
from observability.sessions.allowed import as_it_is_now, is_over_quota, switches_of
from observability.sessions.keep import Kept, Marred, count_marred, keep_draft
from observability.sessions.open import begin_session
from observability.sessions.tombstones import is_buried, job_name, room_name
from projects.models import Project

SWITCHED_OFF = (
    "Agent observability is off in this project: nothing is recorded. Switch it on under Data and privacy."
)
USED_UP = (
    "This month’s quota of the plan is used up: until the next month no session begins, not by an import either. "
    "Plan and usage says what helps."
)
BURIED = (
    "This session was deleted here, or its time was over. What was erased stays away for 40 days; until then it can be "
    "imported into another project."
)
FULL = f"The session would have more than {MAX_SESSION_RECORDS} records (MAX_SESSION_RECORDS)."


class Moved(Exception):
    """The session is not as it was when the plan was made; another has to be made."""


@dataclass(slots=True)
class Written:
    """What the transaction did."""

    session_id: int
    is_new: bool
    cursor: int = 0
    records: int = 0
    discarded: Counter[str] = field(default_factory=Counter)
    recordings: list[Recording] = field(default_factory=list)


def write(project: Project, plan: Plan, names: dict[str, str], *, now: datetime) -> Written:
    """Within a transaction. `names` are those of the audio files in the spool, by the take's.

    Raises NotHere, TooMuch or Moved; then nothing may be committed.
    """
    held = session_of_job(project.pk, plan.bundle.facts.job_id)
    if held != plan.before:
        raise Moved
    if held is not None and held.is_expired:
        raise NotHere(BURIED)
    status = Session.objects.values_list("status", flat=True).get(pk=held.id) if held else ""
    session = held or begun(project, plan)
    if switches_of(session) != plan.switches:
        raise Moved
    written = Written(session.id, is_new=held is None)
    for draft in plan.drafts:
        note(written, keep_draft(project, draft))
    add_audio(written, plan, names, now)
    if written.is_new:
        settle(written, plan.bundle.facts)
    elif status in {Session.Status.ENDED, Session.Status.LOST}:
        Session.objects.filter(pk=session.id).update(status=status)
    if plan.bundle.is_first and (plan.tally.rejected or plan.tally.sanitised):
        count_marred(session.id, Marred(plan.tally.rejected.total(), plan.tally.sanitised))
    return written


def begun(project: Project, plan: Plan) -> HeldSession:
    """A session of its own, under the switches of this project and of the one that it comes from.

    The project's may be others than those of the plan, and then another is made.
    """
    facts, project = plan.bundle.facts, as_it_is_now(project)
    if not project.privacy.observability:
        raise NotHere(SWITCHED_OFF)
    if is_over_quota(project):
        raise NotHere(USED_UP)
    names = [job_name(facts.job_id)]
    if plan.bundle.had_no_job and facts.room_id:
        names.append(room_name(facts.room_id))
    if any(is_buried(project.pk, name, late_records=0) for name in names):
        raise NotHere(BURIED)
    started_ns = next((draft.news.started_ns for draft in plan.drafts if draft.news.started_ns), None)
    # Its room is told later: a recording that an agent has sent for the room must not become part of it.
    begun = begin_session(project, job_id=facts.job_id, room_id="", started_ns=started_ns)
    row = Session.objects.get(pk=begun.id)
    if begun.cursor or row.imported_at is not None:
        raise Moved  # somebody else began it at this moment
    row.imported_at, row.room_id = Now(), facts.room_id
    row.switched_off = sorted({*row.switched_off, *facts.switched_off})
    row.is_redacted = row.is_redacted or facts.is_redacted
    row.save(update_fields=["imported_at", "room_id", "switched_off", "is_redacted"])
    return session_of_id(begun.id)


def note(written: Written, kept: Kept) -> None:
    if kept.over_limit:
        raise TooMuch(FULL)
    written.records += kept.stored
    written.discarded.update(kept.discarded)
    written.cursor = kept.cursor


def add_audio(written: Written, plan: Plan, names: dict[str, str], now: datetime) -> None:
    """The session is read again: its records may just have asked for redaction."""
    for take, part in plan.audio:
        session = session_of_id(written.session_id)
        recording = keep_audio(session, part, names[take.name], start_ns=take.start_ns, now=now)
        if recording is None:
            written.discarded["audio"] += 1
        elif recording.name == names[take.name]:
            written.recordings.append(recording)


def settle(written: Written, facts: Facts) -> None:
    """What the records do not say of a session that begins with an import. Nothing more will come of it."""
    row = Session.objects.get(pk=written.session_id)
    changed: dict[str, Any] = {"status": facts.status}
    if facts.end_signal:
        changed["end_signal"] = facts.end_signal
    if facts.ended_ns:
        changed["ended_ns"] = facts.ended_ns
    here = Counter(row.discarded)
    if facts.is_redacted:
        del here["redacted"]  # what redaction had changed before it was exported, once more
    changed["discarded"] = dict(here + Counter(facts.discarded))
    changed["part_problems"] = facts.part_problems
    Session.objects.filter(pk=row.pk).update(**changed)
