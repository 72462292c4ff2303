"""What a session has already, so that an import adds what is missing and nothing twice."""

import hashlib
from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field

from observability.imports.refusals import NotHere, NotNow
from observability.journal.append import HeldSession
from observability.journal.archive import ArchiveLost
from observability.livekit.privacy import permitted
from observability.models import Recording, Session
from observability.queries.records import records_of
from observability.recordings.files import StorageFailed
from observability.records import Record
from observability.sessions.allowed import switches_of
from observability.timeline.dedupe import identity_of

DIGEST_BYTES = 16
LOST = "This project has the session, and its records are lost. Import it into another project."


@dataclass(slots=True)
class Known:
    """Of a session that is here, by digests: a session's records themselves are far larger."""

    records: set[bytes] = field(default_factory=set)
    lines: Counter[bytes] = field(default_factory=Counter)
    """Log lines have no identity; so many equal ones are here."""
    recordings: set[str] = field(default_factory=set)
    """SHA-256 of each revision."""

    def lacks(self, record: Record) -> bool:
        key = key_of(record)
        if record["signal"] != "log":
            return key not in self.records
        self.lines[key] -= 1
        return self.lines[key] < 0


def known_of(session: Session) -> Known:
    """Raises NotNow or NotHere if its records cannot be read."""
    known = Known()
    try:
        for record in records_of(session):
            if record["signal"] == "log":
                known.lines[key_of(record)] += 1
            else:
                known.records.add(key_of(record))
    except ArchiveLost as fault:
        raise NotHere(LOST) from fault
    except StorageFailed as fault:
        raise NotNow("The storage cannot be reached. Try again in a moment.") from fault
    known.recordings.update(Recording.objects.filter(session=session).values_list("sha256", flat=True))
    return known


def missing_of(records: Sequence[Record], known: Known, session: HeldSession) -> list[Record]:
    """As they would be kept, so that what switches or redaction have changed is known again."""
    permit = permitted(records, switches_of(session))
    return [record for record in permit.records if known.lacks(record)]


def key_of(record: Record) -> bytes:
    named: Hashable = identity_of(record)
    return hashlib.blake2b(repr(named).encode(errors="replace"), digest_size=DIGEST_BYTES).digest()
