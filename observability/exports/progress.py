"""How far the making of an export is, written down now and then."""

import time
from collections.abc import Sequence

from observability.models import Export, Session
from observability.queries.records import recordings_of

TELL_EVERY_S = 0.5
RECORD_BYTES = 1_500
"""A span or log line written as OTLP/JSON; an estimate is enough for a bar."""
MOST_PERCENT = 99
"""Until the storage has it."""


class Progress:
    def __init__(self, export: Export, sessions: Sequence[Session]) -> None:
        self._export = export
        self._expected_bytes = sum(expected_bytes(session) for session in sessions)
        self._written_bytes = 0
        self._told_at = time.monotonic()

    def add(self, size_bytes: int) -> None:
        self._written_bytes += size_bytes
        now = time.monotonic()
        if now < self._told_at + TELL_EVERY_S:
            return
        self._told_at = now
        percent = min(MOST_PERCENT, 100 * self._written_bytes // max(1, self._expected_bytes))
        Export.objects.filter(pk=self._export.pk).update(progress_percent=percent)


def expected_bytes(session: Session) -> int:
    records = session.span_count + session.log_count + session.metric_point_count + session.chat_item_count
    return records * RECORD_BYTES + sum(recordings_of(session).values_list("size_bytes", flat=True))
