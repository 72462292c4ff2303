"""Whether a purge may go ahead: a wrong clock must not cost anybody a session."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Avg
from django.db.models.functions import Now

from observability.models import PurgeRun, Session
from observability.queries.clock import database_now

MAX_SHARE = 0.2
"""Of all sessions, in one run …"""
MAX_TIMES_USUAL = 3
"""… if it is also this many times what runs remove on average."""
NEVER_TOO_MANY = 10
"""Where there are few sessions, a handful that expires together is a large share of them."""
USUAL_RUNS = 50
MAX_CLOCK_DIFFERENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Outlook:
    """What a purge would have to do at this moment."""

    due: int
    """Sessions that have expired; those that people have deleted are not counted, they are always erased."""
    total: int
    usual: float
    clock_difference_s: float
    held_back: str
    """Why it may not; "" if it may."""


def outlook(*, worker_now: datetime | None = None) -> Outlook:
    due = Session.objects.filter(expires_at__lte=Now(), deleted_at=None).count()
    total = Session.objects.filter(deleted_at=None).count()
    usual = usual_sessions()
    difference = abs((worker_now or datetime.now(UTC)) - database_now())
    reason = reason_by_clock(difference) or reason_by_number(due, total, usual)
    return Outlook(due, total, usual, round(difference.total_seconds(), 1), reason)


def usual_sessions() -> float:
    """Of the last runs that had anything to do."""
    runs = PurgeRun.objects.filter(sessions__gt=0, is_forced=False).order_by("-pk")[:USUAL_RUNS]
    return float(
        PurgeRun.objects.filter(pk__in=list(runs.values_list("pk", flat=True))).aggregate(n=Avg("sessions"))[
            "n"
        ]
        or 0
    )


def reason_by_clock(difference: timedelta) -> str:
    if difference <= MAX_CLOCK_DIFFERENCE:
        return ""
    return f"The clocks of worker and database differ by {difference.total_seconds():.0f} s; set them right."


def reason_by_number(due: int, total: int, usual: float) -> str:
    is_many = due > NEVER_TOO_MANY and due > total * MAX_SHARE and due > usual * MAX_TIMES_USUAL
    if not is_many:
        return ""
    return (
        f"{due} of {total} sessions have expired, {usual:.0f} are usual. If that is right, and the clock too: "
        "manage.py purge --force"
    )
