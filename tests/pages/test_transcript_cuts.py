"""Each answer that was cut off tells how much of it was heard, and not of another."""

from observability.pages.transcript_lines import transcript_lines
from observability.pages.turn_details import turn_pane
from observability.records import Record
from observability.timeline.model import Timeline
from tests.timeline.sessions import at, built, child, item, span


def cut_off(start_ms: float, words: str, speech: str, played_s: float, asked: str = "") -> list[Record]:
    told = {
        "lk.speech_id": speech,
        "lk.pii.response.text": words,
        "lk.interrupted": True,
        "lk.playout.position": played_s,
    }
    told |= {"lk.pii.user_input": asked} if asked else {}
    turn = span("agent_turn", start_ms, start_ms + 3000, attributes=told)
    return [turn, child(turn, "agent_speaking", start_ms + 100, start_ms + 3000)]


def spoken_item(position: int, words: str, started_ms: float) -> Record:
    return item(
        position,
        type="message",
        role="assistant",
        content=[words],
        interrupted=True,
        at_ms=started_ms,
        metrics={"started_speaking_at": at(started_ms) / 1e9},
    )


GREETING = cut_off(0, "Hello, this is", "s1", 2.1)
REMINDER = cut_off(20_000, "Are you", "s2", 0.4)
ASKED = [
    span("user_turn", 0, 2000, attributes={"lk.pii.user_transcript": "Hi."}),
    *cut_off(2500, "Hello", "s1", 2.1, asked="Hi."),
    *cut_off(6000, "Hello again", "s2", 0.4, asked="Hi."),
]


def cuts(timeline: Timeline) -> list[tuple[str, str]]:
    return [(line.text, line.heard) for line in transcript_lines(timeline) if line.is_cut]


def test_each_speech_that_nobody_asked_for_tells_its_own_cut() -> None:
    assert cuts(built(*GREETING, *REMINDER)) == [("Hello, this is", "2.10 s"), ("Are you", "400 ms")]


def test_each_message_of_the_final_transcript_tells_the_cut_of_its_own_speech() -> None:
    items = [spoken_item(0, "Hello, this is", 100), spoken_item(1, "Are you", 20_100)]

    found = cuts(built(*GREETING, *REMINDER, *items))

    assert found == [("Hello, this is", "2.10 s"), ("Are you", "400 ms")]


def test_two_answers_of_one_turn_tell_each_its_own_cut() -> None:
    assert cuts(built(*ASKED)) == [("Hello", "2.10 s"), ("Hello again", "400 ms")]


def test_details_of_a_turn_with_two_answers_cut_off_give_no_time_for_the_answer() -> None:
    timeline = built(*ASKED)

    notes = turn_pane(timeline, timeline.turns[0]).notes

    assert [note for note in notes if "cut off" in note] == []


def test_details_of_a_turn_tell_when_its_only_answer_was_cut_off() -> None:
    timeline = built(*ASKED[:3])

    notes = turn_pane(timeline, timeline.turns[0]).notes

    assert [note for note in notes if "cut off" in note] == ["The answer was cut off after 2.10 s."]
