"""What time does to a session: silence makes a live one lost. Data makes it live again (sessions/keep.py)."""

from datetime import datetime, timedelta

from observability.limits import LOST_AFTER_S
from observability.models import Session
from observability.models.session import SUMMARY_IS_BEHIND

MAX_PER_SWEEP = 200


def lose_silent_sessions(now: datetime) -> int:
    """Mark live sessions lost that have sent nothing for LOST_AFTER_S. Returns how many."""
    silent = Session.objects.filter(
        status=Session.Status.LIVE, last_received_at__lt=now - timedelta(seconds=LOST_AFTER_S)
    )
    return silent.update(status=Session.Status.LOST)


def sessions_to_summarise() -> list[int]:
    """Sessions whose summary is behind their journal or their status, the longest waiting first."""
    behind = Session.objects.filter(SUMMARY_IS_BEHIND).order_by("last_received_at")
    return list(behind.values_list("pk", flat=True)[:MAX_PER_SWEEP])
