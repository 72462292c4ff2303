"""What an answer really waited for. Times are milliseconds; the user's last word is at 0."""

import json
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.timeline import build
from observability.timeline.answering import Answering, Figures, Work
from observability.timeline.critical_path import critical_path
from tests.captured import RUNS
from tests.timeline.sessions import (
    ENDED,
    LIVE,
    T0,
    at,
    batches_of,
    built,
    child,
    event,
    item,
    span,
    timeline_of,
    without_reports,
)

CALLS = json.dumps([{"name": "book_table"}])


def said(*, heard=200, decided=480, until=0, **attributes):
    """A user turn and the speech in it."""
    told = {
        "lk.pii.user_transcript": "A table, please.",
        "lk.transcription_delay": heard / 1e3,
        "lk.end_of_turn_delay": decided / 1e3,
        **attributes,
    }
    turn = span("user_turn", -2000, until + decided, attributes=told)
    return turn, child(turn, "user_speaking", -2000, until)


def answered(start=201, end=5000, *, sound=1000, speech="s1", **attributes):
    told = {"lk.speech_id": speech, "lk.interrupted": False, "lk.e2e_latency": sound / 1e3, **attributes}
    return span("agent_turn", start, end, attributes=told)


def model(turn, start, end, first=None, *, calls=False):
    told = {} if first is None else {"lk.response.ttft": (first - start) / 1e3}
    told |= {"lk.pii.response.function_calls": CALLS} if calls else {"lk.pii.response.text": "Yes."}
    return child(turn, "llm_node", start, end, attributes=told)


def voice(turn, start, first, end=4000):
    return child(turn, "tts_node", start, end, attributes={"lk.response.ttfb": (first - start) / 1e3})


def heard(turn, start=1000, end=4000):
    return child(turn, "agent_speaking", start, end)


def path_of(*records, turn=0, context=ENDED):
    """Each step as (what, from, until); what is the span's name where there is one."""
    timeline = built(*records, context=context)
    names = {drawn.span_id: drawn.name for drawn in timeline.spans}
    return [
        (names.get(step.span_id, step.kind), ms(step.start_ns), ms(step.end_ns))
        for step in timeline.turns[turn].critical_path
    ]


def parts_of(*records):
    parts = built(*records).turns[0].latency.parts
    return [(part.kind, ms(part.start_ns), ms(part.end_ns)) for part in parts]


def ms(time_ns):
    return round((time_ns - T0) / 1e6)


def test_an_answer_that_began_after_the_turn_waited_for_everything_in_a_row():
    turn = answered(480)
    spans = [*said(), turn, model(turn, 482, 900, 700), voice(turn, 701, 900), heard(turn)]

    assert path_of(*spans) == [
        ("user_turn", 0, 200),
        ("user_turn", 200, 480),
        ("unexplained", 480, 482),
        ("llm_node", 482, 700),
        ("unexplained", 700, 701),
        ("tts_node", 701, 900),
        ("unexplained", 900, 1000),
    ]


def test_the_end_of_the_turn_and_the_hook_are_waited_for_in_their_own_spans():
    words, speaking = said()
    wait = child(words, "eou_wait", 0, 480)
    hook = child(words, "on_user_turn_completed", 480, 500)
    turn = answered(500)

    path = path_of(words, speaking, wait, hook, turn, model(turn, 500, 900, 700), heard(turn))

    assert path == [
        ("user_turn", 0, 200),
        ("eou_wait", 200, 480),
        ("on_user_turn_completed", 480, 500),
        ("llm_node", 500, 700),
        ("unexplained", 700, 1000),
    ]


def test_without_a_wait_the_models_decision_stands_for_the_end_of_the_turn():
    words, speaking = said()
    decision = child(words, "eou_detection", 460, 480)
    turn = answered(480)

    path = path_of(words, speaking, decision, turn, model(turn, 480, 900, 700), heard(turn))

    assert path[1] == ("eou_detection", 200, 480)


