"""Which sealed sessions are to be written together: one project's, of one day that is over, so many at a time.

A row stands for each part, and a Job writes it. What stands in a part already is left alone.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from observability import jobs
from observability.compaction.tables import TABLES, key_of
from observability.journal.compacted import WRITE_PART
from observability.models import CompactedPart, CompactedSession, Job, Session
from observability.models.session import SessionQuerySet
from observability.queries.clock import database_now
from projects.models import Project

MAX_RECORDS = 100_000
"""Of a part, unless one session alone has more: some 200 MB of lines on the worker's disk, and 10 MB of Parquet. When
one session goes, so much is written anew."""
MAX_SESSIONS = 1_000
"""Their rows are held while the part is begun."""
CHOSEN_AT_ONCE = 20_000
"""Sessions of a project in one go; the next goes on."""
SETTLES_FOR = timedelta(hours=1)
"""After midnight: calls that ran over it are sealed by then, and need no part of their own."""
LIVES_FOR = timedelta(hours=1)
"""At least, or it is not worth the writing; and no purge meets a part that is just written."""
TRIED_AGAIN_AFTER = timedelta(hours=1)
RECORDS = F("span_count") + F("log_count") + F("metric_point_count")
Chosen = tuple[int, datetime, int]


def ask_for_parts(
    *, project: Project | None = None, day: date | None = None, now: datetime | None = None
) -> list[int]:
    """Begin parts for what stands in none, and have set-aside ones tried again. Their keys, the older days first."""
    projects = Project.objects.filter(deleted_at=None).order_by("pk")
    begun: list[int] = []
    for each in projects if project is None else [project]:
        chosen = list(sessions_without(each, day=day, now=now or database_now()))
        begun += [part for sessions in groups(chosen) if (part := begin_part(each, sessions)) is not None]
    try_again()
    return begun


def sessions_without(project: Project, *, day: date | None, now: datetime) -> Iterator[Chosen]:
    """Index: session_counted."""
    found = as_they_should_be().filter(
        project=project, first_received_at__lt=midnight_before(now - SETTLES_FOR)
    )
    if day is not None:
        begins = datetime.combine(day, time(), UTC)
        found = found.filter(first_received_at__gte=begins, first_received_at__lt=begins + timedelta(days=1))
    found = found.filter(~Exists(CompactedSession.objects.filter(session=OuterRef("pk"))))
    rows = found.order_by("first_received_at", "pk")
    yield from rows.values_list("pk", "first_received_at", RECORDS)[:CHOSEN_AT_ONCE]


def as_they_should_be() -> SessionQuerySet:
    """Sealed to the last batch, with facts made of it, and with some time to live."""
    over = Session.objects.filter(is_sealed=True, has_news=False, is_named=True, summary_cursor=F("cursor"))
    return over.filter(~Q(status=Session.Status.LIVE), expires_at__gt=Now() + LIVES_FOR)


def midnight_before(moment: datetime) -> datetime:
    return datetime.combine(moment.astimezone(UTC).date(), time(), UTC)


def groups(chosen: Sequence[Chosen]) -> Iterator[list[Chosen]]:
    """Neighbours in time, since they expire together; never of two days."""
    group: list[Chosen] = []
    records = 0
    for session in chosen:
        is_of_group = group and day_of(group[0]) == day_of(session)
        if not is_of_group or len(group) == MAX_SESSIONS or records + session[2] > MAX_RECORDS:
            if group:
                yield group
            group, records = [], 0
        group.append(session)
        records += session[2]
    if group:
        yield group


def day_of(session: Chosen) -> date:
    return session[1].astimezone(UTC).date()


def begin_part(project: Project, sessions: Sequence[Chosen]) -> int | None:
    """None if others were first: with these sessions, or in changing them."""
    try:
        with transaction.atomic():
            return begun_part(project, day_of(sessions[0]), [session[0] for session in sessions])
    except IntegrityError:
        return None


def begun_part(project: Project, day: date, session_ids: Sequence[int]) -> int | None:
    """Sessions are held, so that whoever changes one either has done so before, or finds the part."""
    held = as_they_should_be().select_for_update().filter(pk__in=session_ids).in_order_of_holding()
    sessions = list(held.values_list("pk", flat=True))
    if not sessions:
        return None
    part = CompactedPart(project=project, day=day, session_count=len(sessions))
    part.keys = [key_of(table, project.pk, day.isoformat(), str(part.public_id)) for table in TABLES]
    part.save()
    CompactedSession.objects.bulk_create(CompactedSession(session_id=pk, part=part) for pk in sessions)
    jobs.submit(WRITE_PART, part.pk)
    return part.pk


def try_again() -> None:
    """What was set aside may have lacked a disk or a package; there is no page where a person could ask for it."""
    waiting = CompactedPart.objects.filter(state=CompactedPart.State.WAITING, is_void=False)
    set_aside = Job.objects.filter(
        kind=WRITE_PART, state=Job.State.SET_ASIDE, finished_at__lt=Now() - TRIED_AGAIN_AFTER
    )
    for part_id in list(waiting.filter(pk__in=set_aside.values("object_id")).values_list("pk", flat=True)):
        jobs.try_again(WRITE_PART, part_id)
