"""Which speech answers which utterance, and which chat item is part of which."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from observability.livekit.chat_items import ChatItem
from observability.timeline.material import Material
from observability.timeline.spoken import Spoken, speeches_of
from observability.timeline.utterances import Utterance, utterances

ANSWER_WITHIN_NS = 10_000_000_000
"""A speech that does not say what it answers counts as an answer if it begins this soon after the
user's words."""
ITEM_NEAR_NS = 1_500_000_000

SPEECHES_AT_ONCE = 50
"""Speeches that may have begun before a moment and still last; more are not searched."""

Kind = Literal["answer", "initiated", "discarded"]


@dataclass(slots=True)
class Exchange:
    """One turn before it is written down: what was said and what answered it."""

    said: Utterance
    answers: list[Spoken] = field(default_factory=list)
    discarded: list[Spoken] = field(default_factory=list)
    items: list[ChatItem] = field(default_factory=list)
    """The assistant's messages that answer, by time."""


@dataclass(slots=True)
class Pairing:
    exchanges: list[Exchange]
    speeches: list[Spoken]
    kinds: list[Kind]
    """For each of `speeches`."""
    turns: list[int | None]
    """For each of `speeches`, the number of its turn from 1."""
    speech_of_item: dict[int, int]
    """Index of the speech by position of an assistant's item in `material.items`."""


def paired(material: Material) -> Pairing:
    said = utterances(material)
    exchanges = [Exchange(utterance) for utterance in said]
    speeches = speeches_of(material)
    starts = [utterance.start_ns for utterance in said]
    kinds: list[Kind] = []
    turns: list[int | None] = []
    for speech in speeches:
        place = _asked_by(speech, said, starts)
        if place is not None and _asks_something_else(speech, exchanges[place]):
            place = None
        kind = _kind(speech, exchanges[place] if place is not None else None)
        kinds.append(kind)
        turns.append(None if place is None or kind == "initiated" else place + 1)
        if place is not None and kind != "initiated":
            (exchanges[place].answers if kind == "answer" else exchanges[place].discarded).append(speech)
    pairing = Pairing(exchanges, speeches, kinds, turns, {})
    _hand_out_items(material, pairing, starts)
    return pairing


def _asked_by(speech: Spoken, said: Sequence[Utterance], starts: Sequence[int]) -> int | None:
    """The last utterance that began before the speech; of the last three the one whose words the speech
    quotes."""
    place = bisect_right(starts, speech.start_ns) - 1
    if place < 0:
        return None
    quoted = _quoted(speech)
    if quoted:
        for candidate in range(place, max(-1, place - 3), -1):
            if quoted in _words(said[candidate]):
                return candidate
    return place


def _quoted(speech: Spoken) -> str:
    return next((fact.user_input.strip() for fact in speech.facts if fact.user_input), "")


def _words(said: Utterance) -> set[str]:
    """As they were heard, and as the agent's own code may have rewritten them for the model."""
    return {said.text.strip(), said.item.text.strip()} if said.item is not None else {said.text.strip()}


def _asks_something_else(speech: Spoken, exchange: Exchange) -> bool:
    """Words that were typed come with the chat items, at the end; until then their answer answers no turn."""
    quoted, said = _quoted(speech), exchange.said
    if not quoted or not said.text or speech.discarded or quoted in _words(said):
        return False
    answered = {words for answer in exchange.answers if (words := _quoted(answer))}
    if answered:
        return quoted not in answered
    return speech.start_ns > said.end_ns + ANSWER_WITHIN_NS


def _kind(speech: Spoken, exchange: Exchange | None) -> Kind:
    if speech.discarded:
        return "discarded"
    if exchange is None:
        return "initiated"
    if any(
        fact.user_input or fact.e2e_ms is not None or fact.end_of_turn_delay_ms is not None
        for fact in speech.facts
    ):
        return "answer"
    if any(fact.instructions for fact in speech.facts) or exchange.answers:
        return "initiated"
    return "answer" if speech.start_ns <= exchange.said.end_ns + ANSWER_WITHIN_NS else "initiated"


def _hand_out_items(material: Material, pairing: Pairing, starts: Sequence[int]) -> None:
    """Assistant messages go to the speech they were heard in, or, where its spans are lost, to the turn
    before them."""
    places = {id(speech): place for place, speech in enumerate(pairing.speeches)}
    candidates = [speech for speech in pairing.speeches if not speech.discarded]
    for position, item in enumerate(material.items):
        if item.type != "message" or item.role != "assistant":
            continue
        moment = item.started_speaking_ns or item.created_ns
        if moment is None:
            continue
        speech = _heard_in(candidates, item, moment)
        turn: int | None
        if speech is not None:
            pairing.speech_of_item[position] = places[id(speech)]
            turn = pairing.turns[places[id(speech)]]
        else:
            turn = _turn_before(pairing, starts, item, moment)
        if turn is not None:
            pairing.exchanges[turn - 1].items.append(item)


def _heard_in(speeches: Sequence[Spoken], item: ChatItem, moment: int) -> Spoken | None:
    """The speech with these very words, else the one that lasted at that moment and began last."""
    begun = bisect_right(speeches, moment + ITEM_NEAR_NS, key=lambda speech: speech.start_ns)
    recent = speeches[max(0, begun - SPEECHES_AT_ONCE) : begun]
    lasting = [speech for speech in recent if moment <= speech.end_ns + ITEM_NEAR_NS]
    for speech in reversed(lasting):
        if any(step.text == item.text for step in speech.steps):
            return speech
    inside = [speech for speech in lasting if speech.start_ns <= moment <= speech.end_ns]
    return inside[-1] if inside else None


def _turn_before(pairing: Pairing, starts: Sequence[int], item: ChatItem, moment: int) -> int | None:
    place = bisect_right(starts, moment) - 1
    if place < 0:
        return None
    exchange = pairing.exchanges[place]
    if exchange.said.span_id and exchange.answers and item.metrics.get("e2e_ms") is None:
        return None
    return place + 1
