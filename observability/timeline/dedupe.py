"""Making duplicates harmless: what was sent twice counts once (docs/contract.md §12.6)."""

import json
from collections import Counter
from collections.abc import Hashable, Iterable

from observability.records import Record


def unique(batches: Iterable[Iterable[Record]]) -> list[Record]:
    """Every record of the session once, in order of first arrival.

    Spans, chat items and metric points have an identity; of several with one identity the last counts. Log lines have
    none, and fifty equal lines in one batch are fifty lines, so each line is kept as often as it occurs in the batch
    that has it most often: the same batch again, or one that overlaps it, adds nothing.
    """
    identified: dict[Hashable, Record] = {}
    logs = _LogLines()
    for batch in batches:
        logs.next_batch()
        for record in batch:
            if record.get("signal") == "log":
                logs.add(record)
            else:
                identified[identity_of(record)] = record
    return [*identified.values(), *logs.kept]


def identity_of(record: Record) -> Hashable:
    """What tells a record from every other one of its session; log lines may share theirs."""
    if record["signal"] == "span" and record["span_id"]:
        return ("span", record["trace_id"], record["span_id"])
    if record["signal"] == "chat_item":
        item_id = record["item"].get("id")
        return ("chat_item", item_id if isinstance(item_id, str) and item_id else _whole(record))
    if record["signal"] == "metric":
        attributes = _whole(record["attributes"])
        return ("metric", record["name"], attributes, record["start_ns"], record["time_ns"], record["job_id"])
    return (record.get("signal"), _whole(record))


def look_of(line: Record) -> Hashable:
    """The same for equal log lines, and mostly another for others."""
    return tuple(map(line.get, ("time_ns", "observed_ns", "span_id", "job_id", "severity_number")))


class _LogLines:
    """Log lines by a cheap key first; the whole record is only compared where the cheap key is not enough.

    A line that is kept has the place of its own arrival, so that what arrives later never moves it.
    """

    def __init__(self) -> None:
        self.kept: list[Record] = []
        self.alike: dict[Hashable, _Alike | tuple[int, Record]] = {}
        self.batch = 0

    def next_batch(self) -> None:
        self.batch += 1

    def add(self, record: Record) -> None:
        look = look_of(record)
        known = self.alike.get(look)
        if known is None:
            self.alike[look] = self.batch, record
            self.kept.append(record)
            return
        if not isinstance(known, _Alike):
            self.alike[look] = known = _Alike(*known)
        if known.is_one_more(self.batch, record):
            self.kept.append(record)


class _Alike:
    """Lines of one cheap key."""

    def __init__(self, batch: int, first: Record) -> None:
        self.occurrences: Counter[tuple[int, str]] = Counter()
        self.kept: Counter[str] = Counter()
        self.is_one_more(batch, first)

    def is_one_more(self, batch: int, line: Record) -> bool:
        """Than any batch before had of equal ones."""
        whole = _whole(line)
        self.occurrences[batch, whole] += 1
        if self.occurrences[batch, whole] <= self.kept[whole]:
            return False
        self.kept[whole] += 1
        return True


def _whole(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
