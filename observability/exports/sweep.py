"""Takes back what nobody can fetch any more: the file first, then the row that tells where it lies."""

import logging
from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Now

from observability.exports.ask import BUILD_EXPORT
from observability.exports.selection import with_living_sessions
from observability.models import Export, Job
from observability.recordings import files

logger = logging.getLogger(__name__)

SWEEP_AT_MOST = 100
KEEP_UNFINISHED = timedelta(days=1)
KEEP_FAILED = timedelta(hours=1)
FAILED = (
    "The zip could not be made. Try again; if it fails again, ask whoever runs this server: its log says why."
)


def sweep_exports() -> int:
    """How many went. Stops while the storage is down; the next sweep goes on."""
    fail_those_set_aside()
    gone = 0
    for export in void_exports():
        try:
            files.delete_object(export.key)
        except files.StorageFailed as fault:
            logger.info("Exports stay until the storage answers: %s", fault)
            break
        gone += Export.objects.filter(pk=export.pk).delete()[1].get("observability.Export", 0)
    return gone


def fail_those_set_aside() -> None:
    """Their jobs were tried as often as any: whoever waits is told."""
    under_way = Export.objects.filter(state__in=Export.UNDER_WAY)
    given_up = Job.objects.filter(kind=BUILD_EXPORT, state=Job.State.SET_ASIDE).values("object_id")
    under_way.filter(pk__in=given_up).update(
        state=Export.State.FAILED, note=FAILED, expires_at=Now() + KEEP_FAILED
    )


def void_exports() -> list[Export]:
    """Expired, without one of their sessions, or holding audio that redaction has taken back meanwhile."""
    redacted = Export.sessions.through.objects.filter(export=OuterRef("pk"), session__is_redacted=True)
    is_void = (
        Q(expires_at__lte=Now())
        | Q(living__lt=F("session_count"))
        | Q(expires_at=None, created_at__lte=Now() - KEEP_UNFINISHED)
        | Q(Exists(redacted), holds_audio=True)
    )
    return list(with_living_sessions(Export.objects.all()).filter(is_void).order_by("pk")[:SWEEP_AT_MOST])
