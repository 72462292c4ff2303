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
    return [*identified.values(), *logs.kept()]


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
    """Log lines by a cheap key first; the whole record is only compared where the cheap key is not enough."""

    def __init__(self) -> None:
        self.alike: dict[Hashable, list[tuple[int, Record]]] = {}
        self.batch = 0

    def next_batch(self) -> None:
        self.batch += 1

    def add(self, record: Record) -> None:
        self.alike.setdefault(look_of(record), []).append((self.batch, record))

    def kept(self) -> Iterable[Record]:
        for lines in self.alike.values():
            if len(lines) == 1:
                yield lines[0][1]
            else:
                yield from _most_often(lines)


def _most_often(lines: list[tuple[int, Record]]) -> Iterable[Record]:
    occurrences: Counter[tuple[int, str]] = Counter()
    first: dict[str, Record] = {}
    for batch, record in lines:
        whole = _whole(record)
        occurrences[batch, whole] += 1
        first.setdefault(whole, record)
    times: dict[str, int] = {}
    for (_batch, whole), count in occurrences.items():
        times[whole] = max(times.get(whole, 0), count)
    for whole, record in first.items():
        yield from [record] * times[whole]


def _whole(value: object) -> str:
    return json.dumps(value, sort_keys=True, default=str)
