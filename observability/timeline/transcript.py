"""The transcript from its best source: chat history, then chat-item logs, then turn spans
(docs/contract.md §6.5, §9.2)."""

from collections.abc import Iterable
from dataclasses import replace

from observability.livekit.chat_items import ChatItem
from observability.timeline.dialogue import TranscriptItem
from observability.timeline.marks import ToolCall
from observability.timeline.material import Material
from observability.timeline.pairing import Pairing
from observability.timeline.spoken_lines import lines_of_spans
from observability.timeline.whereabouts import Whereabouts


def transcript_of(
    material: Material, pairing: Pairing, where: Whereabouts, tools: Iterable[ToolCall]
) -> tuple[TranscriptItem, ...]:
    if not material.items:
        return lines_of_spans(material, pairing, where)
    turn_of_call = {call.call_id: call.turn for call in tools if call.call_id}
    turn_of_message = _turns_of_messages(pairing)
    uploaded = len(material.history)
    latest = 0
    told = []
    for position, item in enumerate(material.items):
        latest = item.created_ns or item.started_speaking_ns or latest
        at_ns = item.started_speaking_ns or latest
        turn = turn_of_message.get(id(item))
        if turn is None and item.call_id:
            turn = turn_of_call.get(item.call_id)
        if turn is None and position not in pairing.speech_of_item:
            turn = where.turn_at(at_ns)
        line = _told(item, at_ns, turn, where.agent_at(at_ns), is_uploaded=position < uploaded)
        speech = pairing.speech_of_item.get(position)
        told.append(line if speech is None else replace(line, heard_in=pairing.speeches[speech].id))
    return tuple(told)


def _turns_of_messages(pairing: Pairing) -> dict[int, int]:
    """By identity of the item: users' messages and the answers to them."""
    turns = {}
    for index, exchange in enumerate(pairing.exchanges, start=1):
        if exchange.said.item is not None:
            turns[id(exchange.said.item)] = index
        turns.update((id(item), index) for item in exchange.items)
    return turns


def _told(item: ChatItem, at_ns: int, turn: int | None, agent: str, *, is_uploaded: bool) -> TranscriptItem:
    return TranscriptItem(
        id=item.id,
        type=item.type,
        role=item.role,
        text=item.text,
        at_ns=at_ns,
        created_ns=item.created_ns,
        started_speaking_ns=item.started_speaking_ns,
        stopped_speaking_ns=item.stopped_speaking_ns,
        source="chat_history" if is_uploaded else "chat_item_logs",
        interrupted=item.interrupted,
        confidence=item.confidence,
        metrics=item.metrics,
        models=item.models,
        call_id=item.call_id,
        tool_name=item.name,
        arguments=item.arguments,
        output=item.output,
        is_error=item.is_error,
        old_agent=item.old_agent,
        new_agent=item.new_agent,
        config=item.config,
        turn=turn,
        agent=agent,
        raw=item.raw,
    )
