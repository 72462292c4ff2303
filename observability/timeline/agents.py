"""Which agent was active when, and how one handed over to the next (docs/contract.md §6.2)."""

from dataclasses import dataclass
from itertools import pairwise

from observability.livekit.values import text
from observability.records import SpanRecord
from observability.timeline.marks import AgentStretch, Handoff
from observability.timeline.material import Material

SAME_HANDOFF_NS = 10_000_000_000
"""A chat item and a span speak of one handoff if they name the same agent within this time."""


TRUST = {"chat_item": 0, "activity": 1, "span": 2}
"""Of several records of one handoff the more precise counts; they differ by milliseconds."""


@dataclass(frozen=True, slots=True)
class _Arrival:
    at_ns: int
    agent: str
    previous: str
    source: str
    span_id: str


def agents_of(material: Material, end_ns: int | None) -> tuple[AgentStretch, ...]:
    """Stretches without overlap; the last ends with the session, or is open while it is live."""
    arrivals = _arrivals(material)
    ends = [*(arrival.at_ns for arrival in arrivals[1:]), _left_ns(material, arrivals) or end_ns]
    return tuple(
        AgentStretch(arrival.agent, arrival.at_ns, until)
        for arrival, until in zip(arrivals, ends, strict=False)
        if until is None or until >= arrival.at_ns
    )


def handoffs_of(material: Material) -> tuple[Handoff, ...]:
    arrivals = _arrivals(material)
    return tuple(
        Handoff(
            at_ns=arrival.at_ns,
            old_agent=arrival.previous or before.agent,
            new_agent=arrival.agent,
            source="span"
            if arrival.source == "span"
            else "chat_item"
            if arrival.source == "chat_item"
            else "activity",
            span_id=arrival.span_id,
        )
        for before, arrival in pairwise(arrivals)
    )


def _arrivals(material: Material) -> list[_Arrival]:
    """Moments at which another agent took over, the first included; the same agent again is no arrival."""
    told = [*_from_updates(material), *_from_activities(material), *_from_items(material)]
    arrivals: list[_Arrival] = []
    for arrival in sorted(told, key=lambda arrival: arrival.at_ns):
        if not arrival.agent:
            continue
        if arrivals and arrivals[-1].agent == arrival.agent:
            if _is_same(arrivals[-1], arrival):
                arrivals[-1] = arrival
            continue
        if any(_is_same(arrival, earlier) for earlier in arrivals):
            continue
        arrivals.append(arrival)
    return arrivals or _from_turns(material)


def _is_same(told: _Arrival, better: _Arrival) -> bool:
    """Told again by a less trusted source, whose word may come after a further handoff. What a source of the same or
    of more trust tells is a handoff back."""
    near = abs(told.at_ns - better.at_ns) < SAME_HANDOFF_NS
    return near and told.agent == better.agent and TRUST[told.source] < TRUST[better.source]


def _from_updates(material: Material) -> list[_Arrival]:
    """The new agent is there when `update_agent` ends."""
    return [
        _Arrival(
            span["end_ns"],
            text(span["attributes"].get("lk.agent_label")),
            text(span["attributes"].get("lk.previous_agent_label")),
            "span",
            span["span_id"],
        )
        for span in material.named("update_agent")
        if not _is_nested(material, span)
    ]


def _from_activities(material: Material) -> list[_Arrival]:
    """All SDKs; inside an `update_agent` its own word counts."""
    return [
        _Arrival(
            span["start_ns"], text(span["attributes"].get("lk.agent_label")), "", "activity", span["span_id"]
        )
        for span in material.named("start_agent_activity", "resume_agent_activity")
        if not _is_nested(material, span) and not _is_below_update(material, span)
    ]


def _from_items(material: Material) -> list[_Arrival]:
    return [
        _Arrival(item.created_ns, item.new_agent, item.old_agent, "chat_item", "")
        for item in material.items
        if item.type == "agent_handoff" and item.created_ns
    ]


def _from_turns(material: Material) -> list[_Arrival]:
    """When nothing tells of arrivals, agent turns name who spoke."""
    arrivals: list[_Arrival] = []
    for span in material.named("agent_turn"):
        agent = material.agent_turns[span["span_id"]].agent
        if agent and (not arrivals or arrivals[-1].agent != agent):
            arrivals.append(_Arrival(span["start_ns"], agent, "", "activity", span["span_id"]))
    return arrivals


def _left_ns(material: Material, arrivals: list[_Arrival]) -> int | None:
    """When the last agent's work was drained."""
    if material.is_live or not arrivals:
        return None
    drained = [
        span["end_ns"]
        for span in material.named("drain_agent_activity")
        if span["start_ns"] >= arrivals[-1].at_ns
        and span["attributes"].get("lk.agent_label") == arrivals[-1].agent
    ]
    return max(drained, default=None)


def _is_below_update(material: Material, span: SpanRecord) -> bool:
    parent = material.by_id.get(span["parent_span_id"])
    return parent is not None and parent["name"] == "update_agent"


def _is_nested(material: Material, span: SpanRecord) -> bool:
    """Whether the span is part of a second AgentSession, which runs inside the first (docs/contract.md
    §1.3)."""
    sessions, seen = 0, set()
    above = material.by_id.get(span["parent_span_id"])
    while above is not None and above["span_id"] not in seen:
        seen.add(above["span_id"])
        sessions += above["name"] == "agent_session"
        above = material.by_id.get(above["parent_span_id"])
    return sessions > 1
