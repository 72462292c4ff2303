"""When data was last purged, and rows and files last compared: for monitoring, which is not signed in."""

from typing import Any

from observability.models import PurgeRun, Reconciliation


def heartbeat() -> dict[str, dict[str, Any] | None]:
    """Moments, and whether an operator is waited for; no numbers of sessions or files. None: not yet."""
    return {"purge": last_of(PurgeRun), "fsck": last_of(Reconciliation)}


def last_of(model: type[PurgeRun] | type[Reconciliation]) -> dict[str, Any] | None:
    """The last run that came to its end."""
    last = model._default_manager.filter(ended_at__isnull=False).order_by("-pk").first()
    if last is None or last.ended_at is None:
        return None
    return {"ended_at": last.ended_at.isoformat(), "is_held_back": bool(last.held_back)}
