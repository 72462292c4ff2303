import pytest

from observability.livekit.llm_input import llm_input
from observability.livekit.log_kinds import kind_of
from observability.livekit.model_spans import function_tool, llm_node, model_request, span_error
from observability.livekit.speech_spans import agent_turn, eou_detection, user_turn
from tests.timeline.sessions import event, log, span


def test_user_turns_of_all_generations_say_the_same():
    old = span("user_turn", attributes={"lk.user_transcript": "Hi", "lk.transcription_delay": 0.25})
    new = span("user_turn", attributes={"lk.pii.user_transcript": "Hi", "lk.transcription_delay": 0.25})
    node = span("user_turn", attributes={"lk.pii.user_transcript": "Hi", "lk.transcription_delay": 250})

    assert user_turn(old, "python") == user_turn(new, "python") == user_turn(node, "node")


def test_zero_delay_and_zero_confidence_are_unknown():
    fact = user_turn(
        span("user_turn", attributes={"lk.end_of_turn_delay": 0, "lk.transcript_confidence": 0}), "python"
    )

    assert (fact.end_of_turn_delay_ms, fact.confidence, fact.impossible) == (None, None, ())


def test_impossible_figures_of_a_turn_are_named():
    assert agent_turn(span("agent_turn", attributes={"lk.e2e_latency": -3.0})).impossible == (
        "lk.e2e_latency",
    )


def test_endpointing_delay_has_the_unit_of_its_sdk():
    decision = span("eou_detection", attributes={"lk.eou.endpointing_delay": 400})

    assert eou_detection(decision, "node").endpointing_delay_ms == 400.0
    assert eou_detection(decision, "python").endpointing_delay_ms == 400_000.0


def test_agent_turn_tells_steps_and_discarded_speeches_from_its_events():
    fact = agent_turn(
        span(
            "agent_turn",
            events=[
                event("generation", 0, **{"lk.generation_id": "speech_a_1"}),
                event("preemptive_generation_discarded", 1, **{"lk.speech_id": "speech_a"}),
                event("generation", 2, **{"lk.generation_id": "speech_b_1"}),
            ],
        )
    )

    assert fact.generation_ids == ("speech_a_1", "speech_b_1")
    assert fact.discarded_speech_ids == ("speech_a",)


PYTHON_METRICS = (
    '{"request_id": "r", "duration": 0.5, "ttft": 0.25, "completion_tokens": 9, "prompt_tokens": 5,'
    ' "cancelled": false,'
    ' "tokens_per_second": 40.0, "metadata": {"model_name": "m", "model_provider": "p"}}'
)
NODE_METRICS = (
    '{"requestId": "r", "durationMs": 500, "ttftMs": 250, "completionTokens": 9, "promptTokens": 5,'
    ' "cancelled": false,'
    ' "tokensPerSecond": 40.0, "metadata": {"modelName": "m", "modelProvider": "p"}}'
)


def test_llm_metrics_of_both_sdks_say_the_same():
    python = model_request(span("llm_request", attributes={"lk.llm_metrics": PYTHON_METRICS}), "python")
    node = model_request(span("llm_request", attributes={"lk.llm_metrics": NODE_METRICS}), "node")

    assert python == node
    assert (python.first_ms, python.duration_ms, python.model) == (250.0, 500.0, "m")
    assert python.figures == {"input_tokens": 5.0, "output_tokens": 9.0}


def test_a_first_token_of_minus_one_means_none():
    assert (
        model_request(span("llm_request", attributes={"lk.llm_metrics": '{"ttft": -1}'}), "python").first_ms
        is None
    )


def test_genai_attributes_count_before_the_metrics():
    attributes = {
        "lk.llm_metrics": PYTHON_METRICS,
        "gen_ai.usage.input_tokens": 7,
        "gen_ai.response.model": "n",
    }
    request = model_request(span("llm_request", attributes=attributes), "python")

    assert (request.figures["input_tokens"], request.model) == (7.0, "n")


