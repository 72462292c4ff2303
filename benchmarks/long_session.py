"""One session of any length: the captured one again and again at its own pace, with an application's own records."""

import gzip
import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import TypeVar

from opentelemetry.proto.collector.logs.v1.logs_service_pb2 import ExportLogsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.logs.v1.logs_pb2 import LogRecord
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from benchmarks.sessions import CAPTURE, JOB_ID, body_of, captured_spans

NS_PER_S = 1_000_000_000
TALK_S = 140
"""Of the captured session, without its opening and its end."""
WHOLE, OPENING, CLOSING = (
    {"job_entrypoint", "agent_session"},
    {"session_start"},
    {"session_close", "job_shutdown"},
)
TRACES_EVERY_S, LOGS_EVERY_S = 5, 1
"""As Python's SDK uploads them."""
UNIX_S = re.compile(rb"17953[34]\d{5}(?=\D)")
ISO = re.compile(rb"2026-11-22T08:\d\d:\d\d(?=\.\d+Z)")
OWN_ID = re.compile(rb"((?:speech|item|call|chatcmpl|seg|req)_)([0-9a-f]{12})")
OWN_SPANS = ("GET /rooms", "SELECT bookings", "redis GET", "POST /crm/notes", "cache.lookup")
OWN_LINES = (
    "frame queue is at {n}",
    "rooms answered in {n} ms",
    "token count is {n}",
    "note {n} kept",
    "jitter {n} µs",
)
LEVELS = ((5, "DEBUG"), (5, "DEBUG"), (5, "DEBUG"), (9, "INFO"), (9, "INFO"), (13, "WARN"))

Item = TypeVar("Item")
Line = tuple[str, LogRecord]
"""A log record with the name of its logger."""


@dataclass(frozen=True, slots=True)
class LongSession:
    job_id: str
    spans: list[Span]
    lines: list[Line]

    def uploads(self) -> Iterator[tuple[str, bytes]]:
        """Signal and gzip, in the order in which an SDK sends them."""
        job = self.job_id.encode()
        timed = [(end, "traces", body_of(some)) for end, some in windows(self.spans, TRACES_EVERY_S, end_of)]
        timed += [(end, "logs", lines_body(some)) for end, some in windows(self.lines, LOGS_EVERY_S, seen_at)]
        for _end, signal, body in sorted(timed, key=lambda upload: upload[0]):
            yield signal, gzip.compress(JOB_ID.sub(job, body))


def long_session(job_id: str, minutes: int, *, spans: int = 0, lines: int = 0, seed: int = 1) -> LongSession:
    """With so many spans and lines: what the SDK does not write is the application's. 0 adds none."""
    captured, written, length_s = captured_spans(), captured_lines(), minutes * 60
    made = [
        span
        for span in repeated_spans(captured, length_s)
        if end_of(span) <= start_ns(captured) + length_s * NS_PER_S
    ]
    said = list(repeated_lines(written, start_ns(captured), length_s))
    rng = random.Random(seed)
    made += own_spans(made, spans - len(made), rng)
    said += own_lines(made, lines - sum(is_written(scope) for scope, _record in said), rng)
    return LongSession(job_id, made, said)


def start_ns(spans: Iterable[Span]) -> int:
    return min(span.start_time_unix_nano for span in spans)


def end_of(span: Span) -> int:
    return span.end_time_unix_nano


def seen_at(line: Line) -> int:
    return line[1].observed_time_unix_nano


def captured_lines() -> list[Line]:
    requests = [
        ExportLogsServiceRequest.FromString(gzip.decompress(file.read_bytes()))
        for file in sorted(CAPTURE.glob("*_logs.bin"))
    ]
    scopes = [scope for request in requests for each in request.resource_logs for scope in each.scope_logs]
    return [(scope.scope.name, record) for scope in scopes for record in scope.log_records]


