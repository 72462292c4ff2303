"""Keeps what an upload brought: every record in the journal of its session, in one transaction."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from django.db import connection, transaction

from observability.journal.append import (
    LockedSession,
    NewBatch,
    advance,
    append,
    append_unassigned,
    count_by_kind,
)
from observability.journal.codec import encode
from observability.limits import MAX_SESSION_RECORDS
from observability.livekit.identity import SessionFacts, revelations
from observability.livekit.privacy import Switches, permitted
from observability.models import Session
from observability.records import Record
from observability.sessions.open import begin_session, session_of_job
from projects.models import Project

DIGEST_BYTES = 16


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
    has_ended: bool = False


def keep(project: Project, signal: str, groups: Sequence[Group], *, body_digest: bytes, now: datetime) -> list[Kept]:
    """Append each group to its session's journal. When this returns, it is committed.

    Groups are taken in the order of their job ids, so that two uploads with the same jobs cannot block each other.
    """
    drafts = [Draft.of(group, signal, body_digest, now) for group in sorted(groups, key=lambda g: g.job_id)]
    with transaction.atomic():
        return [keep_draft(project, draft, now=now) for draft in drafts]


@dataclass(frozen=True, slots=True)
class Draft:
    """A group made ready outside the transaction, so that the database is held for as short as can be."""

    group: Group
    batch: NewBatch
    facts: SessionFacts

    @classmethod
    def of(cls, group: Group, signal: str, body_digest: bytes, now: datetime) -> "Draft":
        digest = hashlib.blake2b(body_digest + group.job_id.encode(), digest_size=DIGEST_BYTES).digest()
        facts = revelations(group.records).get(group.job_id) or SessionFacts(group.job_id)
        return cls(group, new_batch(signal, digest, group.records, now), facts)


def new_batch(signal: str, digest: bytes, records: Sequence[Record], now: datetime) -> NewBatch:
    return NewBatch(signal, digest, encode(records), count_by_kind(records), now)


def keep_draft(project: Project, draft: Draft, *, now: datetime) -> Kept:
    if not draft.group.job_id:
        return keep_unassigned(project, draft)
    session = session_of_job(project, draft.group.job_id, now=now)
    if session is None:
        if not project.privacy.observability:
            return Kept(draft.group.job_id, refused_as_off=True)
        session = begin_session(
            project,
            job_id=draft.group.job_id,
            room_id=draft.group.room_id,
            started_ns=draft.facts.started_ns,
            now=now,
        )
    return keep_in_session(project, session, draft)


def keep_unassigned(project: Project, draft: Draft) -> Kept:
    if not project.privacy.observability:
        return Kept("", refused_as_off=True)
    count = draft.batch.record_count
    is_new = append_unassigned(project.pk, draft.batch)
    return Kept("", stored=count if is_new else 0, duplicates=0 if is_new else count)


def keep_in_session(project: Project, session: LockedSession, draft: Draft) -> Kept:
    """Within the caller's transaction, which holds the session."""
    kept = Kept(draft.group.job_id, session.id, cursor=session.cursor)
    if session.is_expired:
        return discard_all(kept, draft.batch.signal, draft.batch.record_count)
    batch = allowed_part(session, draft, kept)
    if session.record_count + batch.record_count > MAX_SESSION_RECORDS:
        kept.over_limit = batch.record_count
        return kept
    if not batch.record_count:
        count_discarded(session.id, kept.discarded)
        return kept
    if not append(project.pk, session, batch):
        kept.duplicates = batch.record_count
        count_duplicates(session.id, batch.record_count)
        return kept
    learn(session, draft.facts, draft.group.room_id)
    advance(session, batch, errors=draft.facts.error_count)
    count_discarded(session.id, kept.discarded)
    kept.stored, kept.cursor, kept.has_ended = batch.record_count, session.cursor, session.status == "ended"
    return kept


def allowed_part(session: LockedSession, draft: Draft, kept: Kept) -> NewBatch:
    """The batch, without what the project's switches at the session's first receipt keep out."""
    session.is_redacted = session.is_redacted or draft.facts.redaction
    switches = switches_of(session)
    if switches == EVERYTHING:
        return draft.batch
    permit = permitted(draft.group.records, switches)
    kept.discarded.update(permit.discarded)
    return new_batch(draft.batch.signal, draft.batch.digest, permit.records, draft.batch.received_at)


EVERYTHING = Switches(audio=True, transcripts=True, traces=True, logs=True, redaction=False)


def switches_of(session: LockedSession) -> Switches:
    off = json.loads(session.switched_off) if isinstance(session.switched_off, str) else session.switched_off
    if not off and not session.is_redacted:
        return EVERYTHING
    return Switches(
        audio="audio" not in off,
        transcripts="transcript" not in off,
        traces="traces" not in off,
        logs="logs" not in off,
        redaction=session.is_redacted,
    )


def learn(session: LockedSession, facts: SessionFacts, room_id: str) -> None:
    """Add what the records reveal. Names once known stay; an end once told stays; silence ended by data is life."""
    session.room_id = session.room_id or room_id
    session.room_name = session.room_name or facts.room_name
    session.agent_name = session.agent_name or facts.agent_name
    session.participant = session.participant or facts.participant_identity
    session.sdk_language = session.sdk_language or facts.sdk_language
    session.sdk_version = session.sdk_version or facts.sdk_version
    session.is_simulated = session.is_simulated or facts.simulated
    session.started_ns = earliest(session.started_ns, facts.started_ns)
    session.ended_ns = latest(session.ended_ns, facts.ended_ns)
    if facts.end_signal:
        session.status, session.end_signal = Session.Status.ENDED, session.end_signal or facts.end_signal
    elif session.status == Session.Status.LOST:
        session.status = Session.Status.LIVE


def earliest(known: int | None, told: int | None) -> int | None:
    return min((ns for ns in (known, told) if ns is not None), default=None)


def latest(known: int | None, told: int | None) -> int | None:
    return max((ns for ns in (known, told) if ns is not None), default=None)


def discard_all(kept: Kept, signal: str, count: int) -> Kept:
    """Acknowledged and not kept: the session's death date has passed, and nothing brings it back."""
    kept.discarded[signal] = count
    return kept


def count_discarded(session_id: int, discarded: dict[str, int]) -> None:
    """Rare, so through the ORM; the row is locked."""
    if any(discarded.values()):
        row = Session.objects.only("discarded").get(pk=session_id)
        row.discarded = {
            signal: row.discarded.get(signal, 0) + discarded.get(signal, 0) for signal in {*row.discarded, *discarded}
        }
        row.save(update_fields=["discarded"])


def count_duplicates(session_id: int, count: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE {Session._meta.db_table} SET duplicate_count = duplicate_count + %s WHERE id = %s",  # noqa: S608
            [count, session_id],
        )


def group_by_job(records: Iterable[Record]) -> list[Group]:
    """Records by the job that they name themselves. What names none goes to the only job of the upload, if there is one."""
    jobs: dict[str, list[Record]] = {}
    for record in records:
        jobs.setdefault(record["job_id"], []).append(record)
    if len(jobs) == 2 and "" in jobs:
        nameless = jobs.pop("")
        [(job_id, members)] = jobs.items()
        for record in nameless:
            record["job_id"] = job_id
        members.extend(nameless)
    return [Group(job_id, room_of(members), members) for job_id, members in jobs.items()]


def room_of(records: Iterable[Record]) -> str:
    return next((record["room_id"] for record in records if record["room_id"]), "")


def utc_now() -> datetime:
    return datetime.now(UTC)
