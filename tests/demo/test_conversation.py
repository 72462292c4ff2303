"""What is said in the demo sessions is the same in spans, transcript and report."""

import json
from itertools import pairwise
from typing import Any

import pytest

from tests.demo.told import Told, attributes_of, value_of

NS_PER_S = 1_000_000_000


def ns(unix_s: float) -> int:
    """To the microsecond, which is what a double holds of a unix time."""
    return round(unix_s * 1_000_000) * 1000


def lines(demo: Told, role: str) -> list[dict[str, Any]]:
    return [item for item in demo.items if item["type"] == "message" and item["role"] == role]


def test_the_transcript_is_in_order(demo: Told) -> None:
    created = [item["created_at"] for item in demo.items]
    spoken = [item["metrics"]["started_speaking_at"] for item in demo.items if item["type"] == "message"]

    assert created == sorted(created)
    assert spoken == sorted(spoken)


def test_item_ids_are_unique(demo: Told) -> None:
    ids = [item["id"] for item in demo.items]

    assert len(ids) == len(set(ids))


def test_a_caller_line_begins_and_ends_with_its_speaking_spans(demo: Told) -> None:
    spans = {one.span_id: one for one in demo.named("user_turn")}
    speaking = [one for one in demo.named("user_speaking") if one.parent_span_id in spans]

    for item, turn in zip(lines(demo, "user"), demo.named("user_turn"), strict=True):
        stretches = [one for one in speaking if one.parent_span_id == turn.span_id]
        assert item["content"] == [attributes_of(turn.attributes)["lk.pii.user_transcript"]]
        assert ns(item["metrics"]["started_speaking_at"]) == stretches[0].start_time_unix_nano // 1000 * 1000
        assert ns(item["metrics"]["stopped_speaking_at"]) == stretches[-1].end_time_unix_nano // 1000 * 1000


def test_an_agent_line_is_spoken_from_end_to_end_of_one_span(demo: Told) -> None:
    for item, span in zip(lines(demo, "assistant"), demo.named("agent_speaking"), strict=True):
        assert ns(item["metrics"]["started_speaking_at"]) == span.start_time_unix_nano // 1000 * 1000
        assert ns(item["metrics"]["stopped_speaking_at"]) == span.end_time_unix_nano // 1000 * 1000


def test_nobody_speaks_over_anybody_but_in_the_interruption(demo: Told) -> None:
    speaking = demo.named("user_speaking", "agent_speaking")
    overlaps = [
        (one.name, next_one.name)
        for one, next_one in pairwise(speaking)
        if next_one.start_time_unix_nano < one.end_time_unix_nano
    ]

    assert overlaps == ([("agent_speaking", "user_speaking")] if demo.script.name == "front_desk" else [])


def test_logged_items_are_those_of_the_chat_history(demo: Told) -> None:
    logged = [next(iter(one["chat.item"].values()))["id"] for one in demo.bodies("chat_history", "chat item")]

    assert logged == [item["id"] for item in demo.items]


def test_the_interrupted_line_holds_what_was_heard(front_desk: Told) -> None:
    (cut,) = [item for item in lines(front_desk, "assistant") if item["interrupted"]]
    (turn,) = [
        one for one in front_desk.named("agent_turn") if attributes_of(one.attributes)["lk.interrupted"]
    ]
    attributes = attributes_of(turn.attributes)

    assert cut["content"] == [attributes["lk.pii.response.text"]]
    assert cut["content"][0].endswith("a list of your")
    assert attributes["lk.playout.position"] == pytest.approx(7.42)


def test_the_handoff_changes_who_answers(front_desk: Told) -> None:
    agents = [attributes_of(one.attributes)["gen_ai.agent.name"] for one in front_desk.named("agent_turn")]
    (handoff,) = front_desk.named("update_agent")

    assert sorted(set(agents), key=agents.index) == ["receptionist", "billing"]
    assert attributes_of(handoff.attributes)["lk.agent_label"] == "billing"