def test_tools_are_read_under_old_and_new_names():
    old = span(
        "function_tool", attributes={"lk.function_tool.name": "f", "lk.function_tool.arguments": '{"a": 1}'}
    )
    new = span(
        "function_tool", attributes={"gen_ai.tool.name": "f", "lk.pii.function_tool.arguments": '{"a": 1}'}
    )

    assert function_tool(old) == function_tool(new)
    assert function_tool(old).arguments == {"a": 1}


def test_a_tool_that_failed_has_no_span_status():
    assert function_tool(span("function_tool", attributes={"error.type": "tool_error"})).is_error is True


def test_an_exception_event_is_an_error_even_without_a_status():
    failed = span(
        "my_span", events=[event("exception", **{"exception.type": "E", "exception.message": "no"})]
    )

    assert span_error(failed).message == "no"
    assert span_error(span("my_span")) is None


def test_llm_node_counts_the_calls_it_asked_for():
    node = span(
        "llm_node", attributes={"lk.response.text": "Hm", "lk.response.function_calls": '[{"name": "f"}]'}
    )

    assert (llm_node(node).text, llm_node(node).calls) == ("Hm", 1)


def chained(*links):
    """(attributes, base index) -> spans that refer to one another."""
    spans = []
    for attributes, base in links:
        told = dict(attributes)
        if base is not None:
            told |= {
                "lk.input.delta": True,
                "lk.input.base_span_id": spans[base]["span_id"] if base >= 0 else "gone",
            }
        spans.append(span("llm_request", attributes=told))
    return spans


def said(word):
    return f'[{{"role": "user", "parts": [{{"type": "text", "content": "{word}"}}]}}]'


def words_of(given):
    return [entry["parts"][0]["content"] for entry in given.entries]


def test_delta_inputs_are_rebuilt_from_their_bases():
    spans = chained(
        ({"gen_ai.input.messages": said("one"), "gen_ai.system_instructions": '["be brief"]'}, None),
        ({"gen_ai.input.messages": said("two")}, 0),
        ({"gen_ai.input.messages": said("three"), "lk.input.dropped_from_base": 1}, 1),
    )

    given = llm_input(spans[2], {s["span_id"]: s for s in spans}.get)

    assert words_of(given) == ["one", "three"]
    assert (given.instructions, given.incomplete) == (["be brief"], False)


def test_an_input_whose_base_was_lost_is_incomplete():
    spans = chained(({"gen_ai.input.messages": said("two")}, -1))

    given = llm_input(spans[0], lambda _id: None)

    assert (words_of(given), given.incomplete) == (["two"], True)


def test_inputs_that_refer_to_each_other_end():
    one, two = chained(
        ({"gen_ai.input.messages": said("one")}, None), ({"gen_ai.input.messages": said("two")}, 0)
    )
    one["attributes"] |= {"lk.input.delta": True, "lk.input.base_span_id": two["span_id"]}

    assert llm_input(two, {s["span_id"]: s for s in (one, two)}.get).incomplete


def test_message_events_of_older_sdks_read_like_messages():
    old = span(
        "llm_request",
        events=[event("gen_ai.user.message", content="Hi"), event("gen_ai.choice", content="Ho")],
    )

    assert words_of(llm_input(old, lambda _id: None)) == ["Hi"]


@pytest.mark.parametrize(
    ("record", "kind"),
    [
        (log("session report", scope="chat_history"), "session_report"),
        (log("chat item", scope="chat_history"), "chat_item"),
        (log("evaluation", scope="evaluations"), "evaluation"),
        (log("chat item", scope="my-agent"), "runtime"),
        (log({"a": 1}, scope="chat_history"), "runtime"),
        (
            log(
                "Failed to export", scope="opentelemetry.exporter.otlp.proto.http.trace_exporter", severity=17
            ),
            "upload",
        ),
        (log("failed to upload session report", scope="livekit.agents", severity=17), "upload"),
        (log("please upload recording of the call", scope="my-agent"), "runtime"),
    ],
    ids=["report", "item", "evaluation", "alike", "no text", "exporter", "upload", "only information"],
)
def test_logs_are_told_apart_by_scope_and_body(record, kind):
    assert kind_of(record) == kind
