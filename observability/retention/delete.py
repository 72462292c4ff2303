"""Deletion by people: out of everybody's reach at once, and erased by the worker right after."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.db.models.functions import Now

from observability import jobs
from observability.live.publish import publish_sessions
from observability.models import Recording, Session
from observability.queries.clock import database_now
from observability.retention.deletions import write_deletions_at_commit
from observability.retention.erase import Erased, erase
from observability.retention.remains import empty_the_log
from observability.sessions.facts import remove_facts
from observability.sessions.tombstones import bury
from observability.sessions.usage import count_deleted

ERASE_SESSION = "erase-session"
GONE_WITHIN = timedelta(minutes=15)
LONG_AGO = timedelta(days=1)
"""Before now, so that a clock that is behind the database's takes the session for expired too."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What was deleted, by ids and counts."""

    id: str
    job_id: str
    records: int
    recordings: int
    recording_bytes: int
    deleted_at: datetime
    gone_by: datetime
    """The latest moment at which its bytes are gone from database and storage."""

    def as_json(self) -> dict[str, Any]:
        moments = {"deleted_at": self.deleted_at.isoformat(), "gone_by": self.gone_by.isoformat()}
        return asdict(self) | moments


@transaction.atomic
def delete_session(session: Session) -> Receipt | None:
    """None if somebody else has just deleted it. It cannot be undone."""
    held = Session.objects.select_for_update().filter(pk=session.pk, deleted_at=None).first()
    if held is None:
        return None
    receipt = receipt_of(held)
    bury([held])
    remove_facts(held.pk)
    write_deletions_at_commit()
    count_deleted(held)
    Session.objects.filter(pk=held.pk).update(deleted_at=Now(), expires_at=Now() - LONG_AGO)
    jobs.submit(ERASE_SESSION, held.pk)
    transaction.on_commit(partial(publish_sessions, [held.pk]))
    return receipt


def receipt_of(session: Session) -> Receipt:
    now = database_now()
    recordings = Recording.objects.filter(session=session)
    return Receipt(
        id=str(session.public_id),
        job_id=session.job_id,
        records=records_of(session),
        recordings=recordings.count(),
        recording_bytes=recordings.aggregate(all=Sum("size_bytes"))["all"] or 0,
        deleted_at=now,
        gone_by=now + GONE_WITHIN,
    )


def records_of(session: Session) -> int:
    return session.span_count + session.log_count + session.metric_point_count + session.chat_item_count


def erase_session(session_id: int) -> Erased:
    """For the Job."""
    erased = erase(session_id)
    empty_the_log()
    return erased
