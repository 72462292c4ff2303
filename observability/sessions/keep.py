"""Keeps what an upload brought: every record in the journal of its session, in one transaction."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from django.db.models import F

from observability.journal.append import HeldSession, append, append_unassigned, session_of_job
from observability.journal.append_together import append_at_once, base_of
from observability.journal.news import NewBatch, News
from observability.journal.together import committed
from observability.limits import MAX_SESSION_RECORDS
from observability.livekit.privacy import permitted
from observability.models import Session
from observability.sessions.allowed import (
    EVERYTHING,
    as_it_is_now,
    may_begin_sessions,
    redact_what_came_before,
    switches_now,
    switches_of,
    with_only,
)
from observability.sessions.draft import Draft
from observability.sessions.groups import Group
from observability.sessions.open import begin_session
from observability.sessions.tombstones import is_buried, job_name
from projects.models import Project

JOBS_AT_ONCE = 25
"""In one transaction: some tenth of a second, for which others may have to wait."""


@dataclass(slots=True)
class Kept:
    """What became of one group."""

    job_id: str
    session_id: int | None = None
    stored: int = 0
    duplicates: int = 0
    discarded: dict[str, int] = field(default_factory=dict)
    over_limit: int = 0
    """Records beyond what a session may hold; the sender is told."""
    refused_as_off: bool = False
    """The project is switched off and the session had not begun before."""
    cursor: int = 0


@dataclass(frozen=True, slots=True)
class Marred:
    """What an upload held that could not be kept as it came."""

    rejected: int = 0
    """Records that could not be read; the sender is told."""
    sanitised: int = 0
    """Values that no database takes, changed."""


WHOLE = Marred()


def keep(
    project: Project,
    signal: str,
    groups: Sequence[Group],
    *,
    body_digest: bytes,
    now: datetime,
    marred: Marred = WHOLE,
) -> list[Kept]:
    """Append each group to its session's journal. When this returns, it is committed.

    Groups are taken in the order of their job ids, so that two uploads with the same jobs cannot block each other.
    Many are committed a few at a time, so that nobody else waits for all of them; if the sender has to repeat the
    upload, those that are kept already are known.
    """
    base = base_of(project.pk, groups[0].job_id, signal) if len(groups) == 1 else None
    drafts = [
        Draft.of(group, signal, body_digest, now, base=base)
        for group in sorted(groups, key=lambda g: g.job_id)
    ]
    if len(drafts) == 1 and marred == WHOLE and (kept := keep_at_once(project, drafts[0])):
        return [kept]
    drafts = [draft.leaning_on_nothing() for draft in drafts]
    kept_groups: list[Kept] = []
    for first in range(0, len(drafts), JOBS_AT_ONCE):
        some = partial(keep_drafts, project, drafts[first : first + JOBS_AT_ONCE], WHOLE if first else marred)
        kept_groups += committed(some)
    return kept_groups


def keep_drafts(project: Project, drafts: Sequence[Draft], marred: Marred) -> list[Kept]:
    """A record that cannot be read names no job: it is counted with the first job of its upload, and once."""
    kept = [keep_draft(project, draft) for draft in drafts]
    if marred != WHOLE:
        first = next((group for group in kept if group.session_id and group.stored), None)
        if first is not None and first.session_id is not None:
            count_marred(first.session_id, marred)
    return kept


def keep_at_once(project: Project, draft: Draft) -> Kept | None:
    """The usual case. None if the session is not there yet, or anything else is out of the ordinary."""
    if not draft.group.job_id:
        return None
    appended = append_at_once(
        project.pk, draft.group.job_id, draft.batch, draft.news, max_records=MAX_SESSION_RECORDS
    )
    if appended is None:
        return None
    return Kept(draft.group.job_id, appended.session_id, stored=draft.batch.record_count, cursor=appended.seq)


def keep_draft(project: Project, draft: Draft) -> Kept:
    if not draft.group.job_id:
        return keep_unassigned(project, draft)
    session = session_of_job(project.pk, draft.group.job_id)
    if session is None:
        current = as_it_is_now(project)
        if not may_begin_sessions(current):
            return Kept(draft.group.job_id, refused_as_off=True)
        if is_buried(project.pk, job_name(draft.group.job_id), late_records=draft.batch.record_count):
            return Kept(draft.group.job_id, discarded={draft.batch.signal: draft.batch.record_count})
        session = begin_session(
            current,
            job_id=draft.group.job_id,
            room_id=draft.group.room_id,
            started_ns=draft.news.started_ns,
        )
    return keep_in_session(project, session, draft)


def keep_unassigned(project: Project, draft: Draft) -> Kept:
    """Kept for the project, as far as its switches and the records themselves allow now."""
    if not project.privacy.observability:
        return Kept("", refused_as_off=True)
    switches = switches_now(project)
    switches = replace(switches, redaction=switches.redaction or draft.news.is_redacted)
    permit = permitted(draft.group.records, switches)
    batch = draft.batch if permit.records is draft.group.records else with_only(draft.batch, permit.records)
    if not batch.record_count:
        return Kept("", discarded=permit.discarded)
    is_new = append_unassigned(project.pk, batch)
    return Kept(
        "", stored=batch.record_count if is_new else 0, duplicates=0 if is_new else batch.record_count
    )


def keep_in_session(project: Project, session: HeldSession, draft: Draft) -> Kept:
    """Within the caller's transaction, which holds the session.

    A batch of which nothing may be kept is appended empty: so it is known when it comes again, and what it tells of the
    session's life is not lost.
    """
    kept = Kept(draft.group.job_id, session.id, cursor=session.cursor)
    if session.is_expired:
        late = kept.discarded[draft.batch.signal] = draft.batch.record_count
        is_buried(project.pk, job_name(draft.group.job_id), late_records=late)
        return kept
    batch, news, discarded = allowed_part(session, draft)
    if session.record_count + batch.record_count > MAX_SESSION_RECORDS:
        kept.over_limit = batch.record_count
        batch = with_only(batch, [])
    appended = append(project.pk, session, batch, news)
    if appended is None:
        kept.duplicates, kept.over_limit = batch.record_count, 0
    else:
        kept.stored, kept.cursor, kept.discarded = batch.record_count, appended.seq, discarded
    count_apart(session.id, kept)
    return kept


def allowed_part(session: HeldSession, draft: Draft) -> tuple[NewBatch, News, dict[str, int]]:
    """The batch without what may not be kept, what the rest tells, and how many records were discarded."""
    switches = switches_of(session, asks_for_redaction=draft.news.is_redacted)
    if switches == EVERYTHING:
        return draft.batch, draft.news, {}
    discarded: Counter[str] = Counter()
    if switches.redaction and not session.is_redacted:
        discarded["audio"] = redact_what_came_before(session.id, switches)
    draft = draft.permitted_under(switches)
    discarded.update(draft.discarded)
    news = (
        replace(draft.news, is_redacted=True, room_name="", participant="")
        if switches.redaction
        else draft.news
    )
    return draft.batch, news, dict(+discarded)


def count_apart(session_id: int, kept: Kept) -> None:
    """Count what was not kept. Rare, so through the ORM; the row is held."""
    if not (kept.duplicates or kept.over_limit or any(kept.discarded.values())):
        return
    Session.objects.filter(pk=session_id).update(
        duplicate_count=F("duplicate_count") + kept.duplicates,
        rejected_count=F("rejected_count") + kept.over_limit,
    )
    count_discarded(session_id, kept.discarded)


def count_discarded(session_id: int, discarded: dict[str, int]) -> None:
    row = Session.objects.only("discarded").get(pk=session_id)
    row.discarded = dict(Counter(row.discarded) + Counter(discarded))
    row.save(update_fields=["discarded"])


def count_marred(session_id: int, marred: Marred) -> None:
    Session.objects.filter(pk=session_id).update(rejected_count=F("rejected_count") + marred.rejected)
    if marred.sanitised:
        count_discarded(session_id, {"sanitised": marred.sanitised})
