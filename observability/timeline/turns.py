"""Turns: a user's words and the agent's answer, with what lay between."""

from collections.abc import Mapping, Sequence

from observability.livekit.chat_items import ChatItem
from observability.timeline.answering import answering_of, first_sound_ns
from observability.timeline.critical_path import critical_path
from observability.timeline.dialogue import Latency, Speech, Turn, TurnOutcome
from observability.timeline.latency import latency_of
from observability.timeline.material import Material
from observability.timeline.pairing import ITEM_NEAR_NS, Exchange, Pairing
from observability.timeline.spoken import Spoken


def turns_of(material: Material, pairing: Pairing) -> tuple[Turn, ...]:
    last = len(pairing.exchanges)
    heard_in = {
        id(material.items[position]): pairing.speeches[place]
        for position, place in pairing.speech_of_item.items()
    }
    return tuple(
        _turn(material, exchange, heard_in, index, is_last=index == last)
        for index, exchange in enumerate(pairing.exchanges, start=1)
    )


def speeches_as_told(material: Material, pairing: Pairing, turns: Sequence[Turn]) -> tuple[Speech, ...]:
    main = {turn.speech_ids[0]: turn.latency for turn in turns if turn.speech_ids}
    return tuple(
        _speech(material, speech, kind, turn, main.get(speech.id))
        for speech, kind, turn in zip(pairing.speeches, pairing.kinds, pairing.turns, strict=True)
    )


def _turn(
    material: Material, exchange: Exchange, heard_in: Mapping[int, Spoken], index: int, *, is_last: bool
) -> Turn:
    """`heard_in`: by the item's identity, the speech it was heard in."""
    said, answer = exchange.said, main_answer(exchange)
    item = _item_of(exchange, answer, heard_in)
    starts = first_sound_ns(answer, item)
    ends = _heard_until(exchange)
    texts = _answer_texts(exchange)
    failed = any(speech.failed for speech in exchange.answers)
    pending = (
        material.is_live and is_last and not failed and starts is None and _may_be_heard(exchange, texts)
    )
    no_answer = not pending and starts is None and not (texts and _words_suffice(material, exchange))
    interrupted = not pending and not no_answer and _was_interrupted(exchange)
    outcome = _outcome(pending=pending, failed=failed, no_answer=no_answer, interrupted=interrupted)
    answering = None if pending else answering_of(material, said, answer, item)
    path = critical_path(answering) if answering is not None else ()
    return Turn(
        index=index,
        outcome=outcome,
        start_ns=said.start_ns,
        end_ns=max(said.end_ns, ends or 0, *(speech.end_ns for speech in exchange.answers), 0),
        user_text=said.text,
        user_start_ns=said.speaking[0].start_ns if said.speaking else said.start_ns,
        user_end_ns=said.spoken_until_ns,
        user_speaking=said.speaking,
        committed_ns=said.committed_ns,
        confidence=said.confidence,
        end_of_turn=said.waits,
        answer_text="\n".join(texts),
        answer_start_ns=starts,
        answer_end_ns=ends,
        agent=_agent(answer),
        interrupted=interrupted,
        preempted=bool(exchange.discarded) or any(speech.preempted for speech in exchange.answers),
        failed=failed,
        no_answer=no_answer,
        steps=sum(_step_count(speech) for speech in exchange.answers),
        tool_calls=sum(
            part["name"] == "function_tool" for speech in exchange.answers for part in speech.parts
        ),
        latency=latency_of(material, answering, path) if answering is not None else Latency(),
        critical_path=path,
        speech_ids=tuple(speech.id for speech in _main_first(exchange)),
        span_ids=(*said.span_ids, *(span for speech in exchange.answers for span in speech.span_ids)),
        source="spans" if said.span_id else "transcript" if said.item is not None else "speech",
    )


def _words_suffice(material: Material, exchange: Exchange) -> bool:
    """Words without sound are an answer in a session without sound, or while they may still be spoken."""
    return not material.named("agent_speaking") or any(speech.is_running for speech in exchange.answers)


def _may_be_heard(exchange: Exchange, texts: Sequence[str]) -> bool:
    return not texts or any(speech.is_running for speech in exchange.answers)