def repeated_spans(captured: list[Span], length_s: int) -> Iterator[Span]:
    roots = roots_of(captured)
    once = {span.span_id for span in captured if roots[span.span_id] in WHOLE | OPENING | CLOSING}
    late_s = max(0, length_s - TALK_S - 5)
    for span in captured:
        if roots[span.span_id] in WHOLE:
            yield shifted(span, 0, end_s=late_s)
        elif span.span_id in once:
            yield shifted(span, late_s if roots[span.span_id] in CLOSING else 0)
    for turn in range(max(1, -(-length_s // TALK_S))):
        for span in captured:
            if span.span_id not in once:
                yield copied(span, turn, keep_parent=span.parent_span_id in once)


def roots_of(spans: list[Span]) -> dict[bytes, str]:
    """For each span the name of the one right below the session, or its own if it is the session."""
    by_id = {span.span_id: span for span in spans}

    def root(span: Span) -> str:
        parent = by_id.get(span.parent_span_id)
        if span.name in WHOLE or parent is None or parent.name in WHOLE:
            return span.name
        return root(parent)

    return {span.span_id: root(span) for span in spans}


def shifted(span: Span, start_s: int, *, end_s: int | None = None) -> Span:
    moved = Span.FromString(moved_times(span.SerializeToString(), start_s))
    moved.start_time_unix_nano += start_s * NS_PER_S
    moved.end_time_unix_nano += (start_s if end_s is None else end_s) * NS_PER_S
    return moved


def copied(span: Span, turn: int, *, keep_parent: bool) -> Span:
    copy = Span.FromString(other_ids(shifted(span, turn * TALK_S).SerializeToString(), turn))
    copy.span_id = other_id(span.span_id, turn)
    copy.parent_span_id = span.parent_span_id if keep_parent else other_id(span.parent_span_id, turn)
    return copy


def other_id(span_id: bytes, turn: int) -> bytes:
    return (int.from_bytes(span_id) ^ turn << 48).to_bytes(8) if span_id else b""


def other_ids(message: bytes, turn: int) -> bytes:
    """Ids of speeches, calls and requests; as long as before, so that the message stays one."""
    return OWN_ID.sub(lambda found: found[1] + b"%012x" % (int(found[2], 16) ^ turn << 36), message)


def moved_times(message: bytes, by_s: int) -> bytes:
    """Times in words and numbers inside attributes; as long as before, so that the message stays one."""
    message = UNIX_S.sub(lambda found: str(int(found[0]) + by_s).encode(), message)
    return ISO.sub(
        lambda found: (
            (datetime.fromisoformat(found[0].decode()) + timedelta(seconds=by_s)).isoformat().encode()
        ),
        message,
    )


def repeated_lines(captured: list[Line], begin_ns: int, length_s: int) -> Iterator[Line]:
    """Items of the chat history are sent at the end, all else as it is written."""
    end_ns = begin_ns + length_s * NS_PER_S
    for turn in range(max(1, -(-length_s // TALK_S))):
        for scope, record in captured:
            message = moved_times(record.SerializeToString(), turn * TALK_S)
            copy = LogRecord.FromString(other_ids(message, turn))
            copy.span_id = b""
            copy.time_unix_nano += turn * TALK_S * NS_PER_S
            copy.observed_time_unix_nano = end_ns if scope == "chat_history" else copy.time_unix_nano
            is_report = not is_written(scope) and not is_chat_item(record)
            if copy.time_unix_nano < end_ns and (turn == 0 or not is_report):
                yield scope, copy


def is_written(scope: str) -> bool:
    """A line of a log, and nothing that is sent as one."""
    return scope not in {"chat_history", "evaluations"}


def is_chat_item(record: LogRecord) -> bool:
    return any(attribute.key == "chat.item" for attribute in record.attributes)


def own_spans(around: list[Span], count: int, rng: random.Random) -> Iterator[Span]:
    """What an application's own instrumentation adds below turns and tools."""
    parents = [
        span for span in around if span.name in {"agent_turn", "user_turn", "llm_node", "function_tool"}
    ]
    for number in range(count):
        parent = rng.choice(parents)
        start = rng.randrange(
            parent.start_time_unix_nano, max(end_of(parent), parent.start_time_unix_nano + 1)
        )
        span = Span(
            trace_id=parent.trace_id,
            span_id=(0xA000 << 48 | number).to_bytes(8),
            parent_span_id=parent.span_id,
        )
        span.name, span.start_time_unix_nano = rng.choice(OWN_SPANS), start
        span.end_time_unix_nano = start + rng.randrange(1_000_000, 120_000_000)
        ids = [attribute for attribute in parent.attributes if attribute.key in {"job_id", "room_id"}]
        span.attributes.extend([*ids, text("server.address", "rooms.example"), text("peer.service", "crm")])
        yield span


def own_lines(around: list[Span], count: int, rng: random.Random) -> Iterator[Line]:
    ids = [attribute for attribute in around[0].attributes if attribute.key in {"job_id", "room_id"}]
    begin_ns, end_ns = start_ns(around), max(end_of(span) for span in around)
    for _ in range(count):
        at_ns, (number, level) = rng.randrange(begin_ns, end_ns), rng.choice(LEVELS)
        record = LogRecord(
            time_unix_nano=at_ns, observed_time_unix_nano=at_ns, severity_text=level, attributes=ids
        )
        record.severity_number = number  # type: ignore[assignment]  # an enum to the checker
        record.body.string_value = rng.choice(OWN_LINES).format(n=rng.randrange(10_000))
        yield "rooms.client", record


def text(key: str, value: str) -> KeyValue:
    return KeyValue(key=key, value=AnyValue(string_value=value))


def lines_body(lines: list[Line]) -> bytes:
    first = ExportLogsServiceRequest.FromString(
        gzip.decompress(next(iter(sorted(CAPTURE.glob("*_logs.bin")))).read_bytes())
    )
    request = ExportLogsServiceRequest()
    group = request.resource_logs.add(resource=first.resource_logs[0].resource)
    for scope, some in groupby(sorted(lines, key=lambda line: line[0]), key=lambda line: line[0]):
        of_scope = group.scope_logs.add()
        of_scope.scope.name = scope
        of_scope.log_records.extend(record for _scope, record in some)
    return request.SerializeToString()


def windows(
    items: Iterable[Item], every_s: int, at: Callable[[Item], int]
) -> Iterator[tuple[int, list[Item]]]:
    """The items of each stretch of time, with its end."""
    for window, some in groupby(sorted(items, key=at), key=lambda item: at(item) // (every_s * NS_PER_S)):
        yield (window + 1) * every_s * NS_PER_S, list(some)
