"""A turn whose words the agent's own code rewrites before the model reads them stays one turn."""

import pytest

from observability.records import Record
from observability.timeline import SessionContext
from observability.timeline.model import Timeline
from tests.timeline.sessions import ENDED, LIVE, at, built, child, item, span

RAW, REWRITTEN = "hey jarvis what's the time", "what's the time"


def voice_turn(start_ms: float, words: str, *, asked: str = "", speech: str = "s1") -> list[Record]:
    """What was said for 2.5 s, and the answer to `asked`, if it got one."""
    turn = span("user_turn", start_ms, start_ms + 2500, attributes={"lk.pii.user_transcript": words})
    heard = child(turn, "user_speaking", start_ms, start_ms + 2000)
    if not asked:
        return [turn, heard]
    told = {"lk.speech_id": speech, "lk.pii.user_input": asked, "lk.interrupted": False}
    answer = span("agent_turn", start_ms + 2600, start_ms + 5000, attributes=told)
    return [turn, heard, answer, child(answer, "agent_speaking", start_ms + 3200, start_ms + 5000)]


def said_item(position: int, words: str, created_ms: float, **times_ms: float) -> Record:
    metrics = {f"{name}_speaking_at": at(ms) / 1e9 for name, ms in times_ms.items()}
    return item(position, type="message", role="user", content=[words], at_ms=created_ms, metrics=metrics)


def outcomes(timeline: Timeline) -> list[tuple[str, str]]:
    return [(turn.user_text, turn.outcome) for turn in timeline.turns]


@pytest.mark.parametrize("seen", [LIVE, ENDED], ids=["live", "over"])
@pytest.mark.parametrize(
    "items",
    [
        [],
        [said_item(0, REWRITTEN, 102_600, started=100_050)],
        [said_item(0, REWRITTEN, 102_300, started=100_050, stopped=102_000)],
        [said_item(0, REWRITTEN, 102_600)],
    ],
    ids=["before the items", "with its start", "with start and end", "without speaking times"],
)
def test_rewritten_turn_is_one_turn_and_answered(items: list[Record], seen: SessionContext) -> None:
    timeline = built(*voice_turn(100_000, RAW, asked=REWRITTEN), *items, context=seen)

    assert outcomes(timeline) == [(RAW, "answered")]


def test_transcript_has_the_words_of_a_rewritten_turn_once() -> None:
    timeline = built(
        *voice_turn(100_000, RAW, asked=REWRITTEN), said_item(0, REWRITTEN, 102_600, started=100_050)
    )

    assert [(line.text, line.turn) for line in timeline.transcript] == [(REWRITTEN, 1)]


def test_each_rewritten_turn_has_the_message_that_was_spoken_in_it() -> None:
    turns = [*voice_turn(0, "hey jarvis one"), *voice_turn(3000, "hey jarvis two")]
    items = [
        said_item(0, "one", 2300, started=0, stopped=2000),
        said_item(1, "two", 5300, started=3000, stopped=5000),
    ]

    timeline = built(*turns, *items)

    assert [(line.text, line.turn) for line in timeline.transcript] == [("one", 1), ("two", 2)]
    assert outcomes(timeline) == [("hey jarvis one", "no_answer"), ("hey jarvis two", "no_answer")]


def test_message_that_was_spoken_at_another_time_stays_a_turn_of_its_own() -> None:
    timeline = built(*voice_turn(0, RAW), said_item(0, "and the weather", 4600, started=3000, stopped=4400))

    assert [turn.user_text for turn in timeline.turns] == [RAW, "and the weather"]


def test_answer_goes_to_the_turn_whose_rewritten_words_it_quotes() -> None:
    first = voice_turn(0, RAW)
    told = {"lk.speech_id": "s1", "lk.pii.user_input": REWRITTEN, "lk.interrupted": False}
    answer = span("agent_turn", 2900, 6000, attributes=told)
    heard = child(answer, "agent_speaking", 3200, 6000)
    items = [said_item(0, REWRITTEN, 2300, started=0), said_item(1, "please", 5000, started=2800)]

    timeline = built(*first, *voice_turn(2800, "please"), answer, heard, *items)

    assert outcomes(timeline) == [(RAW, "answered"), ("please", "no_answer")]
