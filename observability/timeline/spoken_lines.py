"""The live transcript, out of turn spans as they end (docs/contract.md §6.5). At the end chat items
replace it."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Literal

from observability.livekit.model_spans import function_tool
from observability.records import SpanRecord
from observability.timeline.agents import agents_of, handoffs_of
from observability.timeline.dialogue import TranscriptItem
from observability.timeline.marks import Handoff
from observability.timeline.material import Material
from observability.timeline.pairing import Exchange, Pairing
from observability.timeline.spoken import Spoken, Step
from observability.timeline.whereabouts import Whereabouts

LineState = Literal["final", "generated", "speaking_unconfirmed", "failed"]


def lines_of_spans(material: Material, pairing: Pairing, where: Whereabouts) -> tuple[TranscriptItem, ...]:
    lines = [
        _user_line(exchange, index)
        for index, exchange in enumerate(pairing.exchanges, 1)
        if exchange.said.text
    ]
    for speech, turn in zip(pairing.speeches, pairing.turns, strict=True):
        if not speech.discarded:
            lines.extend(_agent_lines(speech, turn, where))
    for span in material.named("function_tool"):
        lines.extend(_tool_lines(span, where))
    lines.extend(_handoff_lines(material, where))
    return tuple(sorted(lines, key=lambda line: line.at_ns))


def _user_line(exchange: Exchange, index: int) -> TranscriptItem:
    said = exchange.said
    return TranscriptItem(
        id=said.span_id,
        type="message",
        role="user",
        text=said.text,
        at_ns=said.start_ns,
        started_speaking_ns=said.start_ns,
        stopped_speaking_ns=said.spoken_until_ns,
        interrupted=False,
        confidence=said.confidence,
        turn=index,
        span_id=said.span_id,
    )


def _agent_lines(speech: Spoken, turn: int | None, where: Whereabouts) -> Iterator[TranscriptItem]:
    for place, step in enumerate(speech.steps):
        is_last = place == len(speech.steps) - 1
        heard_ns = next(
            (stretch.start_ns for stretch in speech.speaking if stretch.start_ns >= step.start_ns), None
        )
        at_ns = heard_ns or step.start_ns
        yield TranscriptItem(
            id=step.span_id,
            type="message",
            role="assistant",
            text=step.text,
            at_ns=at_ns,
            created_ns=step.start_ns,
            started_speaking_ns=heard_ns,
            stopped_speaking_ns=speech.speaking[-1].end_ns if is_last and heard_ns else None,
            state=_state(speech, step, heard_ns),
            interrupted=speech.interrupted if is_last else False,
            turn=turn,
            agent=next((fact.agent for fact in speech.facts if fact.agent), "") or where.agent_at(at_ns),
            span_id=step.span_id,
            heard_in=speech.id,
        )


def _state(speech: Spoken, step: Step, heard_ns: int | None) -> LineState:
    if speech.failed:
        return "failed"
    if step.confirmed:
        return "final"
    voiced = any(part["name"] == "tts_node" and part["start_ns"] >= step.start_ns for part in speech.parts)
    return "speaking_unconfirmed" if heard_ns or voiced else "generated"


def _tool_lines(span: SpanRecord, where: Whereabouts) -> tuple[TranscriptItem, TranscriptItem]:
    fact = function_tool(span)
    call = TranscriptItem(
        id=f"{span['span_id']}/call",
        type="function_call",
        role="",
        text="",
        at_ns=span["start_ns"],
        created_ns=span["start_ns"],
        call_id=fact.call_id,
        tool_name=fact.name,
        arguments=fact.arguments,
        turn=where.turn_of_span.get(span["span_id"]),
        agent=fact.agent or where.agent_at(span["start_ns"]),
        span_id=span["span_id"],
    )
    output = replace(
        call,
        id=f"{span['span_id']}/output",
        type="function_call_output",
        at_ns=span["end_ns"],
        created_ns=span["end_ns"],
        arguments=None,
        output=fact.output,
        is_error=fact.is_error or False,
    )
    return call, output


def _handoff_lines(material: Material, where: Whereabouts) -> Iterator[TranscriptItem]:
    """The first agent's coming included, as in the chat items."""
    if material.named("start_agent_activity"):
        for first in agents_of(material, None)[:1]:
            yield _handoff_line(Handoff(first.start_ns, "", first.agent, "activity", ""), where)
    for handoff in handoffs_of(material):
        yield _handoff_line(handoff, where)


def _handoff_line(handoff: Handoff, where: Whereabouts) -> TranscriptItem:
    return TranscriptItem(
        id=handoff.span_id or f"handoff/{handoff.at_ns}",
        type="agent_handoff",
        role="",
        text="",
        at_ns=handoff.at_ns,
        created_ns=handoff.at_ns,
        old_agent=handoff.old_agent,
        new_agent=handoff.new_agent,
        turn=where.turn_at(handoff.at_ns),
        agent=handoff.new_agent,
        span_id=handoff.span_id,
    )
