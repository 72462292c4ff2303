"""Erases what a project has of one caller, by the names under which every generation of the SDKs has sent them."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from observability.jobs import NotYet
from observability.journal.archive import ArchiveLost
from observability.journal.codec import decode
from observability.journal.read import batches_of
from observability.models import Batch, Session
from observability.records import Record, Value
from observability.retention.delete import Receipt, delete_session
from observability.retention.erase import Erased, erase, remove_in_chunks
from observability.retention.pace import rest
from observability.retention.remains import empty_the_log
from observability.storage.bucket import StorageFailed
from projects.audit import record_event
from projects.models import Project

IDENTITY_NAMES = frozenset(
    (
        "participant_identity",
        "participant.identity",
        "participantidentity",
        "participant",
        "identity",
        "user_id",
    )
)
PHONE_NAMES = frozenset(
    ("sip.phonenumber", "sip.phone_number", "sip.from", "sip.callernumber", "phonenumber", "phone_number")
)
"""Without the `lk.` and `pii.` before them (docs/contract.md §14), in small letters."""
SIP_IDENTITY = "sip_"
"""What LiveKit's SIP service puts before a caller's number to make an identity of it."""
FEWEST_DIGITS = 5
"""A shorter number is no telephone's, and would be found in too much."""


@dataclass(frozen=True, slots=True)
class Caller:
    identity: str = ""
    phone: str = ""

    def is_named_by(self, name: str, value: str) -> bool:
        bare = name.lower().removeprefix("lk.").removeprefix("pii.")
        if bare in IDENTITY_NAMES:
            return value == self.identity or self._has_number(value)
        return bare in PHONE_NAMES and self._has_number(value)

    def _has_number(self, value: str) -> bool:
        digits = digits_of(self.phone)
        return len(digits) >= FEWEST_DIGITS and digits_of(value.removeprefix(SIP_IDENTITY)) == digits


@dataclass(slots=True)
class CallerErased:
    sessions: list[Receipt] = field(default_factory=list)
    erased: Erased = field(default_factory=Erased)
    pending: list[str] = field(default_factory=list)
    """Sessions that nobody reaches any more, and whose files could not be removed yet; the worker goes on."""
    unread: list[str] = field(default_factory=list)
    """Sessions whose sealed records cannot be read, so that nobody knows whether the caller is in them."""


def erase_caller(project: Project, caller: Caller) -> CallerErased:
    """Everything that the project has of them: whole sessions, and records that name no session."""
    done = CallerErased()
    for session in sessions_of(project, caller, done.unread):
        receipt = delete_session(session)
        if receipt is not None:
            done.sessions.append(receipt)
            record_event(project, None, "session.deleted", receipt.id)
            finish(session, done)
    unassigned = [batch.pk for batch in unassigned_of(project, caller)]
    remove_in_chunks(Batch.objects.filter(pk__in=unassigned), done.erased, rest)
    empty_the_log()
    return done


def finish(session: Session, done: CallerErased) -> None:
    try:
        done.erased.add(erase(session.pk))
    except NotYet:
        done.pending.append(str(session.public_id))


def sessions_of(project: Project, caller: Caller, unread: list[str]) -> Iterator[Session]:
    """Each journal is read as a whole: whoever joined a call later is in no column."""
    sessions = Session.objects.for_project(project)
    for pk in list(sessions.order_by("pk").values_list("pk", flat=True)):
        session = sessions.filter(pk=pk).first()
        if session is not None and took_part(session, caller, unread):
            yield session


def took_part(session: Session, caller: Caller, unread: list[str]) -> bool:
    if session.participant and caller.is_named_by("participant", session.participant):
        return True
    try:
        return any(is_of(record, caller) for batch in batches_of(session) for record in batch)
    except (ArchiveLost, StorageFailed):
        unread.append(str(session.public_id))
        return False


def unassigned_of(project: Project, caller: Caller) -> Iterator[Batch]:
    for batch in Batch.objects.filter(project=project, session=None).iterator(20):
        if any(is_of(record, caller) for record in decode(bytes(batch.payload))):
            yield batch


def is_of(record: Record, caller: Caller) -> bool:
    return any(caller.is_named_by(name, value) for name, value in named_texts(record))


def named_texts(value: Value, name: str = "") -> Iterator[tuple[str, str]]:
    """Every text in a record, however deep, with the name of what it is the value of."""
    if isinstance(value, str):
        yield name, value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield from named_texts(below, str(key))
    elif isinstance(value, list):
        if len(value) == 2 and isinstance(value[0], str):
            yield from named_texts(value[1], value[0])
        for below in value:
            yield from named_texts(below, name)


def digits_of(text: str) -> str:
    return "".join(character for character in text if character.isdecimal())
