"""Spans as they lie inside one another, with the log records written in each."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from observability.demo.pace import digest

SDK_SCOPE = "livekit-agents"
INTERNAL, CLIENT = 1, 3


@dataclass(frozen=True, slots=True)
class Event:
    name: str
    at_ns: int
    attributes: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Log:
    at_ns: int
    logger: str
    level: str
    body: str
    attributes: Mapping[str, Any] = field(default_factory=dict)
    source: str = "/app/agent.py"
    """Empty for the records that the SDK makes itself at the end."""
    observed_ns: int = 0


@dataclass(frozen=True, slots=True)
class Span:
    name: str
    start_ns: int
    end_ns: int
    attributes: Mapping[str, Any] = field(default_factory=dict)
    children: tuple["Span", ...] = ()
    events: tuple[Event, ...] = ()
    logs: tuple[Log, ...] = ()
    error: str = ""
    kind: int = INTERNAL
    scope: str = SDK_SCOPE


@dataclass(frozen=True, slots=True)
class Placed:
    """A span with its ids and its depth below the root."""

    span: Span
    span_id: bytes
    parent_id: bytes
    depth: int


def placed(root: Span, seed: str) -> list[Placed]:
    """Every span of the tree, parents first."""
    return list(_placed(root, seed, b"", 0, iter(range(1_000_000))))


def _placed(span: Span, seed: str, parent_id: bytes, depth: int, count: Iterator[int]) -> Iterator[Placed]:
    span_id = digest(f"{seed}/span/{next(count)}", 8)
    yield Placed(span, span_id, parent_id, depth)
    for child in span.children:
        yield from _placed(child, seed, span_id, depth + 1, count)
