"""Export requests in a file, decoded a bounded part at a time, as if an exporter had sent each.

A file may be one request, a request a line as OpenTelemetry's file exporter and our logs.jsonl have it, or one request
with each resource group on a line of its own, as our traces.json has it however long the session was.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import IO

from observability.imports.json_text import read_all
from observability.imports.refusals import TooMuch, Unreadable
from observability.limits import (
    MAX_IMPORT_TELEMETRY_BYTES,
    MAX_ITEMS_PER_REQUEST,
    MAX_OTLP_INFLATED_BYTES,
    MAX_SESSION_RECORDS,
)
from observability.otlp.body import MalformedBody
from observability.otlp.bounds import LIMITS
from observability.otlp.count import TooManyItems
from observability.otlp.decode import decode
from observability.otlp.result import OtlpRecord
from observability.otlp.shape import Signal

OUTERMOST: dict[Signal, str] = {
    "traces": "resourceSpans",
    "logs": "resourceLogs",
    "metrics": "resourceMetrics",
}
REQUEST_BYTES = 4 * 1024 * 1024
"""Groups are decoded together up to here: some 3,000 spans, with far fewer attributes than a request may have."""
CHUNK_RECORDS = 2_000
"""Kept as one batch: a few hundred kilobytes once compressed."""
CHUNK_BYTES = 16 * 1024 * 1024
"""Read for one batch, which is in memory as objects: beyond it the batch ends, however few its records are."""
TOO_MUCH = (
    f"There are more than {MAX_IMPORT_TELEMETRY_BYTES} bytes of spans, logs and metrics in one session "
    "(MAX_IMPORT_TELEMETRY_BYTES)."
)


@dataclass(frozen=True, slots=True)
class Part:
    """A file of one signal, which can be read as often as needed."""

    name: str
    """What people call it."""
    signal: Signal
    open: Callable[[], AbstractContextManager[IO[bytes]]]


@dataclass(slots=True)
class Tally:
    """What decoding had to leave out or to mend."""

    records: int = 0
    read_bytes: int = 0
    """Of the requests, inflated."""
    rejected: Counter[str] = field(default_factory=Counter)
    """How many records by the reason why."""
    sanitised: int = 0


def chunks_of(part: Part, tally: Tally) -> Iterator[list[OtlpRecord]]:
    """The part's records in order. Raises Unreadable or TooMuch.

    Lines of one moment stay together: equal log lines count as often as one batch has them.
    """
    chunk: list[OtlpRecord] = []
    began_at = tally.read_bytes
    for record in records_in(part, tally):
        size = tally.read_bytes - began_at
        is_full = len(chunk) >= CHUNK_RECORDS or size > CHUNK_BYTES
        if chunk and is_full and (size > MAX_OTLP_INFLATED_BYTES or not may_equal(chunk, record)):
            yield chunk
            chunk, began_at = [], tally.read_bytes
        chunk.append(record)
    if chunk:
        yield chunk


def may_equal(chunk: list[OtlpRecord], record: OtlpRecord) -> bool:
    last = chunk[-1]
    if record["signal"] != "log" or last["signal"] != "log" or len(chunk) >= MAX_ITEMS_PER_REQUEST:
        return False
    return (last["time_ns"], last["observed_ns"]) == (record["time_ns"], record["observed_ns"])


def records_in(part: Part, tally: Tally) -> Iterator[OtlpRecord]:
    with part.open() as file:
        for body in requests_in(file, part):
            tally.read_bytes += len(body)
            if tally.read_bytes > MAX_IMPORT_TELEMETRY_BYTES:
                raise TooMuch(TOO_MUCH)
            try:
                decoded = decode(part.signal, body, "application/json", LIMITS)
            except TooManyItems as fault:
                raise TooMuch(f"{part.name}: {fault}.") from fault
            except MalformedBody as fault:
                raise Unreadable(f"{part.name}: {fault}.") from fault
            tally.records += len(decoded.records)
            tally.rejected.update(decoded.rejected)
            tally.sanitised += sum(decoded.sanitised.values())
            if tally.records > MAX_SESSION_RECORDS:
                raise TooMuch(f"There are more than {MAX_SESSION_RECORDS} records (MAX_SESSION_RECORDS).")
            yield from decoded.records


def requests_in(file: IO[bytes], part: Part) -> Iterator[bytes]:
    first = line_of(file, part)
    before = f'{{"{OUTERMOST[part.signal]}":['.encode()
    if first.strip() == before:
        yield from grouped(file, part, before)
    elif first.rstrip().endswith(b"}"):
        yield first
        yield from filter(bytes.strip, iter(lambda: line_of(file, part), b""))
    else:
        rest = read_all(file, name=part.name, max_bytes=MAX_OTLP_INFLATED_BYTES - len(first))
        yield first + rest


def grouped(file: IO[bytes], part: Part, before: bytes) -> Iterator[bytes]:
    """A line is a resource group and the comma behind it; the last one closes the request."""
    groups: list[bytes] = []
    size = 0
    for line in iter(lambda: line_of(file, part), b""):
        group = line.strip().removesuffix(b",")
        if not group:
            raise Unreadable(f"{part.name} has an empty line in its request. Take it out of the zip again.")
        if group == b"]}":
            see_end(file, part)
            break
        if groups and size + len(line) > REQUEST_BYTES:
            yield before + b",".join(groups) + b"]}"
            groups, size = [], 0
        groups.append(group)
        size += len(line)
    else:
        raise Unreadable(f"{part.name} is cut short. Take it out of the zip again.")
    if groups:
        yield before + b",".join(groups) + b"]}"


def see_end(file: IO[bytes], part: Part) -> None:
    """Raises Unreadable if anything but white space follows."""
    if any(line.strip() for line in iter(lambda: line_of(file, part), b"")):
        raise Unreadable(f"{part.name} goes on behind the end of its request.")


def line_of(file: IO[bytes], part: Part) -> bytes:
    """b"" at the end."""
    found = file.readline(MAX_OTLP_INFLATED_BYTES + 1)
    if len(found) > MAX_OTLP_INFLATED_BYTES:
        raise TooMuch(
            f"{part.name} holds a request of more than {MAX_OTLP_INFLATED_BYTES} bytes (MAX_OTLP_INFLATED_BYTES)."
        )
    return found


def jobs_in(parts: Iterable[Part]) -> Counter[str]:
    """How many records name each job, and "" for those that name none. Decodes everything once."""
    jobs: Counter[str] = Counter()
    tally = Tally()
    for part in parts:
        jobs.update(record["job_id"] for record in records_in(part, tally))
    return jobs
