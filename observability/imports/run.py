"""Imports files into a project, and tells of each session in them what became of it."""

import logging
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, Literal

from django.db import DatabaseError
from django.db.models import Q

from observability.imports.bundle import Bundle
from observability.imports.from_zip import bundles_in
from observability.imports.keep import Moved, Written, write
from observability.imports.loose import Source, bundles_of
from observability.imports.plan import Plan, planned
from observability.imports.refusals import ImportRefused, NotNow, Unreadable
from observability.imports.turn import turn
from observability.imports.zip_members import members_of
from observability.journal.codec import BatchTooLarge
from observability.journal.together import committed_alone
from observability.live.publish import publish_sessions
from observability.models import Session
from observability.recordings import spool, store
from observability.recordings.keep import is_moved
from observability.sessions.allowed import as_it_is_now
from projects.models import Project

logger = logging.getLogger(__name__)

State = Literal["imported", "added", "already-here", "refused"]
ATTEMPTS = 3
ALREADY_HERE = "All of this session is in this project already. Nothing was added."
SENT_BY_AGENT = "The session is in this project already, as its agent sent it. Nothing was added."
NAMELESS = "and were left out: of the sessions in these files, nobody can tell which they are of."
ADDED = "The session was in this project already; what it lacked was added."
DISK = "This server's disk cannot take it: it is full, or fails. Nothing of this session was kept."
DATABASE = "The database cannot take it now. Import it again in a moment: what was kept is not added twice."
BUSY = "The session is being written to at this moment. Import it again when it is quiet."


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one session."""

    name: str
    """What it was read from."""
    state: State
    job_id: str = ""
    session_id: str = ""
    """Of this project's session; "" if it was refused."""
    records: int = 0
    """Added."""
    recordings: int = 0
    """Added."""
    rejected: int = 0
    """Records that cannot be read."""
    discarded: dict[str, int] = field(default_factory=dict)
    """What the project's switches and redaction kept out or changed, by signal; "nameless": records of no job."""
    message: str = ""

    @property
    def has_changed(self) -> bool:
        """Something of it was added."""
        return self.state in {"imported", "added"}


def import_files(project: Project, sources: Sequence[Source], *, now: datetime) -> list[Outcome]:
    """All files are looked through before anything is kept; then each session is kept as a whole or not at all.

    Raises ImportRefused where a file is not what it should be, and then nothing was kept. What is wrong with one
    session's own place in the project is told in its outcome, and costs the others nothing.
    """
    if not sources:
        raise Unreadable("There is no file. Choose one.")
    with ExitStack() as stack:
        stack.enter_context(turn())
        bundles: list[Bundle] = []
        for source in sources:
            if source.is_zip:
                members = stack.enter_context(members_of(source.file))
                bundles += bundles_in(members, name=source.name)
        bundles += bundles_of([source for source in sources if not source.is_zip])
        outcomes = [outcome_of(project, bundle, now=now) for bundle in bundles]
    store.keep_spool_swept()
    return outcomes


def outcome_of(project: Project, bundle: Bundle, *, now: datetime) -> Outcome:
    """With what the files hold that is no session's, whatever became of this one."""
    outcome = tried(project, bundle, now=now)
    if not bundle.nameless:
        return outcome
    verb = "record names" if bundle.nameless == 1 else "records name"
    return replace(
        outcome,
        discarded=outcome.discarded | {"nameless": bundle.nameless},
        message=f"{outcome.message} {bundle.nameless} {verb} no job {NAMELESS}".strip(),
    )


def tried(project: Project, bundle: Bundle, *, now: datetime) -> Outcome:
    try:
        return imported(project, bundle, now=now)
    except ImportRefused as refusal:
        return Outcome(bundle.name, "refused", bundle.facts.job_id, message=str(refusal))
    except BatchTooLarge as fault:
        return Outcome(bundle.name, "refused", bundle.facts.job_id, message=str(fault))
    except OSError:
        logger.exception("An import could not be written to the disk.")
        return Outcome(bundle.name, "refused", bundle.facts.job_id, message=DISK)
    except DatabaseError:
        logger.exception("An import could not be written to the database.")
        return Outcome(bundle.name, "refused", bundle.facts.job_id, message=DATABASE)


def imported(project: Project, bundle: Bundle, *, now: datetime) -> Outcome:
    for _ in range(ATTEMPTS):
        project = as_it_is_now(project)
        if (sent := sent_by_agent(project, bundle)) is not None:
            return already_here(bundle, str(sent.public_id), SENT_BY_AGENT)
        with planned(project, bundle, now=now) as plan:
            if plan.before and plan.is_empty and not plan.before.is_expired:
                return already_here(bundle, public_id(plan.before.id), ALREADY_HERE)
            try:
                written = commit(project, plan, now=now)
            except Moved:
                continue
        return told(plan, written)
    raise NotNow(BUSY)


def commit(project: Project, plan: Plan, *, now: datetime) -> Written:
    """The audio is in the spool before the transaction, which must not wait for a disk, and leaves it after.

    Where nothing is committed, for certain, the files go at once. If the commit itself fails, nobody knows: they stay,
    and `spool.remove_forsaken` finds out.
    """
    names = {take.name: spool.keep(part) for take, part in plan.audio}
    done: list[Written] = []

    def work() -> Written:
        done.append(write(project, plan, names, now=now))
        return done[-1]

    try:
        written = committed_alone(work)
    except BaseException:
        if not done:
            forget(names.values())
        raise
    forget(set(names.values()) - {recording.name for recording in written.recordings})
    for recording in written.recordings:
        is_moved(recording)
    publish_sessions([written.session_id])
    return written


def forget(names: Iterable[str]) -> None:
    for name in names:
        spool.forget(name)


def sent_by_agent(project: Project, bundle: Bundle) -> Session | None:
    """What an agent has sent is its own word: nobody adds to it. One that had no job is found by its own id."""
    is_same = Q(public_id=bundle.session_id) if bundle.had_no_job else Q(job_id=bundle.facts.job_id)
    return Session.objects.for_project(project).filter(is_same, imported_at=None).first()


def already_here(bundle: Bundle, session_id: str, message: str) -> Outcome:
    job_id = "" if bundle.had_no_job else bundle.facts.job_id
    return Outcome(bundle.name, "already-here", job_id, session_id, message=message)


def told(plan: Plan, written: Written) -> Outcome:
    bundle, tally = plan.bundle, plan.tally
    return Outcome(
        name=bundle.name,
        state="imported" if written.is_new else "added",
        job_id=bundle.facts.job_id,
        session_id=public_id(written.session_id),
        records=written.records,
        recordings=len(written.recordings),
        rejected=tally.rejected.total() if bundle.is_first else 0,
        discarded=dict(written.discarded),
        message="" if written.is_new else ADDED,
    )


def public_id(session_id: int) -> str:
    return str(Session.objects.values_list("public_id", flat=True).get(pk=session_id))


def as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "file": outcome.name,
        "state": outcome.state,
        "id": outcome.session_id or None,
        "job_id": outcome.job_id,
        "records": outcome.records,
        "recordings": outcome.recordings,
        "rejected": outcome.rejected,
        "discarded": outcome.discarded,
        "message": outcome.message,
    }
