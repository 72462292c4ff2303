"""Keeps what an upload brought: every record in the journal of its session, in one transaction."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import partial

from django.db.models import F

from observability.journal.append import HeldSession, append, append_unassigned, session_of_job
from observability.journal.append_together import append_at_once
from observability.journal.codec import decode, encode
from observability.journal.news import NewBatch, News, count_by_kind
from observability.journal.together import committed
from observability.limits import MAX_SESSION_RECORDS
from observability.livekit.identity import SessionFacts, revelations
from observability.livekit.privacy import Switches, permitted
from observability.models import Session
from observability.records import Record
from observability.sessions.allowed import (
    EVERYTHING,
    may_begin_sessions,
    redact_what_came_before,
    switches_now,
    switches_of,
    with_only,
)
from observability.sessions.ids import bounded_id
from observability.sessions.open import begin_session
from observability.sessions.tombstones import is_buried, job_name
from projects.models import Project

DIGEST_BYTES = 16
JOBS_AT_ONCE = 25


@dataclass(frozen=True, slots=True)
class Group:
    """The records of one job in one upload."""

    job_id: str
    """"" for records that name no job."""
    room_id: str
    records: Sequence[Record]


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
    drafts = [Draft.of(group, signal, body_digest, now) for group in sorted(groups, key=lambda g: g.job_id)]
    if len(drafts) == 1 and marred == WHOLE and (kept := keep_at_once(project, drafts[0])):
        return [kept]
    kept_groups: list[Kept] = []
    for first in range(0, len(drafts), JOBS_AT_ONCE):
        some = partial(keep_drafts, project, drafts[first : first + JOBS_AT_ONCE], WHOLE if first else marred)
        kept_groups += committed(some)
    return kept_groups


def keep_drafts(project: Project, drafts: Sequence["Draft"], marred: Marred) -> list[Kept]:
    """A record that cannot be read names no job: it is counted with the first job of its upload, and once."""
    kept = [keep_draft(project, draft) for draft in drafts]
    if marred != WHOLE:
        first = next((group for group in kept if group.session_id and group.stored), None)
        if first is not None and first.session_id is not None:
            count_marred(first.session_id, marred)
    return kept


def keep_at_once(project: Project, draft: "Draft") -> Kept | None:
    """The usual case. None if the session is not there yet, or anything else is out of the ordinary."""
    if not draft.group.job_id:
        return None
    appended = append_at_once(
        project.pk, draft.group.job_id, draft.batch, draft.news, max_records=MAX_SESSION_RECORDS
    )
    if appended is None:
        return None
    return Kept(draft.group.job_id, appended.session_id, stored=draft.batch.record_count, cursor=appended.seq)


@dataclass(frozen=True, slots=True)
class Draft:
    """A group made ready outside the transaction, so that the database is held for as short as can be."""

    group: Group
    batch: NewBatch
    news: News
    permitted_by: Switches = EVERYTHING
    """The batch holds what these let through."""
    discarded: dict[str, int] = field(default_factory=dict)
    """By them."""

    @classmethod
    def of(cls, group: Group, signal: str, body_digest: bytes, now: datetime) -> "Draft":
        digest = hashlib.blake2b(body_digest + group.job_id.encode(), digest_size=DIGEST_BYTES).digest()
        facts = next(iter(revelations(group.records).values()), SessionFacts(group.job_id))
        return cls(group, new_batch(signal, digest, group.records, now), news_of(facts, group.room_id))

    @property
    def records(self) -> Sequence[Record]:
        return self.group.records or decode(self.batch.payload)

    def permitted_under(self, switches: Switches) -> "Draft":
        if switches == self.permitted_by:
            return self
        permit = permitted(self.records, switches)
        batch = with_only(self.batch, permit.records)
        return replace(self, batch=batch, permitted_by=switches, discarded=permit.discarded)

    def compressed_alone(self) -> "Draft":
        """Without its records as objects, which are many times larger: they are decoded where somebody looks."""
        return replace(self, group=replace(self.group, records=()))


def new_batch(signal: str, digest: bytes, records: Sequence[Record], now: datetime) -> NewBatch:
    return NewBatch(signal, digest, encode(records), count_by_kind(records), now)


def keep_draft(project: Project, draft: Draft) -> Kept:
    if not draft.group.job_id:
        return keep_unassigned(project, draft)
    session = session_of_job(project.pk, draft.group.job_id)
    if session is None:
        if not may_begin_sessions(project):
            return Kept(draft.group.job_id, refused_as_off=True)
        if is_buried(project.pk, job_name(draft.group.job_id), late_records=draft.batch.record_count):
            return Kept(draft.group.job_id, discarded={draft.batch.signal: draft.batch.record_count})
        session = begin_session(
            project,
            job_id=draft.group.job_id,
            room_id=draft.group.room_id,
            started_ns=draft.news.started_ns,
        )
    return keep_in_session(project, session, draft)


def keep_unassigned(project: Project, draft: Draft) -> Kept:
    """Kept for the project, as far as its switches allow now."""
    if not project.privacy.observability:
        return Kept("", refused_as_off=True)
    permit = permitted(draft.group.records, switches_now(project))
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


def news_of(facts: SessionFacts, room_id: str) -> News:
    return News(
        room_id=room_id[:200],
        room_name=facts.room_name[:200],
        agent_name=facts.agent_name[:200],
        participant=facts.participant_identity[:200],
        sdk_language=facts.sdk_language[:20],
        sdk_version=facts.sdk_version[:40],
        is_simulated=facts.simulated,
        is_redacted=facts.redaction,
        end_signal=facts.end_signal,
        started_ns=facts.started_ns,
        ended_ns=facts.ended_ns,
        errors=facts.error_count,
    )


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


def group_by_job(records: Iterable[Record]) -> list[Group]:
    """Records by the job that they name themselves. What names none goes to the upload's only job, if there is one."""
    jobs: dict[str, list[Record]] = {}
    for record in records:
        jobs.setdefault(record["job_id"], []).append(record)
    if len(jobs) == 2 and "" in jobs:
        nameless = jobs.pop("")
        [(job_id, members)] = jobs.items()
        for record in nameless:
            record["job_id"] = job_id
        members.extend(nameless)
    return [group_of(job_id, members) for job_id, members in jobs.items()]


def group_of(job_id: str, members: list[Record]) -> Group:
    bounded = bounded_id(job_id)
    if bounded != job_id:
        for record in members:
            record["job_id"] = bounded
    return Group(bounded, bounded_id(room_of(members)), members)


def room_of(records: Iterable[Record]) -> str:
    return next((record["room_id"] for record in records if record["room_id"]), "")


def utc_now() -> datetime:
    return datetime.now(UTC)
