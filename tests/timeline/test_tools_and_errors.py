import pytest

from tests.timeline.sessions import built, child, item, log, span


def tool(start_ms, end_ms, name="look", **attributes):
    return span("function_tool", start_ms, end_ms, attributes={"lk.function_tool.name": name, **attributes})


def call(position, name="look", **fields):
    return item(position, type="function_call", name=name, arguments='{"a": 1}', **fields)


def test_span_and_items_of_one_call_are_one_call():
    ran = tool(1000, 1200, **{"lk.function_tool.id": "c1"})
    asked, told = (
        call(1, call_id="c1"),
        item(2, type="function_call_output", call_id="c1", output="ok", is_error=False),
    )

    [only] = built(ran, asked, told).tools

    assert (only.call_id, only.arguments, only.output, only.duration_ms) == ("c1", {"a": 1}, "ok", 200.0)
    assert (only.span_id, only.item_id) == (ran["span_id"], "item_1")


def test_call_without_an_id_on_its_span_is_joined_by_name_and_time():
    """Node before 1.8.0."""
    asked = [call(1, call_id="c1"), call(2, name="book", call_id="c2"), call(20, call_id="c3")]

    tools = built(tool(1000, 1200), *asked).tools

    assert [(t.call_id, t.name, bool(t.span_id)) for t in tools] == [
        ("c1", "look", True),
        ("c2", "book", False),
        ("c3", "look", False),
    ]


def test_call_known_from_items_alone_lasts_from_item_to_item():
    told = item(2, type="function_call_output", call_id="c1", output="no", is_error=True)

    [only] = built(call(1, call_id="c1"), told).tools

    assert (only.duration_ms, only.is_error) == (1000.0, True)


def test_failed_tool_is_an_error_with_the_exception_of_its_log_line():
    ran = tool(
        0,
        10,
        **{"lk.function_tool.is_error": True, "lk.pii.function_tool.output": "An internal error occurred"},
    )
    line = log(
        "exception occurred while executing tool",
        11,
        severity=17,
        span_id=ran["span_id"],
        attributes={"exception.type": "RuntimeError", "exception.message": "backend is down"},
    )

    [error] = built(ran, line).errors

    assert (error.kind, error.message, error.error_type) == ("tool", "look: backend is down", "RuntimeError")
    assert error.log_indexes == (0,)


def failed_tool():
    output = {"lk.function_tool.is_error": True, "lk.pii.function_tool.output": "An internal error occurred"}
    return tool(0, 100, **output)


def test_what_failed_within_a_tool_that_failed_is_one_error_with_it():
    ran = failed_tool()
    step = child(ran, "prepare", 1, 99)
    asked = child(step, "GET", 2, 90, status={"code": 2, "message": "timed out"})
    asked["attributes"]["error.type"] = "httpx.ReadTimeout"

    [error] = built(ran, step, asked).errors

    assert (error.kind, error.message) == ("tool", "look: An internal error occurred")
    assert (error.error_type, error.span_ids) == ("ReadTimeout", (ran["span_id"], asked["span_id"]))


def test_an_attempt_within_a_tool_that_was_repeated_with_success_is_not_why_it_failed():
    ran = failed_tool()
    request, runs = failed_attempts(1, then_succeeds=True)
    request["parent_span_id"] = ran["span_id"]

    assert [error.kind for error in built(ran, request, *runs).errors] == ["llm", "tool"]


def test_failures_nested_by_the_thousand_below_a_tool_are_one_error_with_it():
    spans = [failed_tool()]
    for depth in range(20_000):
        spans.append(child(spans[-1], "GET", 1, 90, status={"code": 2 * (depth % 2), "message": "no"}))

    [error] = built(*spans).errors

    assert len(error.span_ids) == 1 + 10_000


def test_parents_in_a_circle_around_a_failure_are_followed_once():
    one, other = span("GET", 0, 5, status={"code": 2, "message": "no"}), span("POST", 0, 6)
    one["parent_span_id"], other["parent_span_id"] = other["span_id"], one["span_id"]

    assert [error.kind for error in built(failed_tool(), one, other).errors] == ["span", "tool"]


def failed_attempts(count, *, then_succeeds):
    request = span("llm_request", 0, 100)
    runs = [
        child(request, "llm_request_run", 10 * n, 10 * n + 5, status={"code": 2, "message": "busy"})
        for n in range(count)
    ]
    if then_succeeds:
        runs.append(child(request, "llm_request_run", 90, 99))
    return request, runs


