"""The log lines of a session: the agent's own and, apart from them, the client's complaints about uploads."""

from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import blake2b

from observability.livekit.log_kinds import Kind, logger_of
from observability.livekit.values import text
from observability.records import LogRecord
from observability.timeline.marks import LogLine
from observability.timeline.whereabouts import Whereabouts

KEY_BYTES = 5
"""Of ten thousand lines, two alike by chance once in twenty thousand sessions; then they are counted apart."""


def lines_of(
    lines: Sequence[tuple[Kind, LogRecord]], where: Whereabouts, *, first: int = 0
) -> tuple[LogLine, ...]:
    """In the given order, which is by `moment_of`; `first` is the place of the first of them."""
    keys = _keys(record for _kind, record in lines)
    return tuple(
        _line(index, key, "upload" if kind == "upload" else "runtime", record, where)
        for index, (key, (kind, record)) in enumerate(zip(keys, lines, strict=True), start=first)
    )


def moment_of(line: tuple[Kind, LogRecord]) -> int:
    return _moment(line[1])


def _keys(records: Iterable[LogRecord]) -> list[str]:
    """Out of time and words: a line that arrives late moves the places of others, and no key."""
    times_told: Counter[str] = Counter()
    keys = []
    for record in records:
        told = f"{_moment(record)} {record['body']}".encode(errors="replace")
        key = blake2b(told, digest_size=KEY_BYTES).hexdigest()
        times_told[key] += 1
        keys.append(key if times_told[key] == 1 else f"{key}-{times_told[key]}")
    return keys


def _moment(record: LogRecord) -> int:
    return record["time_ns"] or record["observed_ns"]


def _line(index: int, key: str, kind: str, record: LogRecord, where: Whereabouts) -> LogLine:
    at_ns = _moment(record)
    speech = text(record["attributes"].get("speech_id"))
    turn = (
        where.turn_of_span.get(record["span_id"]) or where.turn_of_speech.get(speech) or where.turn_at(at_ns)
    )
    return LogLine(
        index=index,
        key=key,
        at_ns=at_ns,
        observed_ns=record["observed_ns"],
        severity_number=record["severity_number"],
        severity_text=record["severity_text"],
        logger=logger_of(record),
        body=record["body"],
        kind="upload" if kind == "upload" else "runtime",
        attributes=record["attributes"],
        trace_id=record["trace_id"],
        span_id=record["span_id"],
        turn=turn,
    )