def main_answer(exchange: Exchange) -> Spoken | None:
    """The answer that was heard first, else the one that was tried last."""
    heard = [speech for speech in exchange.answers if speech.speaking]
    if heard:
        return min(heard, key=lambda speech: speech.speaking[0].start_ns)
    return exchange.answers[-1] if exchange.answers else None


def _main_first(exchange: Exchange) -> list[Spoken]:
    main = main_answer(exchange)
    return [
        *([main] if main is not None else []),
        *(speech for speech in exchange.answers if speech is not main),
    ]


def _outcome(*, pending: bool, failed: bool, no_answer: bool, interrupted: bool) -> TurnOutcome:
    if pending:
        return "pending"
    if no_answer:
        return "failed" if failed else "no_answer"
    return "interrupted" if interrupted else "answered"


def _was_interrupted(exchange: Exchange) -> bool:
    """Of several answers those count that were heard: what ended before its first sound was not cut off."""
    heard = [speech for speech in exchange.answers if speech.speaking] or exchange.answers
    told = [speech.interrupted for speech in heard if speech.interrupted is not None]
    return any(told) if told else any(item.interrupted for item in exchange.items)


def _item_of(exchange: Exchange, answer: Spoken | None, heard_in: Mapping[int, Spoken]) -> ChatItem | None:
    """The assistant's item that measured the answer: of those that were heard in it, the one with an end-to-end
    latency, else the first."""
    sound_ns = first_sound_ns(answer, None)
    own = [
        item
        for item in exchange.items
        if sound_ns is None or (heard_in.get(id(item), answer) is answer and _began_at(item, sound_ns))
    ]
    return next((item for item in own if "e2e_ms" in item.metrics), own[0] if own else None)


def _began_at(item: ChatItem, sound_ns: int) -> bool:
    """As far as it tells: an item that was heard later measures another silence."""
    return item.started_speaking_ns is None or abs(item.started_speaking_ns - sound_ns) <= ITEM_NEAR_NS


def _answer_texts(exchange: Exchange) -> list[str]:
    """As the final transcript has it, and before that as the turn spans tell it."""
    if exchange.items:
        return [item.text for item in exchange.items if item.text]
    return [step.text for speech in exchange.answers for step in speech.steps]


def _heard_until(exchange: Exchange) -> int | None:
    ends = [stretch.end_ns for speech in exchange.answers for stretch in speech.speaking]
    ends = ends or [
        item.stopped_speaking_ns for item in exchange.items if item.stopped_speaking_ns is not None
    ]
    return max(ends, default=None)


def _agent(answer: Spoken | None) -> str:
    return next((fact.agent for fact in answer.facts if fact.agent), "") if answer is not None else ""


def _step_count(speech: Spoken) -> int:
    nodes = sum(part["name"] in ("llm_node", "realtime_inference") for part in speech.parts)
    return nodes or sum(fact.generation_count for fact in speech.facts)


def _speech(
    material: Material, speech: Spoken, kind: str, turn: int | None, latency: Latency | None
) -> Speech:
    return Speech(
        speech_id=speech.id,
        kind="discarded" if kind == "discarded" else "answer" if kind == "answer" else "initiated",
        start_ns=speech.start_ns,
        end_ns=speech.end_ns,
        text="\n".join(step.text for step in speech.steps),
        agent=_agent(speech),
        turn=turn,
        steps=_step_count(speech),
        speaking=speech.speaking,
        interrupted=speech.interrupted,
        interruption_source=next((f.interruption_source for f in speech.facts if f.interruption_source), ""),
        played_ms=next((fact.played_ms for fact in speech.facts if fact.played_ms is not None), None),
        failed=speech.failed,
        error_type=next((fact.error_type for fact in speech.facts if fact.error_type), ""),
        latency=latency if latency is not None else _latency_alone(material, speech),
        span_ids=speech.span_ids,
    )


def _latency_alone(material: Material, speech: Spoken) -> Latency:
    """Of what the agent said without being asked."""
    answering = answering_of(material, None, speech, None)
    return latency_of(material, answering, critical_path(answering))
