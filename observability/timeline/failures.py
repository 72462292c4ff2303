"""What went wrong, each failure once, however many spans and log lines speak of it (docs/contract.md
§6.4, §15.13)."""

import json
from bisect import bisect_left, bisect_right, insort
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from observability.livekit.model_spans import span_error
from observability.livekit.values import mapping, text
from observability.records import LogRecord, SpanRecord
from observability.timeline.failure_logs import FailureKind, error_in, kind_in, speaks_of_failure
from observability.timeline.lanes import lane_of
from observability.timeline.marks import Failure, LogLine, ToolCall
from observability.timeline.material import Material
from observability.timeline.whereabouts import Whereabouts
from observability.timeline.words import Lane

T = TypeVar("T")

TOLD_WITHIN_NS = 2_000_000_000
"""A log line belongs to a failure that happened this shortly before or after it."""

KIND_OF_LANE: dict[Lane, FailureKind] = {
    Lane.LLM: "llm",
    Lane.TTS: "tts",
    Lane.STT: "stt",
    Lane.REALTIME: "realtime",
    Lane.TOOLS: "tool",
    Lane.STALLS: "stall",
}


@dataclass(slots=True)
class _Case:
    kind: FailureKind
    at_ns: int
    message: str = ""
    error_type: str = ""
    tool: str = ""
    spans: list[SpanRecord] = field(default_factory=list)
    near_ids: set[str] = field(default_factory=set)
    """Spans whose log lines speak of it: its own, its request, the parents above."""
    logs: list[int] = field(default_factory=list)
    attempts: int = 1
    recovered: bool | None = None
    turn: int | None = None


def failures_of(
    material: Material, where: Whereabouts, tools: Sequence[ToolCall], lines: Sequence[LogLine]
) -> tuple[Failure, ...]:
    of_tools = list(_from_tools(material, tools))
    cases = _Cases(sorted([*_not_below(material, of_tools, _from_spans(material)), *of_tools], key=_at))
    for line, (_kind, record) in zip(lines, material.lines, strict=True):
        if line.kind == "runtime" and speaks_of_failure(record):
            _add_line(cases, line, record)
    return tuple(_told(case, where) for case in cases.by_time)


def _from_spans(material: Material) -> Iterable[_Case]:
    """Failing spans that stand below one another, or are attempts of one request, are one case."""
    failing = {span["span_id"]: span for span in material.spans if _is_failing(span)}
    grouped: dict[str, list[SpanRecord]] = {}
    tops: dict[str, str] = {}
    for span in failing.values():
        request = span["parent_span_id"] if span["name"].endswith("_run") else ""
        top = _of_nearest(request or span["span_id"], tops, within=failing, otherwise=lambda highest: highest)
        grouped.setdefault(top, []).append(span)
    return (_case_of(material, top, spans) for top, spans in grouped.items())


def _is_failing(span: SpanRecord) -> bool:
    return span["name"] != "function_tool" and span_error(span) is not None


def _of_nearest(
    span_id: str, known: dict[str, T], *, within: Mapping[str, SpanRecord], otherwise: Callable[[str], T]
) -> T:
    """What is known of the span or of the nearest one above it. It is remembered for the whole way: senders may nest
    spans by the thousand, or in a circle."""
    way = {span_id}
    while span_id not in known:
        parent = within[span_id]["parent_span_id"] if span_id in within else ""
        if parent in way or parent not in within:
            known[span_id] = otherwise(span_id)
        else:
            way.add(parent)
            span_id = parent
    known.update(dict.fromkeys(way, known[span_id]))
    return known[span_id]


def _case_of(material: Material, top: str, spans: list[SpanRecord]) -> _Case:
    deepest = min(spans, key=lambda span: (not span["name"].endswith("_run"), -span["start_ns"]))
    error = span_error(deepest)
    attempts = [span for span in spans if span["name"].endswith("_run")]
    return _Case(
        kind=_kind_of(deepest),
        at_ns=deepest["end_ns"],
        message=error.message if error is not None else "",
        error_type=(error.type if error is not None else "").rpartition(".")[2],
        spans=spans,
        near_ids={top, *(span["span_id"] for span in spans), *(span["parent_span_id"] for span in attempts)},
        attempts=max(1, len(attempts)),
        recovered=_recovered(material, attempts),
    )


def _kind_of(span: SpanRecord) -> FailureKind:
    return KIND_OF_LANE.get(lane_of(span), "span")


def _recovered(material: Material, attempts: Sequence[SpanRecord]) -> bool | None:
    """Whether a later attempt of the same request succeeded; None where the failure is no attempt or
    its request runs on."""
    if not attempts or not attempts[-1]["parent_span_id"]:
        return None
    last = attempts[-1]
    siblings = material.below(last["parent_span_id"], last["name"])
    if any(span["start_ns"] >= last["start_ns"] and not _is_failing(span) for span in siblings):
        return True
    return False if last["parent_span_id"] in material.by_id else None


def _from_tools(material: Material, tools: Sequence[ToolCall]) -> Iterable[_Case]:
    latest = _latest_starts(tools)
    for call in tools:
        if not call.is_error:
            continue
        span = material.by_id.get(call.span_id)
        error = span_error(span) if span is not None else None
        yield _Case(
            kind="tool",
            at_ns=call.end_ns or call.start_ns,
            message=error.message if error is not None and error.message else _output_of(call),
            tool=call.name,
            error_type=error.type if error is not None and error.type else "tool_error",
            spans=[span] if span is not None else [],
            near_ids={call.span_id} - {""},
            recovered=_recovered_by_call(call, latest),
            turn=call.turn,
        )
    told = {call.span_id for call in tools if call.is_error}
    for span in material.named("function_tool"):
        error = span_error(span)
        if error is not None and span["span_id"] not in told:
            own = {span["span_id"]}
            yield _Case("tool", span["end_ns"], error.message, error.type, spans=[span], near_ids=own)


