"""What time does to a session: silence makes a live one lost. Data makes it live again (sessions/keep.py)."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Case, Q, Value, When
from django.db.models.functions import Coalesce, Now

from observability import jobs
from observability.limits import LOST_AFTER_S
from observability.livekit.identity import LIVEKIT_JOB
from observability.models import Session
from observability.sessions.summary import SUMMARISE

MAX_PER_SWEEP = 200
SUMMARISE_LIVE_EVERY_S = 10


def lose_silent_sessions(now: datetime) -> int:
    """Mark live sessions that have sent nothing for LOST_AFTER_S. Returns how many.

    LiveKit's SDKs say when a session is over, so that one is lost; other senders never do, so it has ended.
    """
    silent = Session.objects.filter(
        status=Session.Status.LIVE, last_received_at__lt=now - timedelta(seconds=LOST_AFTER_S)
    )
    is_foreign = When(~Q(job_id__startswith=LIVEKIT_JOB), room_id="", then=Value(Session.Status.ENDED))
    return silent.update(status=Case(is_foreign, default=Value(Session.Status.LOST)), has_news=True)


def live_sessions_to_summarise(now: datetime) -> list[int]:
    """Live sessions whose summary is behind. One that lives is not summarised at every batch:

    it costs as much as showing it, and its page is up to date without.
    """
    recently = now - timedelta(seconds=SUMMARISE_LIVE_EVERY_S)
    last_looked_at = Coalesce("summary_at", "first_received_at")
    behind = Session.objects.filter(has_news=True, status=Session.Status.LIVE)
    behind = behind.annotate(last_looked_at=last_looked_at).exclude(last_looked_at__gt=recently)
    return list(behind.order_by("last_received_at").values_list("pk", flat=True)[:MAX_PER_SWEEP])


def ask_for_summaries() -> int:
    """A Job for each session that is over and has news, which are its from then on. Returns for how many.

    The newest come first: those of long ago, such as after an upgrade, keep nobody waiting who has just hung up.
    """
    over = Session.objects.filter(has_news=True, expires_at__gt=Now()).exclude(status=Session.Status.LIVE)
    session_ids = list(over.order_by("-last_received_at").values_list("pk", flat=True)[:MAX_PER_SWEEP])
    for session_id in session_ids:
        with transaction.atomic():
            Session.objects.filter(pk=session_id).update(has_news=False)
            jobs.submit(SUMMARISE, session_id)
    return len(session_ids)
