"""Writes batches anew that are in a journal already: for redaction that was asked for late."""

from collections.abc import Callable, Sequence

from observability.journal.codec import decode, encode
from observability.journal.seal import reopen
from observability.models import Batch
from observability.records import Record

Change = Callable[[Sequence[Record]], Sequence[Record]]


def rewrite(session_id: int, change: Change) -> None:
    """Within the caller's transaction, which holds the session. Digests stay, so repetitions are still known.

    What was sealed is in the journal again after that, to be sealed anew.
    """
    reopen(session_id)
    for batch in Batch.objects.filter(session_id=session_id).order_by("seq").iterator(chunk_size=20):
        records = decode(bytes(batch.payload))
        changed = change(records)
        if changed is not records:
            Batch.objects.filter(pk=batch.pk).update(payload=encode(changed), record_count=len(changed))
