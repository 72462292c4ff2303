"""What a user typed is a turn at its own time, whatever was spoken before."""

import pytest

from observability.records import Record
from observability.timeline import SessionContext
from tests.timeline.sessions import ENDED, LIVE, at, built, child, item, span

TURN = span("user_turn", 10_000, 12_500, attributes={"lk.pii.user_transcript": "Good morning."})
VOICE_TURN = [
    span("user_speaking", 10_000, 12_000, parent_span_id=TURN["span_id"]),
    TURN,
]


def answer(start_ms: float, speech: str, asked: str) -> list[Record]:
    told = {"lk.speech_id": speech, "lk.pii.user_input": asked, "lk.interrupted": False}
    turn = span("agent_turn", start_ms, start_ms + 3000, attributes=told)
    return [turn, child(turn, "agent_speaking", start_ms + 1200, start_ms + 3000)]


def message(position: int, words: str, at_ms: float, **metrics: float) -> Record:
    return item(position, type="message", role="user", content=[words], at_ms=at_ms, metrics=metrics)


GREETED = [*VOICE_TURN, *answer(12_600, "s1", "Good morning.")]
SPOKEN = message(0, "Good morning.", 12_400, started_speaking_at=at(10_000) / 1e9)
TYPED = message(1, "A table for two", 180_000)
SERVED = answer(180_000.5, "s2", "A table for two")


@pytest.mark.parametrize("seen", [LIVE, ENDED], ids=["live", "over"])
def test_typed_words_are_a_turn_at_their_own_time_without_a_spoken_end(seen: SessionContext) -> None:
    timeline = built(*GREETED, *SERVED, SPOKEN, TYPED, context=seen)

    spoken, typed = timeline.turns
    assert (typed.user_text, typed.start_ns, typed.user_end_ns) == ("A table for two", at(180_000), None)
    assert (typed.user_speaking, typed.outcome, typed.latency.e2e_ms) == ((), "answered", None)
    assert (spoken.user_text, spoken.outcome, spoken.latency.e2e_ms) == ("Good morning.", "answered", 1800)


def test_typed_words_are_not_the_slowest_answer() -> None:
    timeline = built(*GREETED, *SERVED, SPOKEN, TYPED)

    assert (timeline.figures.slowest_turn, timeline.figures.latency["e2e"].max_ms) == (1, 1800)


@pytest.mark.parametrize("spoken", [GREETED, VOICE_TURN], ids=["answered before", "not answered before"])
def test_answer_to_typed_words_that_have_not_come_yet_is_none_to_what_was_spoken(
    spoken: list[Record],
) -> None:
    before, after = built(*spoken), built(*spoken, *SERVED, context=LIVE)

    told = [(turn.speech_ids, turn.latency.e2e_ms) for turn in after.turns]
    assert told == [(turn.speech_ids, turn.latency.e2e_ms) for turn in before.turns]
    assert [(speech.kind, speech.turn) for speech in after.speeches][-1] == ("initiated", None)


def test_each_of_two_realtime_messages_has_the_speech_before_it() -> None:
    speeches = [span("user_speaking", 1000, 2000), span("user_speaking", 8000, 9000)]
    items = [message(0, "One.", 2500), message(1, "Two.", 9400), message(2, "typed", 12_000)]

    timeline = built(*speeches, *items)

    ends = [(turn.user_text, turn.user_end_ns) for turn in timeline.turns]
    assert ends == [("One.", at(2000)), ("Two.", at(9000)), ("typed", None)]


def test_speech_that_led_to_no_words_is_not_taken_for_words_typed_long_after() -> None:
    timeline = built(span("user_speaking", 5000, 6000), TYPED)

    assert [(turn.start_ns, turn.user_end_ns) for turn in timeline.turns] == [(at(180_000), None)]
