"""Writes batches anew that are in a journal already: for redaction that was asked for late."""

from collections.abc import Callable, Sequence

from observability.journal.codec import encode, records_from
from observability.journal.read import batches_with_text
from observability.journal.reopen import reopen, withhold
from observability.models import Batch
from observability.records import Record
from observability.storage.bucket import StorageFailed

Change = Callable[[Sequence[Record]], Sequence[Record]]


def rewrite(session_id: int, change: Change) -> None:
    """Within the caller's transaction, which holds the session. Digests stay, so repetitions are still known.

    What was sealed is in the journal again after that, to be sealed anew; or withheld, as long as it cannot be read.
    """
    try:
        reopen(session_id)
    except StorageFailed:
        withhold(session_id)
    rewrite_rows(session_id, change)


def rewrite_rows(session_id: int, change: Change) -> None:
    """None leans on another after that."""
    for batch, text in batches_with_text(session_id):
        records = records_from(text)
        changed = change(records)
        if changed is not records or batch.base_seq:
            Batch.objects.filter(pk=batch.pk).update(
                payload=encode(changed), base_seq=None, record_count=len(changed)
            )
