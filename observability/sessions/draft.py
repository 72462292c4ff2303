"""A group of records made ready for its session's journal, before the database is asked for anything."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from observability.journal.bases import Base
from observability.journal.codec import decode, encode_after
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
    def of(
        cls, group: Group, signal: str, body_digest: bytes, now: datetime, *, base: Base | None = None
    ) -> "Draft":
        digest = hashlib.blake2b(body_digest + group.job_id.encode(), digest_size=DIGEST_BYTES).digest()
        facts = next(iter(revelations(group.records).values()), SessionFacts(group.job_id))
        batch = new_batch(signal, digest, group.records, now, base)
        return cls(group, batch, news_of(facts, group.room_id))

    @property
    def records(self) -> Sequence[Record]:
        return self.group.records or decode(self.batch.payload)

    def permitted_under(self, switches: Switches) -> "Draft":
        if switches == self.permitted_by:
            return self
        permit = permitted(self.records, switches)
        batch = with_only(self.batch, permit.records)
        return replace(self, batch=batch, permitted_by=switches, discarded=permit.discarded)

    def leaning_on_nothing(self) -> "Draft":
        if self.batch.base is None:
            return self
        return replace(self, batch=with_only(self.batch, self.group.records))

    def compressed_alone(self) -> "Draft":
        """Without its records as objects, which are many times larger: they are decoded where somebody looks."""
        return replace(self, group=replace(self.group, records=()), batch=replace(self.batch, text=b""))


def new_batch(
    signal: str, digest: bytes, records: Sequence[Record], now: datetime, base: Base | None
) -> NewBatch:
    encoded = encode_after(base, records)
    return NewBatch(
        signal, digest, encoded.payload, count_by_kind(records), now, base=encoded.base, text=encoded.text
    )


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
