"""A group of records made ready for its session's journal, before the database is asked for anything."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from observability.journal.codec import decode, encode
from observability.journal.news import NewBatch, News, count_by_kind
from observability.livekit.identity import SessionFacts, revelations
from observability.livekit.privacy import Switches, permitted
from observability.records import Record
from observability.sessions.allowed import EVERYTHING, with_only
from observability.sessions.groups import Group

DIGEST_BYTES = 16


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