def test_the_slow_answer_has_a_tool_that_was_called_twice(front_desk: Told) -> None:
    turns = front_desk.named("agent_turn")
    latencies = {one.span_id: attributes_of(one.attributes).get("lk.e2e_latency", 0) for one in turns}
    slowest = max(latencies, key=lambda span_id: latencies[span_id])
    tools = [one for one in front_desk.named("function_tool") if one.parent_span_id == slowest]
    calls = [attributes_of(one.attributes) for one in tools]

    assert latencies[slowest] > 4
    assert [(one["lk.function_tool.name"], one["lk.function_tool.is_error"]) for one in calls] == [
        ("find_slots", True),
        ("find_slots", False),
    ]


def test_ordinary_answers_come_within_a_second_or_so(front_desk: Told) -> None:
    turns = [attributes_of(one.attributes) for one in front_desk.named("agent_turn")]
    usual = sorted(one["lk.e2e_latency"] for one in turns if "lk.e2e_latency" in one)

    assert usual[0] > 0.6
    assert usual[len(usual) // 2] < 1.2
    assert len(set(usual)) > 10


def test_one_question_stays_unanswered_because_the_model_failed(parcel_line: Told) -> None:
    (failed,) = [one for one in parcel_line.named("agent_turn") if one.status.code == 2]
    attempts = [one for one in parcel_line.named("llm_request_run") if one.status.code == 2]

    assert failed.status.message == "failed to generate LLM completion after 3 attempts"
    assert "lk.e2e_latency" not in attributes_of(failed.attributes)
    assert [attributes_of(one.attributes)["lk.retry_count"] for one in attempts] == [0, 1, 2]


def test_a_crashed_tool_tells_the_caller_little_and_the_log_everything(parcel_line: Told) -> None:
    (tool,) = parcel_line.named("function_tool")
    (crash,) = [
        attributes_of(record.attributes)
        for _, record in parcel_line.logs
        if value_of(record.body) == "exception occurred while executing tool"
    ]

    assert attributes_of(tool.attributes)["lk.pii.function_tool.output"] == "An internal error occurred"
    assert crash["exception.message"] == "tracking answered 502 Bad Gateway"


def test_runtime_logs_have_all_levels(demo: Told) -> None:
    levels = {
        record.severity_text for scope, record in demo.logs if scope not in ("chat_history", "evaluations")
    }

    assert levels >= {"DEBUG", "INFO", "WARN"}
    assert ("ERROR" in levels) is (demo.script.name == "parcel_line")


@pytest.mark.parametrize(
    ("name", "outcome", "verdicts"),
    [("front_desk", "success", ["pass", "maybe", "pass"]), ("parcel_line", "fail", ["fail", "pass"])],
)
def test_judges_and_outcome_agree_with_the_story(
    name: str, outcome: str, verdicts: list[str], request: Any
) -> None:
    demo: Told = request.getfixturevalue(name)

    (told,) = demo.bodies("evaluations", "outcome")
    judged = demo.bodies("evaluations", "evaluation")
    (report,) = demo.bodies("chat_history", "session report")

    assert told["outcome"]["outcome"] == outcome
    assert [one["evaluation"]["verdict"] for one in judged] == verdicts
    assert f"lk.{outcome}" in report["session.tags"]
    assert report["session.tags"] == json.loads(demo.header.session_summary)["tags"]


def test_token_counts_are_the_same_in_spans_points_and_report(demo: Told) -> None:
    judges = {one.span_id for one in demo.named("judge_evaluation")}
    requests = [
        one for one in demo.named("llm_request") if one.parent_span_id not in judges and one.status.code == 0
    ]
    used = sum(attributes_of(one.attributes)["gen_ai.usage.input_tokens"] for one in requests)
    counted = sum(point.as_int for point in demo.counts("lk.agents.usage.llm_input_tokens"))
    (report,) = demo.bodies("chat_history", "session report")

    assert used == counted == report["usage"][0]["input_tokens"]


def test_no_model_is_given_what_was_said_later(demo: Told) -> None:
    spoken = {text for item in lines(demo, "user") for text in item["content"]}
    created = {item["content"][0]: item["created_at"] for item in lines(demo, "user")}

    for span in demo.named("llm_request"):
        messages = json.loads(attributes_of(span.attributes)["gen_ai.input.messages"])
        texts = [
            part["content"] for message in messages for part in message["parts"] if part["type"] == "text"
        ]
        known = [text for text in texts if text in spoken]
        assert all(created[text] <= span.start_time_unix_nano / NS_PER_S for text in known)
