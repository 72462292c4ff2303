"""Reads sessions' journals."""

from observability.journal.codec import decode
from observability.models import Batch, Session
from observability.records import Record


def batches_of(session: Session, *, after: int = 0) -> list[list[Record]]:
    """The session's records, one list for each upload, in order of arrival; only batches numbered above `after`."""
    rows = (
        Batch.objects.filter(session=session, seq__gt=after).order_by("seq").values_list("payload", flat=True)
    )
    return [decode(bytes(payload)) for payload in rows]
