"""A session's records as members of a zip, in bounded pieces."""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import orjson

from observability.exports.archive import Archive
from observability.otlp.export import export, resource_groups
from observability.records import Record

GROUP = 500
"""Records written out at once. OTLP allows a resource to come again, so the next group repeats it."""


def write_traces(archive: Archive, name: str, spans: list[Any]) -> None:
    write_otlp(archive, name, spans, signal="traces", outermost="resourceSpans")


def write_metrics(archive: Archive, name: str, points: list[Any]) -> None:
    write_otlp(archive, name, points, signal="metrics", outermost="resourceMetrics")


def write_otlp(archive: Archive, name: str, records: list[Any], *, signal: Any, outermost: str) -> None:
    """One export request, as OTLP/JSON."""
    with archive.member(name) as out:
        before = f'{{"{outermost}":[\n'.encode()
        for group in in_groups(records):
            for resource in resource_groups(signal, group):
                out.write(before + orjson.dumps(resource))
                before = b",\n"
            out.counted(len(group))
        out.write(b"\n]}\n")


def write_logs(archive: Archive, name: str, logs: list[Any]) -> None:
    """A line for each record: an export request of its own, as OpenTelemetry's file exporter writes them."""
    with archive.member(name) as out:
        for log in logs:
            out.write(orjson.dumps(export("logs", [log])) + b"\n")
            out.counted()


def write_chat_history(archive: Archive, name: str, items: list[Any]) -> None:
    """As the SDK uploads it."""
    with archive.member(name) as out:
        before = b'{"items":[\n'
        for item in items:
            out.write(before + orjson.dumps(item["item"]))
            out.counted()
            before = b",\n"
        out.write(b"\n]}\n")


def of_signal(records: Iterable[Record], signal: str) -> list[Any]:
    return [record for record in records if record["signal"] == signal]


def in_groups(records: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(records)
    while group := list(islice(rest, GROUP)):
        yield group