def test_a_preemptive_answer_that_took_longer_than_the_end_of_the_turn_hides_it():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 800, 600), voice(turn, 600, 900), heard(turn)]

    assert path_of(*spans) == [
        ("user_turn", 0, 200),
        ("unexplained", 200, 201),
        ("llm_node", 201, 600),
        ("tts_node", 600, 900),
        ("unexplained", 900, 1000),
    ]
    assert parts_of(*spans) == [
        ("transcription", 0, 200),
        ("end_of_turn", 200, 480),
        ("llm", 480, 600),
        ("tts", 600, 900),
        ("unexplained", 900, 1000),
    ]


def test_a_preemptive_answer_that_was_ready_early_waited_for_the_end_of_the_turn():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 400, 300), voice(turn, 481, 900), heard(turn)]

    assert path_of(*spans) == [
        ("user_turn", 0, 200),
        ("user_turn", 200, 480),
        ("unexplained", 480, 481),
        ("tts_node", 481, 900),
        ("unexplained", 900, 1000),
    ]


def test_sound_that_was_ready_early_waited_for_the_end_of_the_turn():
    turn = answered(sound=500)
    spans = [*said(), turn, model(turn, 201, 300, 250), voice(turn, 250, 400), heard(turn, 500)]

    assert path_of(*spans) == [
        ("user_turn", 0, 200),
        ("user_turn", 200, 480),
        ("unexplained", 480, 500),
    ]


def test_the_tool_of_a_preemptive_answer_waited_for_the_end_of_the_turn():
    turn = answered()
    tool = child(turn, "function_tool", 482, 600)
    spans = [*said(), turn, model(turn, 201, 300, 250, calls=True), tool]

    path = path_of(*spans, model(turn, 600, 800, 700), voice(turn, 700, 900), heard(turn))

    assert path == [
        ("user_turn", 0, 200),
        ("user_turn", 200, 480),
        ("unexplained", 480, 482),
        ("function_tool", 482, 600),
        ("llm_node", 600, 700),
        ("tts_node", 700, 900),
        ("unexplained", 900, 1000),
    ]


def test_a_discarded_preemptive_answer_is_not_on_the_path():
    turn = answered(-900)
    turn["events"] = [
        event("generation", -900, **{"lk.generation_id": "s0_1"}),
        event("preemptive_generation_discarded", 199, **{"lk.speech_id": "s0"}),
        event("generation", 201, **{"lk.generation_id": "s1_1"}),
    ]
    discarded = model(turn, -899, 199, -100)
    words = said(heard=0)

    path = path_of(*words, turn, discarded, model(turn, 201, 800, 600), voice(turn, 600, 900), heard(turn))

    assert path == [
        ("unexplained", 0, 201),
        ("llm_node", 201, 600),
        ("tts_node", 600, 900),
        ("unexplained", 900, 1000),
    ]


def test_nodes_discarded_answers_have_turns_of_their_own_and_are_not_on_the_path():
    early = span("agent_turn", 201, 480, attributes={"lk.speech_id": "s0"})
    turn = answered(481)
    spans = [*said(), early, model(early, 201, 479, 470), turn, model(turn, 481, 800, 700)]

    assert path_of(*spans, voice(turn, 700, 900), heard(turn)) == [
        ("user_turn", 0, 200),
        ("user_turn", 200, 480),
        ("unexplained", 480, 481),
        ("llm_node", 481, 700),
        ("tts_node", 700, 900),
        ("unexplained", 900, 1000),
    ]


def test_a_step_that_calls_a_tool_counts_until_the_tool_begins():
    turn = answered()
    calling = model(turn, 201, 520, 300, calls=True)
    tool = child(turn, "function_tool", 510, 600)
    spans = [*said(), turn, calling, tool, model(turn, 601, 900, 700), voice(turn, 700, 900), heard(turn)]

    assert path_of(*spans)[2:] == [
        ("llm_node", 201, 510),
        ("function_tool", 510, 600),
        ("unexplained", 600, 601),
        ("llm_node", 601, 700),
        ("tts_node", 700, 900),
        ("unexplained", 900, 1000),
    ]