def _output_of(call: ToolCall) -> str:
    said = (
        text(call.output)
        if isinstance(call.output, str | None)
        else json.dumps(call.output, ensure_ascii=False)
    )
    return f"{call.name}: {said}"


def _latest_starts(tools: Sequence[ToolCall]) -> Mapping[Hashable, int]:
    latest: dict[Hashable, int] = {}
    for call in tools:
        key = _attempt(call, call.is_error)
        latest[key] = max(latest.get(key, 0), call.start_ns)
    return latest


def _attempt(call: ToolCall, is_error: bool | None) -> Hashable:
    """Calls of one turn with the same arguments are attempts at the same thing."""
    return call.turn, call.name, repr(call.arguments), is_error


def _recovered_by_call(call: ToolCall, latest: Mapping[Hashable, int]) -> bool | None:
    """None where it was not tried again, or nobody knows whether with the same arguments."""
    if call.turn is None or call.arguments is None:
        return None
    if latest.get(_attempt(call, False), 0) > call.start_ns:
        return True
    return False if latest.get(_attempt(call, True), 0) > call.start_ns else None


def _not_below(material: Material, of_tools: Sequence[_Case], of_spans: Iterable[_Case]) -> Iterable[_Case]:
    """What failed for good below a tool that failed is why it did: one case with it."""
    tools: dict[str, _Case | None] = {span["span_id"]: case for case in of_tools for span in case.spans}
    for case in of_spans:
        at = case.spans[0]["span_id"]
        tool = _of_nearest(at, tools, within=material.by_id, otherwise=lambda _highest: None)
        if tool is None or case.recovered:
            yield case
        else:
            tool.spans += case.spans
            tool.near_ids |= case.near_ids
            tool.error_type = _type_of(tool, case.error_type)


class _Cases:
    """Cases by time and by the spans they are about, so that a line finds its own among thousands."""

    def __init__(self, by_time: list[_Case]) -> None:
        self.by_time = by_time
        self.moments = sorted((moment for case in by_time for moment in _moments_of(case)), key=_when)
        self.by_span = {span_id: case for case in by_time for span_id in case.near_ids}

    def of_line(self, line: LogLine, kind: FailureKind) -> _Case | None:
        case = self.by_span.get(line.span_id) if line.span_id else None
        if case is not None and kind in ("log", case.kind):
            return case
        first = bisect_left(self.moments, line.at_ns - TOLD_WITHIN_NS, key=_when)
        last = bisect_right(self.moments, line.at_ns + TOLD_WITHIN_NS, key=_when)
        near = (moment for moment in self.moments[first:last] if kind in ("log", moment[1].kind))
        nearest = min(near, key=lambda moment: abs(_when(moment) - line.at_ns), default=None)
        return nearest[1] if nearest is not None else None

    def add(self, case: _Case) -> None:
        insort(self.by_time, case, key=_at)
        for moment in _moments_of(case):
            insort(self.moments, moment, key=_when)


def _at(case: _Case) -> int:
    return case.at_ns


def _moments_of(case: _Case) -> list[tuple[int, _Case]]:
    """When lines may tell of it: each attempt of a request has its own, and may have been waited for longer than
    TOLD_WITHIN_NS."""
    return [(at_ns, case) for at_ns in {case.at_ns, *(span["end_ns"] for span in case.spans)}]


def _when(moment: tuple[int, _Case]) -> int:
    return moment[0]


def _add_line(cases: _Cases, line: LogLine, record: LogRecord) -> None:
    kind = kind_in(record)
    case = cases.of_line(line, kind)
    kind_told, message = error_in(record)
    if case is None:
        cases.add(_Case(kind, line.at_ns, message, kind_told, logs=[line.index], turn=line.turn))
        return
    case.logs.append(line.index)
    case.message = _better(case, message)
    case.error_type = kind_told if _is_its_exception(case, record) else _type_of(case, kind_told)


def _is_its_exception(case: _Case, record: LogRecord) -> bool:
    """A tool's own, which may have been raised for what failed below it."""
    told = bool(mapping(record.get("attributes")).get("exception.type"))
    return case.kind == "tool" and len(case.logs) == 1 and told


def _type_of(case: _Case, told: str) -> str:
    return case.error_type if case.error_type not in ("", "tool_error") else told or case.error_type


def _better(case: _Case, message: str) -> str:
    """A tool's span only says "An internal error occurred"; its log line has the exception
    (docs/contract.md §6.4).

    Where there are only lines, the SDK's own says more than "session error".
    """
    if case.kind == "tool" and len(case.logs) == 1 and message:
        return f"{case.tool}: {message}" if case.tool else message
    if not case.spans and message.startswith("failed to "):
        return message
    return case.message or message


def _told(case: _Case, where: Whereabouts) -> Failure:
    turns = [turn for span in case.spans if (turn := where.turn_of_span.get(span["span_id"])) is not None]
    return Failure(
        kind=case.kind,
        message=case.message,
        error_type=case.error_type,
        at_ns=case.at_ns,
        turn=turns[0] if turns else case.turn if case.turn is not None else where.turn_at(case.at_ns),
        span_ids=tuple(span["span_id"] for span in case.spans),
        log_indexes=tuple(case.logs),
        attempts=case.attempts,
        recovered=case.recovered,
    )
