"""How a turn ended: heard, cut off while it was heard, or never heard."""

from observability.timeline.facts import facts_in
from tests.timeline.answers import said
from tests.timeline.sessions import LIVE, built, child, span


def speech(name, start_ms, end_ms, *, cut=False, words="Yes.", **attributes):
    told = {"lk.speech_id": name, "lk.interrupted": cut, "lk.pii.response.text": words, **attributes}
    return span("agent_turn", start_ms, end_ms, attributes=told)


def heard(turn, start_ms, end_ms):
    return child(turn, "agent_speaking", start_ms, end_ms)


def greeting():
    greeted = speech("greeting", -6000, -4000, words="Welcome!")
    return greeted, heard(greeted, -6000, -4000)


def told_of(timeline):
    [turn] = timeline.turns
    figures = timeline.figures
    counts = (figures.answered, figures.no_answer, figures.interrupted, len(timeline.interruptions))
    return turn.outcome, turn.interrupted, counts


def test_answer_that_the_user_talked_over_before_it_sounded_is_none_and_was_not_cut_off():
    for before in (greeting(), ()):
        timeline = built(*before, *said(), speech("s1", 500, 900, cut=True, words=""))

        assert told_of(timeline) == ("no_answer", False, (0, 1, 0, 0))


def test_answer_that_may_still_come_was_not_cut_off():
    unheard = speech("s1", 500, 900, cut=True, words="")

    assert told_of(built(*greeting(), *said(), unheard, context=LIVE)) == ("pending", False, (0, 0, 0, 0))


def test_answer_that_was_heard_and_ended_early_was_cut_off():
    answer = speech("s1", 500, 2000, cut=True)

    timeline = built(*greeting(), *said(), answer, heard(answer, 1000, 2000))

    assert told_of(timeline) == ("interrupted", True, (1, 0, 1, 1))


def test_of_several_answers_those_that_were_heard_say_whether_it_was_cut_off():
    filler = speech("s1", 500, 1500)
    asked = {"lk.pii.user_input": "A table, please."}
    unheard = speech("s2", 600, 1600, cut=True, words="", **asked)

    timeline = built(*greeting(), *said(), filler, heard(filler, 800, 1500), unheard)

    assert told_of(timeline) == ("answered", False, (1, 0, 0, 0))


def test_session_without_sound_is_cut_off_where_its_words_are():
    assert told_of(built(*said(), speech("s1", 500, 900, cut=True))) == ("interrupted", True, (1, 0, 1, 1))


def test_greeting_that_was_stopped_before_it_sounded_was_not_cut_off():
    first, second = speech("a", -9000, -8000, cut=True, words=""), speech("b", -6000, -5000, cut=True)

    timeline = built(first, second, heard(second, -5800, -5000))

    assert [cut.speech_id for cut in timeline.interruptions] == ["b"]
    assert [turn.is_interrupted for turn in facts_in(timeline).turns] == [False, True]