def test_of_tools_at_the_same_time_the_longest_was_waited_for():
    turn = answered()
    longest = child(turn, "function_tool", 500, 700)
    spans = [
        *said(),
        turn,
        model(turn, 201, 530, 300, calls=True),
        longest,
        child(turn, "function_tool", 520, 560),
        model(turn, 701, 900, 800),
        voice(turn, 800, 900),
        heard(turn),
    ]

    assert path_of(*spans)[2:5] == [
        ("llm_node", 201, 500),
        ("function_tool", 500, 700),
        ("unexplained", 700, 701),
    ]
    assert parts_of(*spans)[2:5] == [("llm", 480, 500), ("tool", 500, 700), ("unexplained", 700, 701)]


def test_tools_one_after_the_other_are_all_waited_for():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 500, 300, calls=True)]
    tools = [child(turn, "function_tool", 500, 600), child(turn, "function_tool", 600, 700)]

    path = path_of(*spans, *tools, model(turn, 700, 900, 800), voice(turn, 800, 900), heard(turn))

    assert path[2:5] == [
        ("llm_node", 201, 500),
        ("function_tool", 500, 600),
        ("function_tool", 600, 700),
    ]


def test_a_tool_that_runs_beside_the_voice_is_not_on_the_path():
    turn = answered()
    beside = child(turn, "function_tool", 598, 950)
    spans = [*said(), turn, model(turn, 201, 800, 600), beside, voice(turn, 600, 900), heard(turn)]

    assert "function_tool" not in [name for name, *_ in path_of(*spans)]
    assert "tool" not in [kind for kind, *_ in parts_of(*spans)]


def test_a_lost_tool_leaves_an_unexplained_gap_between_the_steps():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 520, 300, calls=True), model(turn, 600, 800, 700)]

    assert path_of(*spans, voice(turn, 700, 900), heard(turn))[2:5] == [
        ("llm_node", 201, 520),
        ("unexplained", 520, 600),
        ("llm_node", 600, 700),
    ]


def test_an_answer_in_several_agent_turns_is_one_path():
    first = answered(201, 600)
    second = span("agent_turn", 600, 5000, attributes={"lk.speech_id": "s1", "lk.interrupted": False})
    spans = [
        *said(),
        first,
        model(first, 201, 500, 300, calls=True),
        child(first, "function_tool", 500, 600),
        second,
        model(second, 600, 900, 700),
        voice(second, 700, 900),
        heard(second),
    ]

    assert [name for name, *_ in path_of(*spans)] == [
        "user_turn",
        "unexplained",
        "llm_node",
        "function_tool",
        "llm_node",
        "tts_node",
        "unexplained",
    ]


def test_whole_milliseconds_of_node_break_no_chain():
    turn = answered(479)
    spans = [*said(), turn, model(turn, 479, 800, 702), voice(turn, 700, 900), heard(turn)]

    assert path_of(*spans) == [
        ("user_turn", 0, 200),
        ("user_turn", 200, 479),
        ("llm_node", 479, 702),
        ("tts_node", 702, 900),
        ("unexplained", 900, 1000),
    ]


def test_a_first_byte_that_is_timed_after_the_sound_was_waited_for_until_the_sound():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 800, 600), voice(turn, 600, 1020), heard(turn)]

    assert path_of(*spans)[-1] == ("tts_node", 600, 1000)


def test_a_voice_opened_with_its_model_counts_from_the_first_token():
    turn = answered(201)
    spans = [*said(), turn, model(turn, 201, 800, 600), voice(turn, 202, 900), heard(turn)]

    assert path_of(*spans)[2:] == [
        ("llm_node", 201, 600),
        ("tts_node", 600, 900),
        ("unexplained", 900, 1000),
    ]


def test_a_model_whose_first_token_is_unknown_counts_until_the_voice_begins():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 800), voice(turn, 600, 900), heard(turn)]

    assert path_of(*spans)[2:4] == [("llm_node", 201, 600), ("tts_node", 600, 900)]


def test_work_from_before_the_last_word_counts_from_the_last_word():
    turn = answered(-300)
    spans = [*said(heard=0), turn, model(turn, -300, 800, 600), voice(turn, 600, 900), heard(turn)]

    assert path_of(*spans)[0] == ("llm_node", 0, 600)


