"""Spans and log lines of a session as things that a search finds.

`needle` is what will be searched for, in lower case; attributes that cannot hold it are not read.
"""

from collections.abc import Iterable, Iterator

from observability.records import SpanRecord
from observability.timeline.marks import LogLine, TimelineSpan
from observability.timeline.model import Timeline
from observability.timeline.passages import Passage, attribute_passages, event_passages
from observability.timeline.search import Searchable

NS_PER_MS = 1_000_000


def searchable_spans(timeline: Timeline, records: Iterable[SpanRecord], needle: str) -> Iterator[Searchable]:
    """By start, parents before what lies in them."""
    by_id = {(record["trace_id"], record["span_id"]): record for record in records}
    for span in sorted(timeline.spans, key=lambda span: (span.start_ns, -span.end_ns)):
        yield Searchable(
            kind="span",
            key=f"{span.trace_id}-{span.span_id}",
            at_ms=offset_ms(timeline, span.start_ns),
            turn=span.turn,
            title=f"{span.name} {span.label}".strip(),
            passages=passages_of_span(span, by_id[span.trace_id, span.span_id], needle),
            ids=(span.span_id, span.trace_id),
        )


def passages_of_span(span: TimelineSpan, record: SpanRecord, needle: str) -> Iterator[Passage]:
    yield Passage("", f"{span.name} {span.label}")
    yield Passage("error", span.error)
    yield Passage("status", record["status"]["message"])
    yield from attribute_passages(record["attributes"], needle)
    for event in record["events"]:
        yield from event_passages(event, needle)


def searchable_logs(timeline: Timeline, needle: str) -> Iterator[Searchable]:
    for line in timeline.logs:
        yield Searchable(
            kind="log",
            key=line.key,
            at_ms=offset_ms(timeline, line.at_ns),
            turn=line.turn,
            title=" ".join(part for part in (line.severity_text, line.logger) if part),
            passages=passages_of_log(line, needle),
            ids=(line.span_id, line.trace_id),
        )


def passages_of_log(line: LogLine, needle: str) -> Iterator[Passage]:
    yield Passage("", line.body)
    yield Passage("logger", line.logger)
    yield Passage("level", line.severity_text)
    yield from attribute_passages(line.attributes, needle)


def offset_ms(timeline: Timeline, at_ns: int) -> float:
    return (at_ns - timeline.session.start_ns) / NS_PER_MS
