"""Tool calls: the span that ran it and the chat items that asked and answered, joined by call id."""

from collections.abc import Iterable

from observability.livekit.chat_items import ChatItem
from observability.livekit.model_spans import function_tool
from observability.livekit.span_facts import ToolSpan
from observability.records import SpanRecord
from observability.timeline.marks import ToolCall
from observability.timeline.material import Material
from observability.timeline.whereabouts import Whereabouts

SAME_CALL_NS = 5_000_000_000
"""Node before 1.8.0 has no call id on the span: a call of the same tool within this time is the same
(§6.4)."""


def tools_of(material: Material, where: Whereabouts) -> tuple[ToolCall, ...]:
    calls = {item.call_id or item.id: item for item in material.items if item.type == "function_call"}
    outputs = {item.call_id: item for item in material.items if item.type == "function_call_output"}
    found = []
    for span in material.named("function_tool"):
        fact = function_tool(span)
        key = fact.call_id or _call_near(fact, span, calls.items())
        call = calls.pop(key, None)
        found.append(_of_span(span, fact, key, call, outputs.get(key), where))
    found += (_of_items(key, call, outputs.get(call.call_id), where) for key, call in calls.items())
    return tuple(sorted(found, key=lambda call: call.start_ns))


def _call_near(fact: ToolSpan, span: SpanRecord, calls: Iterable[tuple[str, ChatItem]]) -> str:
    distances = {
        key: abs(call.created_ns - span["start_ns"])
        for key, call in calls
        if call.name == fact.name and call.created_ns is not None
    }
    nearest = min(distances, key=lambda key: distances[key], default="")
    return nearest if nearest and distances[nearest] <= SAME_CALL_NS else ""


def _of_span(
    span: SpanRecord,
    fact: ToolSpan,
    key: str,
    call: ChatItem | None,
    output: ChatItem | None,
    where: Whereabouts,
) -> ToolCall:
    """The span's word, and the items' where the span's was redacted."""
    duration_ms = (span["end_ns"] - span["start_ns"]) / 1e6
    return ToolCall(
        call_id=key,
        name=fact.name or (call.name if call is not None else ""),
        arguments=call.arguments if fact.arguments is None and call is not None else fact.arguments,
        output=output.output if fact.output is None and output is not None else fact.output,
        is_error=output.is_error if fact.is_error is None and output is not None else fact.is_error,
        start_ns=span["start_ns"],
        end_ns=max(span["end_ns"], span["start_ns"]),
        duration_ms=duration_ms if duration_ms >= 0 else None,
        agent=fact.agent or where.agent_at(span["start_ns"]),
        turn=where.turn_of_span.get(span["span_id"]) or where.turn_at(span["start_ns"]),
        span_id=span["span_id"],
        item_id=call.id if call is not None else "",
    )


def _of_items(key: str, call: ChatItem, output: ChatItem | None, where: Whereabouts) -> ToolCall:
    start_ns = call.created_ns or (output.created_ns if output is not None else None) or 0
    end_ns = output.created_ns if output is not None else None
    duration_ms = (end_ns - start_ns) / 1e6 if end_ns is not None and end_ns >= start_ns > 0 else None
    return ToolCall(
        call_id=key,
        name=call.name,
        arguments=call.arguments,
        output=output.output if output is not None else None,
        is_error=output.is_error if output is not None else None,
        start_ns=start_ns,
        end_ns=end_ns,
        duration_ms=duration_ms,
        agent=where.agent_at(start_ns),
        turn=where.turn_at(start_ns),
        span_id="",
        item_id=call.id,
    )
