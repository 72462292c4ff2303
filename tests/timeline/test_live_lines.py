"""Rules of the live transcript that no capture shows by itself (docs/contract.md §6.4, §6.5)."""

from collections import Counter

import pytest

from observability.timeline import SessionContext, build
from tests.captured import RUNS
from tests.timeline.sessions import LIVE, at, batches_of, built, child, event, item, span


def lines(timeline):
    return [(line.role or line.type, line.text, line.state) for line in timeline.transcript]


def lines_told(batches):
    transcript = build(batches, context=LIVE).transcript
    return Counter((line.role, line.text) for line in transcript if line.role == "assistant")


def user_turn(start_ms, end_ms, words, **attributes):
    return span("user_turn", start_ms, end_ms, attributes={"lk.pii.user_transcript": words, **attributes})


def agent_turn(start_ms, end_ms, words, **attributes):
    told = {"lk.speech_id": f"speech_{start_ms}", "lk.interrupted": False, **attributes}
    return span(
        "agent_turn", start_ms, end_ms, attributes=told | ({"lk.pii.response.text": words} if words else {})
    )


def test_words_said_before_a_tool_call_are_a_line_of_their_own():
    answer = agent_turn(10, 90, "It is 9.")
    steps = [
        child(answer, "llm_node", 11, 20, attributes={"lk.pii.response.text": "One moment."}),
        child(answer, "function_tool", 20, 30, attributes={"lk.function_tool.name": "look"}),
        child(
            answer,
            "llm_node",
            31,
            40,
            attributes={"lk.pii.response.text": "It is 9 o'clock, and later it will be 10."},
        ),
    ]

    timeline = built(user_turn(0, 9, "When?"), answer, *steps, context=LIVE)

    assert lines(timeline) == [
        ("user", "When?", "final"),
        ("assistant", "One moment.", "final"),
        ("function_call", "", "final"),
        ("function_call_output", "", "final"),
        ("assistant", "It is 9.", "final"),
    ]


def test_words_before_a_handoff_that_the_model_adds_nothing_to_are_said_once():
    answer = agent_turn(10, 90, "Sure.", **{"lk.generation_count": 2})
    steps = [
        child(answer, "llm_node", 11, 20, attributes={"lk.pii.response.text": "Sure."}),
        child(answer, "function_tool", 20, 30, attributes={"lk.function_tool.name": "transfer"}),
        child(answer, "llm_node", 31, 40, attributes={"lk.pii.response.text": ""}),
    ]

    timeline = built(user_turn(0, 9, "Billing?"), answer, *steps, context=LIVE)

    assert [line.text for line in timeline.transcript if line.role == "assistant"] == ["Sure."]
    assert timeline.turns[0].answer_text == "Sure."


def test_words_of_a_last_step_whose_model_told_nothing_are_its_own():
    answer = agent_turn(10, 90, "It is")
    steps = [
        child(answer, "llm_node", 11, 20, attributes={"lk.pii.response.text": "One moment."}),
        child(answer, "llm_node", 31, 40),
    ]

    timeline = built(answer, *steps, context=LIVE)

    assert [line.text for line in timeline.transcript] == ["One moment.", "It is"]


@pytest.mark.parametrize("run", RUNS)
def test_no_moment_of_a_captured_session_shows_a_line_twice_that_was_said_once(run):
    batches = batches_of(run)
    said = lines_told(batches)

    for number in range(1, len(batches)):
        twice = Counter({line: told for line, told in lines_told(batches[:number]).items() if told > 1})
        assert twice <= said


def test_speech_whose_turn_has_not_arrived_is_generated_then_being_spoken():
    node = span("llm_node", 10, 20, parent_span_id="a" * 16, attributes={"lk.pii.response.text": "Hello"})
    voice = span("tts_node", 12, 25, parent_span_id="a" * 16)

    assert lines(built(node, context=LIVE)) == [("assistant", "Hello", "generated")]
    assert lines(built(node, voice, context=LIVE)) == [("assistant", "Hello", "speaking_unconfirmed")]


def test_answer_that_failed_after_some_words_says_so():
    answer = agent_turn(10, 20, "Well", **{"error.type": "500"})
    answer["status"] = {"code": 2, "message": "boom"}

    assert lines(built(answer, context=LIVE)) == [("assistant", "Well", "failed")]


def test_nodes_turn_without_interrupted_was_never_spoken():
    spoken = agent_turn(30, 40, "Really")
    unspoken = span("agent_turn", 10, 20, attributes={"lk.speech_id": "b", "lk.pii.response.text": "Almost"})

    timeline = built(unspoken, spoken, context=LIVE)

    assert lines(timeline) == [("assistant", "Really", "final")]
    assert [speech.kind for speech in timeline.speeches] == ["discarded", "initiated"]


def test_node_1_0_has_the_words_on_the_llm_node_only():
    answer = span("agent_turn", 10, 20, attributes={"lk.speech_id": "a"})
    node = child(answer, "llm_node", 11, 15, attributes={"lk.response.text": "Hello"})

    assert lines(built(answer, node, context=LIVE)) == [("assistant", "Hello", "final")]


def test_steps_of_one_speech_in_spans_of_their_own_are_one_speech():
    first = span(
        "agent_turn",
        10,
        20,
        attributes={"lk.speech_id": "a", "lk.interrupted": False, "lk.response.text": "One"},
    )
    second = span(
        "agent_turn",
        21,
        30,
        attributes={"lk.speech_id": "a", "lk.interrupted": True, "lk.response.text": "Two"},
    )

    timeline = built(user_turn(0, 9, "?"), first, second)

    assert [(speech.text, speech.interrupted) for speech in timeline.speeches] == [("One\nTwo", True)]
    assert (timeline.turns[0].outcome, timeline.turns[0].speech_ids) == ("interrupted", ("a",))


