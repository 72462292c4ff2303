"""What an answer really waited for. Times are milliseconds; the user's last word is at 0."""

from tests.timeline.answers import answered, heard, model, parts_of, path_of, said, voice
from tests.timeline.sessions import at, child, event, item, span


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


def test_playback_is_the_last_step_and_takes_no_time_from_the_voice():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 800, 600), voice(turn, 600, 900), heard(turn)]

    def ends_with(playback):
        told = {"started_speaking_at": at(1000) / 1e9, "e2e_latency": 1.0, "playback_latency": playback}
        answer = item(1, at_ms=700, type="message", role="assistant", content=["Yes."], metrics=told)
        return path_of(*spans, answer)[-3:]

    assert ends_with(0.04) == [("tts_node", 600, 900), ("unexplained", 900, 960), ("playback", 960, 1000)]
    assert ends_with(5.0)[1:] == [("tts_node", 600, 900), ("playback", 900, 1000)]
