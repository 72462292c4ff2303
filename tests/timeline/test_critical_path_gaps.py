"""The critical path where spans are missing, timed badly, or of a kind without models: old SDKs, Node, realtime."""

from tests.timeline.answers import answered, heard, model, path_of, said, voice
from tests.timeline.sessions import LIVE, at, child, item, span


def test_without_a_wait_the_models_decision_stands_for_the_end_of_the_turn():
    words, speaking = said()
    decision = child(words, "eou_detection", 460, 480)
    turn = answered(480)

    path = path_of(words, speaking, decision, turn, model(turn, 480, 900, 700), heard(turn))

    assert path[1] == ("eou_detection", 200, 480)


def test_a_lost_tool_leaves_an_unexplained_gap_between_the_steps():
    turn = answered()
    spans = [*said(), turn, model(turn, 201, 520, 300, calls=True), model(turn, 600, 800, 700)]

    assert path_of(*spans, voice(turn, 700, 900), heard(turn))[2:5] == [
        ("llm_node", 201, 520),
        ("unexplained", 520, 600),
        ("llm_node", 600, 700),
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