def test_turn_that_never_committed_is_no_turn():
    assert built(span("user_turn", 0, 10), agent_turn(20, 30, "Hi")).turns == ()


def test_redacted_turn_counts_by_its_measured_end():
    attributes = {"lk.redaction.enabled": True, "lk.end_of_turn_delay": 0.5}

    timeline = built(span("user_turn", 0, 10, attributes=attributes))

    assert [(turn.index, turn.user_text) for turn in timeline.turns] == [(1, "")]


def test_user_who_has_just_spoken_is_a_pending_turn_while_live():
    speaking = span("user_speaking", 50, 90, parent_span_id="c" * 16)
    spans = [user_turn(0, 9, "When?"), agent_turn(10, 40, "Now."), speaking]

    assert [turn.outcome for turn in built(*spans, context=LIVE).turns] == ["answered", "pending"]
    assert len(built(*spans).turns) == 1


def test_greeting_and_announcements_belong_to_no_turn():
    greeting = agent_turn(0, 5, "Welcome!", **{"lk.pii.instructions": "Greet."})
    notice = agent_turn(90, 95, "Still there?", **{"lk.pii.instructions": "Ask."})

    timeline = built(
        greeting, user_turn(10, 20, "Hi"), agent_turn(21, 30, "Ho", **{"lk.e2e_latency": 0.5}), notice
    )

    assert [(speech.kind, speech.turn) for speech in timeline.speeches] == [
        ("initiated", None),
        ("answer", 1),
        ("initiated", None),
    ]


def test_answer_prepared_before_the_turn_ended_answers_that_turn():
    turns = [user_turn(0, 1000, "First"), user_turn(3000, 4000, "Second")]
    early = agent_turn(3500, 6000, "2nd", **{"lk.pii.user_input": "Second", "lk.e2e_latency": 0.7})
    late = agent_turn(3100, 3400, "1st", **{"lk.pii.user_input": "First", "lk.e2e_latency": 0.7})

    timeline = built(*turns, early, late)

    assert [turn.answer_text for turn in timeline.turns] == ["1st", "2nd"]


def test_realtime_session_has_turns_from_speech_and_later_from_items():
    """A realtime model with its own turn detection has no user turns, and no words of the user before
    the end (§6.4)."""
    session = span("agent_session", 0, 9000)
    answer = child(
        session, "agent_turn", 1100, 3000, attributes={"lk.speech_id": "a", "lk.interrupted": False}
    )
    spans = [
        child(session, "user_speaking", 0, 400),
        child(session, "user_speaking", 600, 1000),
        answer,
        child(answer, "realtime_inference", 1100, 3000),
        child(answer, "agent_speaking", 1500, 2900),
        child(session, "user_speaking", 4000, 5000),
    ]
    said = item(0, type="message", role="user", content=["Hello"], at_ms=1050)
    replied = item(
        1,
        type="message",
        role="assistant",
        content=["Hi"],
        metrics={"started_speaking_at": at(1500) / 1e9},
        at_ms=1490,
    )

    live = built(*spans, context=LIVE).turns
    ended = built(*spans, said, replied).turns

    assert [(turn.source, turn.outcome, turn.user_text) for turn in live] == [
        ("speech", "answered", ""),
        ("speech", "pending", ""),
    ]
    assert [(turn.source, turn.outcome, turn.user_text, turn.answer_text) for turn in ended] == [
        ("transcript", "answered", "Hello", "Hi")
    ]
    assert (live[0].latency.e2e_ms, live[0].latency.e2e_source) == (500.0, "spans")


def test_session_of_text_has_answers_without_sound():
    timeline = built(user_turn(0, 1, "Hi"), agent_turn(2, 3, "Ho", **{"lk.pii.user_input": "Hi"}))

    assert (timeline.turns[0].outcome, timeline.turns[0].latency.e2e_ms) == ("answered", None)


def test_words_nobody_heard_are_no_answer_in_a_session_with_sound():
    heard, unheard = agent_turn(2, 3, "Ho", **{"lk.e2e_latency": 0.1}), agent_turn(12, 13, "Ha")
    spans = [
        user_turn(0, 1, "Hi"),
        heard,
        child(heard, "agent_speaking", 2, 3),
        user_turn(10, 11, "Hey"),
        unheard,
    ]

    assert [turn.outcome for turn in built(*spans).turns] == ["answered", "no_answer"]


def test_generation_marks_of_a_discarded_speech_drop_its_words():
    answer = agent_turn(10, 40, "Yes, gladly.")
    answer["attributes"]["lk.speech_id"] = "speech_b"
    answer["events"] = [
        event("generation", 10, **{"lk.generation_id": "speech_a_1"}),
        event("preemptive_generation_discarded", 20, **{"lk.speech_id": "speech_a"}),
        event("generation", 20, **{"lk.generation_id": "speech_b_1"}),
    ]
    nodes = [
        child(answer, "llm_node", 11, 15, attributes={"lk.pii.response.text": "No."}),
        child(answer, "llm_node", 21, 25, attributes={"lk.pii.response.text": "Yes, gladly. Anything else?"}),
    ]

    timeline = built(answer, *nodes, context=SessionContext(status="live"))

    assert lines(timeline) == [("assistant", "Yes, gladly.", "final")]
