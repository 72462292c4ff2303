"""The audit trail, read: newest first, in pages by key."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.dispatch import Signal

from accounts.models import User
from projects.models import AuditEvent, Project
from projects.usage import beginning_of

DAYS_IN_USE = [MinValueValidator(date(2000, 1, 1)), MaxValueValidator(date(2999, 12, 31))]
"""So that the day after one is a day too."""
PAGE_SIZE = 50
CHUNK_SIZE = 1_000
SCRIPTS, SERVER, DELETED = "scripts", "server", "deleted"
"""Instead of a person: tokens, what operators' commands and the worker did, and people whose accounts are deleted."""
SERVERS_VERBS = {
    "access_token.revoked",
    "demo.promised",
    "demo.seeded",
    "member.set",
    "plan.changed",
    "session.deleted",
    "session.erased",
    "session.imported",
    "staff.ended",
}
"""What commands and the worker do. People do some of it too; then the network address is written down with it."""
BY_SERVER = Q(actor=None, token=None, address=None, verb__in=SERVERS_VERBS)
sessions_named = Signal()
"""Sent with `project`, `ids` and `found`; whoever keeps the sessions puts names of those that are still here there."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events. Empty values want all; days are in UTC, and both are wanted."""

    who: str = ""
    """The id of a person, SCRIPTS, SERVER or DELETED."""
    verb: str = ""
    """One action, or the beginning of several up to the full stop."""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True)
class Place:
    """Of an event in the trail."""

    at: datetime
    pk: int

    @classmethod
    def of(cls, event: AuditEvent) -> "Place":
        return cls(event.at, event.pk)

    @classmethod
    def read(cls, text: str) -> "Place | None":
        """None for what is none."""
        moment, _, pk = text.rpartition("~")
        try:
            at = datetime.fromisoformat(moment)
            place = cls(at.astimezone(UTC), int(pk))
        except (ValueError, OverflowError):
            return None
        return place if at.tzinfo and 0 < place.pk < 2**63 else None

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.pk}"


def events_of(project: Project, wanted: Wanted) -> QuerySet[AuditEvent]:
    """Newest first. Index: audit_of_project, or audit_of_person."""
    events = project.audit_events.select_related("actor", "token", "grant").order_by("-at", "-pk")
    if wanted.who == SCRIPTS:
        events = events.filter(token__isnull=False)
    elif wanted.who == SERVER:
        events = events.filter(BY_SERVER)
    elif wanted.who == DELETED:
        events = events.filter(~BY_SERVER, actor=None, token=None)
    elif wanted.who:
        events = events.filter(actor=int(wanted.who))
    if wanted.verb:
        events = events.filter(verb=wanted.verb)
    if wanted.first_day:
        events = events.filter(at__gte=beginning_of(wanted.first_day))
    if wanted.last_day:
        events = events.filter(at__lt=beginning_of(wanted.last_day) + timedelta(days=1))
    return events


def who_did(event: AuditEvent, *, server: str) -> str:
    """`server`: what operators' commands and the worker are called."""
    if event.actor:
        return event.actor.email
    if event.token:
        return f"token {event.token.name}"
    return "deleted account" if is_by_deleted_account(event) else server


def is_by_deleted_account(event: AuditEvent) -> bool:
    is_by_server = event.verb in SERVERS_VERBS and event.address is None
    return event.actor_id is None and event.token_id is None and not is_by_server


def page_of(events: QuerySet[AuditEvent], after: Place | None, *, size: int = PAGE_SIZE) -> list[AuditEvent]:
    """The next `size` after a place, and one more if there are more."""
    if after is not None:
        events = events.filter(Q(at__lt=after.at) | Q(at=after.at, pk__lt=after.pk), at__lte=after.at)
    return list(events[: size + 1])


def all_of(events: QuerySet[AuditEvent], *, at_most: int) -> Iterator[AuditEvent]:
    """In chunks, each of which is one short read."""
    place: Place | None = None
    given = 0
    while given < at_most:
        chunk = page_of(events, place, size=CHUNK_SIZE)
        more, chunk = len(chunk) > CHUNK_SIZE, chunk[: min(CHUNK_SIZE, at_most - given)]
        yield from chunk
        if not more:
            return
        given, place = given + len(chunk), Place.of(chunk[-1])


def names_of_sessions(project: Project, ids: Collection[UUID]) -> Mapping[UUID, str]:
    """Of those that are still here."""
    found: dict[UUID, str] = {}
    if ids:
        sessions_named.send(Project, project=project, ids=ids, found=found)
    return found


def members_among(project: Project, emails: Collection[str]) -> Mapping[str, int]:
    """The memberships of those who still are members."""
    rows = project.memberships.filter(user__email__in=emails) if emails else project.memberships.none()
    return dict(rows.values_list("user__email", "pk"))


def people_in(project: Project) -> QuerySet[User]:
    """Everybody who ever did something here, also those who have left. Index: audit_of_person."""
    did_something = AuditEvent.objects.filter(project=project, actor=OuterRef("pk"))
    return User.objects.filter(Exists(did_something)).order_by("email")
