"""What became of one request's records."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from observability.otlp.clean import BadRecord, Cleaner
from observability.records import LogRecord, MetricRecord, SpanRecord

OtlpRecord = SpanRecord | LogRecord | MetricRecord

Batch = tuple[Iterable[Any], Callable[[Any], OtlpRecord]]
"""Items of one scope as received, and what makes a record of one."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """The records of one request in order of arrival, and what had to be refused or mended on the way."""

    records: list[OtlpRecord]
    rejected: Mapping[str, int]
    """How many records by the reason why."""
    sanitised: Mapping[str, int]
    """How many values were mended by kind: text (NUL, surrogates), utf8, id, time, integer."""

    @property
    def rejected_count(self) -> int:
        return sum(self.rejected.values())

    @property
    def received_count(self) -> int:
        return len(self.records) + self.rejected_count

    @property
    def rejection_message(self) -> str:
        """One sentence for OTLP's partial success; "" if nothing was rejected."""
        return "; ".join(f"{count} rejected: {reason}" for reason, count in self.rejected.items())


def decoded(batches: Iterable[Batch], cleaner: Cleaner) -> Decoded:
    """Make records of all items; a bad one is counted and does not cost its neighbours."""
    records: list[OtlpRecord] = []
    rejected: Counter[str] = Counter()
    for items, record_of in batches:
        for item in items:
            try:
                records.append(record_of(item))
            except BadRecord as bad:
                rejected[str(bad)] += 1
    return Decoded(records, rejected, cleaner.mended)