def test_attempts_of_one_request_are_one_error():
    request, runs = failed_attempts(3, then_succeeds=True)

    [error] = built(request, *runs).errors

    assert (error.kind, error.attempts, error.recovered, error.message) == ("llm", 3, True, "busy")


def test_request_that_never_succeeded_did_not_recover_and_one_that_runs_on_is_open():
    request, runs = failed_attempts(2, then_succeeds=False)

    assert built(request, *runs).errors[0].recovered is False
    assert built(*runs).errors[0].recovered is None


def tool_calls(*failing, arguments=('{"a": 1}', '{"a": 1}')):
    """One call after the other in one turn."""
    said = span("user_turn", 0, 9, attributes={"lk.pii.user_transcript": "Look!"})
    answer = span("agent_turn", 10, 900, attributes={"lk.speech_id": "a", "lk.pii.response.text": "Well."})
    calls = [
        child(
            answer,
            "function_tool",
            100 * n,
            100 * n + 50,
            attributes={
                "lk.function_tool.name": "look",
                "lk.function_tool.arguments": given,
                "lk.function_tool.is_error": fails,
            },
        )
        for n, (fails, given) in enumerate(zip(failing, arguments, strict=True), 1)
    ]
    return built(said, answer, *calls)


def test_tool_that_succeeds_when_it_is_called_again_in_its_turn_has_recovered():
    assert [error.recovered for error in tool_calls(True, False).errors] == [True]


def test_tool_that_fails_again_has_not_recovered():
    assert [error.recovered for error in tool_calls(True, True).errors] == [False, None]


@pytest.mark.parametrize(
    "calls", [(False, True), (True, None)], ids=["succeeded before", "is still on its way"]
)
def test_tool_of_which_no_later_call_succeeded_is_not_said_to_have_recovered(calls):
    assert [error.recovered for error in tool_calls(*calls).errors] == [None]


@pytest.mark.parametrize("arguments", [('{"a": 1}', '{"a": 2}'), (None, None)], ids=["other", "not kept"])
def test_call_that_is_not_known_to_have_the_same_arguments_is_no_later_attempt(arguments):
    assert [error.recovered for error in tool_calls(True, False, arguments=arguments).errors] == [None]


def test_retries_of_a_slow_request_are_one_error_with_it_though_their_lines_name_no_span():
    """Node's log lines."""
    ends = (10_000, 20_000, 32_000, 44_000)
    request = span("llm_request", 0, 44_000)
    runs = [
        child(request, "llm_request_run", end - 9_000, end, status={"code": 2, "message": "timed out"})
        for end in ends
    ]
    warnings = [
        log(
            "failed to generate LLM completion, retrying in 2000ms",
            end + 1,
            severity=13,
            attributes={"llm": "openai.LLM", "attempt": attempt},
        )
        for attempt, end in enumerate(ends[:3], start=1)
    ]

    [error] = built(request, *runs, *warnings).errors

    assert (error.kind, error.attempts, error.log_indexes) == ("llm", 4, (0, 1, 2))


def test_failures_of_different_requests_are_different_errors():
    one, two = failed_attempts(1, then_succeeds=True), failed_attempts(1, then_succeeds=True)

    assert len(built(one[0], *one[1], two[0], *two[1]).errors) == 2


def test_customers_own_failing_span_is_an_error():
    [error] = built(span("charge card", status={"code": 2, "message": "declined"})).errors

    assert (error.kind, error.message) == ("span", "declined")


def test_speech_to_text_fails_in_log_lines_only():
    lines = [
        log("session error: STTError", 0, severity=17),
        log(
            "failed to recognize speech: line drop, retrying",
            1,
            severity=13,
            attributes={"stt": "x", "attempt": 0},
        ),
    ]

    [error] = built(*lines).errors

    assert (error.kind, error.log_indexes, error.message) == ("stt", (0, 1), lines[1]["body"])


def test_error_lines_far_apart_are_errors_apart():
    assert len(built(log("a", 0, severity=17), log("b", 60_000, severity=17)).errors) == 2


def test_clients_failed_upload_is_a_tagged_line_and_no_error_of_the_agent():
    exporter = "opentelemetry.exporter.otlp.proto.http.trace_exporter"
    timeline = built(log("Failed to export span batch", severity=17, scope=exporter))

    assert ([line.kind for line in timeline.logs], timeline.errors) == (["upload"], ())