def test_without_a_voice_the_first_token_was_waited_for():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 800, 600), heard(turn)]

    assert path_of(*spans)[2:] == [("llm_node", 201, 600), ("unexplained", 600, 1000)]


def test_without_a_model_the_voice_waited_for_the_end_of_the_turn():
    turn = answered()
    spans = [*said(), turn, voice(turn, 500, 900), heard(turn)]

    assert path_of(*spans)[1:4] == [
        ("user_turn", 200, 480),
        ("unexplained", 480, 500),
        ("tts_node", 500, 900),
    ]


def test_an_answer_whose_turn_never_arrived_has_its_path_too():
    lost = answered()
    words = said()
    spans = [*words, model(lost, 201, 800, 600), voice(lost, 600, 900), heard(lost)]

    assert path_of(*spans)[2:] == [
        ("llm_node", 201, 600),
        ("tts_node", 600, 900),
        ("unexplained", 900, 1000),
    ]


def test_an_answer_known_from_its_chat_items_alone_has_steps_without_spans():
    told = {"started_speaking_at": at(1000) / 1e9, "stopped_speaking_at": at(2000) / 1e9}
    asked = {"started_speaking_at": at(-2000) / 1e9, "stopped_speaking_at": at(0) / 1e9}
    metrics = {"e2e_latency": 1.0, "llm_node_ttft": 0.3, "tts_node_ttfb": 0.2}
    question = item(1, at_ms=480, type="message", role="user", content=["Hi"])
    question["item"]["metrics"] = asked | {"transcription_delay": 0.2, "end_of_turn_delay": 0.4}
    answer = item(2, at_ms=2000, type="message", role="assistant", content=["Hello"])
    answer["item"]["metrics"] = told | metrics

    assert path_of(question, answer) == [
        ("transcription", 0, 200),
        ("end_of_turn", 200, 400),
        ("llm", 400, 700),
        ("tts", 700, 900),
        ("unexplained", 900, 1000),
    ]


def test_a_realtime_model_is_waited_for_until_its_first_chunk():
    speaking = span("user_speaking", -2000, 0)
    turn = span("agent_turn", 100, 5000, attributes={"lk.speech_id": "s1"})
    inference = child(
        turn, "realtime_inference", 110, 4000, attributes={"gen_ai.response.time_to_first_chunk": 0.5}
    )

    path = path_of(speaking, turn, inference, heard(turn, 700))

    assert path == [
        ("unexplained", 0, 110),
        ("realtime_inference", 110, 610),
        ("unexplained", 610, 700),
    ]


def test_a_realtime_model_that_calls_a_tool_is_waited_for_twice():
    speaking = span("user_speaking", -2000, 0)
    turn = span("agent_turn", 100, 5000, attributes={"lk.speech_id": "s1"})
    first = child(
        turn, "realtime_inference", 110, 400, attributes={"gen_ai.response.time_to_first_chunk": 0.1}
    )
    second = child(
        turn, "realtime_inference", 510, 4000, attributes={"gen_ai.response.time_to_first_chunk": 0.1}
    )

    path = path_of(speaking, turn, first, child(turn, "function_tool", 390, 500), second, heard(turn, 700))

    assert path == [
        ("unexplained", 0, 110),
        ("realtime_inference", 110, 390),
        ("function_tool", 390, 500),
        ("unexplained", 500, 510),
        ("realtime_inference", 510, 610),
        ("unexplained", 610, 700),
    ]


def test_a_realtime_answer_without_any_inference_is_unexplained():
    turn = span("agent_turn", 100, 5000, attributes={"lk.speech_id": "s1"})

    assert path_of(span("user_speaking", -2000, 0), turn, heard(turn, 700)) == [("unexplained", 0, 700)]


def test_a_turn_without_an_answer_has_no_path():
    turn = span("agent_turn", 201, 500, attributes={"lk.speech_id": "s1"}, status={"code": 2, "message": ""})

    assert path_of(*said(), turn, model(turn, 201, 490)) == []
    assert path_of(*said()) == []


