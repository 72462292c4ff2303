"""The forest of spans: parents may come later or never (docs/contract.md §6.1)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from observability.livekit.model_spans import llm_node, span_error, tts_first_ms
from observability.livekit.values import flag, text
from observability.records import SpanRecord
from observability.timeline.lanes import label_of, lane_of
from observability.timeline.marks import TimelineSpan
from observability.timeline.material import Material

DEEPEST = 500
"""Spans nested deeper are drawn at this depth; no SDK comes near, but a sender may try."""


@dataclass(frozen=True, slots=True)
class _Place:
    span: SpanRecord
    depth: int
    turn: int | None


def tree_of(material: Material, turn_of_root: Mapping[str, int]) -> tuple[TimelineSpan, ...]:
    """All spans depth first, siblings by start. A span has the turn of its nearest ancestor that is
    part of one."""
    return tuple(_drawn(material, place) for place in _depth_first(material, turn_of_root))


def _depth_first(material: Material, turn_of_root: Mapping[str, int]) -> Iterable[_Place]:
    """Without recursion, and without getting lost where spans name each other as parents."""
    seen: set[int] = set()
    roots = [span for span in material.spans if _is_root(material, span)]
    for root in [*roots, *material.spans]:
        pending = [_Place(root, 0, turn_of_root.get(root["parent_span_id"]))]
        while pending:
            place = pending.pop()
            if id(place.span) in seen:
                continue
            seen.add(id(place.span))
            turn = turn_of_root.get(place.span["span_id"], place.turn)
            yield _Place(place.span, place.depth, turn)
            below = material.children.get(place.span["span_id"], ())
            depth = min(place.depth + 1, DEEPEST)
            pending.extend(_Place(child, depth, turn) for child in reversed(below))


def _is_root(material: Material, span: SpanRecord) -> bool:
    return not span["parent_span_id"] or span["parent_span_id"] not in material.by_id


def _drawn(material: Material, place: _Place) -> TimelineSpan:
    span = place.span
    error = span_error(span)
    failed_tool = flag(span["attributes"].get("lk.function_tool.is_error")) is True
    return TimelineSpan(
        span_id=span["span_id"],
        trace_id=span["trace_id"],
        parent_span_id=span["parent_span_id"],
        parent_known=span["parent_span_id"] in material.by_id,
        depth=place.depth,
        name=span["name"],
        lane=lane_of(span),
        start_ns=span["start_ns"],
        end_ns=max(span["end_ns"], span["start_ns"]),
        self_ms=_self_ms(span, material.children.get(span["span_id"], ())),
        label=label_of(span),
        is_error=error is not None or failed_tool,
        error=error.message if error is not None else text(span["attributes"].get("error.type")),
        turn=place.turn,
        first_ms=_first_ms(material, span),
    )


def _self_ms(span: SpanRecord, children: Iterable[SpanRecord]) -> float:
    own = own_stretches(
        span["start_ns"], span["end_ns"], ((child["start_ns"], child["end_ns"]) for child in children)
    )
    return sum(end_ns - start_ns for start_ns, end_ns in own) / 1e6


def own_stretches(
    start_ns: int, end_ns: int, children: Iterable[tuple[int, int]]
) -> Iterator[tuple[int, int]]:
    """What of a span no child covers; they are sorted by start and may overlap."""
    cursor = start_ns
    for child_start_ns, child_end_ns in children:
        if cursor < child_start_ns:
            yield cursor, min(child_start_ns, end_ns)
        cursor = max(cursor, child_end_ns)
        if cursor >= end_ns:
            return
    if cursor < end_ns:
        yield cursor, end_ns


def _first_ms(material: Material, span: SpanRecord) -> float | None:
    if span["name"] == "llm_node":
        return llm_node(span).ttft_ms
    if span["name"] == "tts_node":
        return tts_first_ms(span)
    request = material.requests.get(span["span_id"])
    return request.first_ms if request is not None else None
