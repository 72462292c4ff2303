"""The forest of spans: parents may come later or never (docs/contract.md §6.1)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from observability.livekit.kept_spans import once
from observability.livekit.model_spans import llm_node, span_error, tts_first_ms
from observability.livekit.values import flag, text
from observability.records import SpanRecord
from observability.timeline.lanes import label_of, lane_of
from observability.timeline.marks import TimelineSpan
from observability.timeline.material import NO_SPANS, Material

DEEPEST = 500
"""Spans nested deeper are drawn at this depth; no SDK comes near, but a sender may try."""


class _Place(NamedTuple):
    span: SpanRecord
    depth: int
    turn: int | None


def tree_of(material: Material, turn_of_root: Mapping[str, int]) -> tuple[TimelineSpan, ...]:
    """All spans depth first, siblings by start. A span has the turn of its nearest ancestor that is
    part of one."""
    return tuple(_depth_first(material, turn_of_root))


def _depth_first(material: Material, turn_of_root: Mapping[str, int]) -> Iterator[TimelineSpan]:
    """Without recursion, and without getting lost where spans name each other as parents."""
    seen: set[int] = set()
    roots = [span for span in material.spans if _is_root(material, span)]
    for root in [*roots, *material.spans]:
        if id(root) in seen:
            continue
        pending = [_Place(root, 0, turn_of_root.get(root["parent_span_id"]))]
        while pending:
            span, depth, turn = pending.pop()
            if id(span) in seen:
                continue
            seen.add(id(span))
            turn = turn_of_root.get(span["span_id"], turn)
            below = material.children.get(span["span_id"], NO_SPANS)
            yield _drawn(material, span, below, depth, turn)
            if below:
                depth = min(depth + 1, DEEPEST)
                pending += [_Place(child, depth, turn) for child in reversed(below)]


def _is_root(material: Material, span: SpanRecord) -> bool:
    return not span["parent_span_id"] or span["parent_span_id"] not in material.by_id


def _drawn(
    material: Material, span: SpanRecord, below: list[SpanRecord], depth: int, turn: int | None
) -> TimelineSpan:
    is_parent_known = span["parent_span_id"] in material.by_id
    return _as_drawn(span, is_parent_known, depth, turn, _self_ms(span, below), _first_ms(material, span))


@once
def _as_drawn(
    span: SpanRecord,
    is_parent_known: bool,
    depth: int,
    turn: int | None,
    self_ms: float,
    first_ms: float | None,
) -> TimelineSpan:
    error = span_error(span)
    failed_tool = flag(span["attributes"].get("lk.function_tool.is_error")) is True
    return TimelineSpan(
        span_id=span["span_id"],
        trace_id=span["trace_id"],
        parent_span_id=span["parent_span_id"],
        parent_known=is_parent_known,
        depth=depth,
        name=span["name"],
        lane=lane_of(span),
        start_ns=span["start_ns"],
        end_ns=max(span["end_ns"], span["start_ns"]),
        self_ms=self_ms,
        label=label_of(span),
        is_error=error is not None or failed_tool,
        error=error.message if error is not None else text(span["attributes"].get("error.type")),
        turn=turn,
        first_ms=first_ms,
    )


def _self_ms(span: SpanRecord, children: Sequence[SpanRecord]) -> float:
    if not children:
        return max(span["end_ns"] - span["start_ns"], 0) / 1e6
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