def test_a_turn_that_is_not_answered_yet_has_no_path():
    assert path_of(*said(), context=LIVE) == []


def test_an_answer_of_impossible_length_has_no_path():
    turn = answered(**{"lk.e2e_latency": 3600.0})

    assert path_of(*said(), turn, model(turn, 201, 800, 600), heard(turn)) == []


@pytest.mark.parametrize("run", RUNS)
def test_captured_paths_are_whole_and_agree_with_the_parts_of_the_answer(run):
    for timeline in (timeline_of(run), build(without_reports(run), context=LIVE)):
        known = {drawn.span_id for drawn in timeline.spans}
        for turn in timeline.turns:
            path, parts = turn.critical_path, turn.latency.parts
            assert bool(path) == bool(parts)
            if not path:
                continue
            assert (path[0].start_ns, path[-1].end_ns) == (parts[0].start_ns, parts[-1].end_ns)
            assert all(one.end_ns == two.start_ns for one, two in pairwise(path))
            assert {step.span_id for step in path if step.span_id} <= known
            assert after_the_turn(turn, path) == after_the_turn(turn, parts)


def after_the_turn(turn, pieces):
    """From the moment that nothing was awaited of the user."""
    waits = ("transcription", "end_of_turn", "hook")
    ready_ns = max((part.end_ns for part in turn.latency.parts if part.kind in waits), default=0)
    clipped = [(piece.kind, max(piece.start_ns, ready_ns), piece.end_ns) for piece in pieces]
    return [(kind, start_ns, end_ns) for kind, start_ns, end_ns in clipped if end_ns > start_ns]


def test_the_slowest_captured_answer_asked_the_model_twice_and_waited_for_a_tool():
    timeline = timeline_of("python/1.8.9_full")
    labels = {drawn.span_id: drawn.label for drawn in timeline.spans}

    path = [
        (step.kind, labels.get(step.span_id, ""), round((step.end_ns - step.start_ns) / 1e6))
        for step in timeline.turns[4].critical_path
    ]

    assert [step for step in path if step[2] >= 10] == [
        ("transcription", "", 261),
        ("llm", "script-llm-1", 253),
        ("tool", "book_table", 108),
        ("llm", "script-llm-1", 254),
        ("tts", "script-tts-1", 249),
        ("unexplained", "", 229),
    ]


def test_half_a_session_has_paths_as_well():
    for run in RUNS:
        batches = batches_of(run)
        for timeline in (build(batches[:half], context=LIVE) for half in range(0, len(batches), 7)):
            for turn in timeline.turns:
                assert bool(turn.critical_path) == bool(turn.latency.parts)


MOMENTS = st.integers(-50, 150).map(lambda ms: ms * 1_000_000)
WORKS = st.builds(
    lambda kind, start, end, first: Work(
        kind, kind, min(start, end), max(start, end), None if first is None else min(start, end) + first
    ),
    st.sampled_from(["llm", "tool", "tts"]),
    MOMENTS,
    MOMENTS,
    st.none() | st.integers(0, 60_000_000),
)


@given(st.lists(WORKS, max_size=6), st.integers(0, 40), st.integers(0, 40))
def test_any_works_give_a_path_without_gap_or_overlap(works, heard_ms, decided_ms):
    heard_ns, decided_ns = heard_ms * 1_000_000, (heard_ms + decided_ms) * 1_000_000
    waits = (Work("transcription", "", 0, heard_ns), Work("end_of_turn", "", heard_ns, decided_ns))

    path = critical_path(answering(waits, works, sound_ns=100_000_000))

    assert (path[0].start_ns, path[-1].end_ns) == (0, 100_000_000)
    assert all(one.end_ns == two.start_ns for one, two in pairwise(path))
    assert all(step.start_ns < step.end_ns for step in path)


def answering(waits, works, *, sound_ns):
    nothing = Figures(None, None, None, None, None, None, None)
    return Answering(
        None, None, None, nothing, sound_ns / 1e6, "sdk", 0, sound_ns, tuple(waits), tuple(works)
    )
