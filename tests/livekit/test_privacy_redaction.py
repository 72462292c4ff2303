"""Redaction: nothing that a session's owner asked to hide reaches the first write."""

import json
from typing import Any

import pytest

from observability.livekit.privacy import permitted
from observability.livekit.privacy.names import BARE_IDENTITIES, IDENTITY_NAMES, SDK_LOG_CONTENT
from tests.livekit.privacy_records import (
    CANARY,
    CONTENT_EVENTS,
    CONTENT_NAMES,
    HIDDEN,
    IDENTITIES,
    PHONE,
    REDACTING,
    TOLD,
    chat_item,
    chat_log,
    header,
    log,
    metric,
    redacted,
    span,
    stored,
)


@pytest.mark.parametrize("name", CONTENT_NAMES + IDENTITIES)
def test_content_and_identities_go_under_all_their_names_wherever_they_stand(name: str) -> None:
    nested = {"deep": [{"$kvlist": [[name, CANARY], [name, CANARY]]}, {name: {"text": CANARY}}]}
    inside = [{"name": "any", "time_ns": 1, "attributes": {name: CANARY}, "repeated": [(name, CANARY)]}]
    hidden = stored(
        span(
            {
                name: CANARY,
                "nested": nested,
                "json": json.dumps(nested),
                "lk.json": json.dumps({"pii": CANARY}),
            }
        ),
        span(events=inside, links=inside, scope={"attributes": {name: CANARY}}, repeated=[(name, CANARY)]),
        log("hello", {name: CANARY, "nested": nested}, resource={"attributes": {name: CANARY}}),
        log({name: CANARY}, scope="livekit.agents"),
        metric({name: CANARY}, details={"exemplars": [{"attributes": {name: CANARY}}]}),
        chat_item({"type": "message", "content": ["hi", {name: CANARY}], "extra": {name: CANARY}}),
        header(session_summary=json.dumps({"job_id": "AJ_one", name: CANARY})),
    )

    assert CANARY not in hidden
    assert "AJ_one" in hidden


def test_what_langfuse_is_told_is_no_way_round() -> None:
    """Agents hand it the room's name as the session, with the caller's number in it, and any metadata."""
    told = {
        "langfuse.session.id": CANARY,
        "langfuse.user.id": CANARY,
        "langfuse.trace.metadata": json.dumps({"note": TOLD, "customer_name": CANARY}),
        "langfuse.observation.completion_start_time": '"2026-11-29T10:00:00.123456+00:00"',
    }

    [kept] = redacted(span(told))

    assert CANARY not in str(kept)
    assert PHONE not in str(kept)
    started = "langfuse.observation.completion_start_time"
    assert kept["attributes"][started] == told[started]


@pytest.mark.parametrize("name", CONTENT_EVENTS)
def test_content_events_go(name: str) -> None:
    content = {
        "name": f"gen_ai.{name}",
        "time_ns": 1,
        "attributes": {"content": CANARY, "tool_calls": [CANARY]},
    }

    assert CANARY not in stored(span(events=[content]))


@pytest.mark.parametrize("name", sorted(SDK_LOG_CONTENT | IDENTITY_NAMES | BARE_IDENTITIES))
def test_the_sdks_own_log_lines_lose_their_content_under_bare_names_too(name: str) -> None:
    assert CANARY not in stored(log("executing tool", {name: CANARY}, scope="livekit.plugins.silero"))


def test_exceptions_keep_their_type_and_lose_message_and_stack() -> None:
    raised = {"exception.type": "ValueError", "exception.message": CANARY, "exception.stacktrace": CANARY}
    serialised = {"type": "APIError", "message": CANARY, "stack": CANARY}
    event = {"name": "exception", "time_ns": 1, "attributes": raised}

    failed, logged, node = redacted(
        span(raised, events=[event], status={"code": 2, "message": CANARY}),
        log("failed", raised),
        log("failed", {"error": json.dumps(serialised), "err": serialised}),
    )

    clean = {"exception.type": "ValueError", "exception.message": "exception details redacted"}
    assert failed["attributes"] == failed["events"][0]["attributes"] == logged["attributes"] == clean
    assert failed["status"] == {"code": 2, "message": "exception details redacted"}
    assert node["attributes"]["err"] == {"type": "APIError", "message": "exception details redacted"}
    assert json.loads(node["attributes"]["error"]) == node["attributes"]["err"]


@pytest.mark.parametrize(
    ("item", "field"),
    [
        ({"id": "item_one", "type": "message", "role": "user", "content": [TOLD, {"text": TOLD}]}, "content"),
        ({"id": "item_one", "type": "function_call", "name": "book", "arguments": TOLD}, "arguments"),
        ({"id": "item_one", "type": "function_call", "name": "book", "args": {"note": TOLD}}, "args"),
        ({"id": "item_one", "type": "function_call_output", "output": TOLD, "isError": False}, "output"),
        ({"id": "item_one", "type": "message", "something_new": TOLD}, "something_new"),
    ],
)
def test_chat_items_of_all_generations_are_scrubbed_in_both_uploads(item: dict[str, Any], field: str) -> None:
    kind = item["type"]

    uploaded, logged, camel = redacted(
        chat_item(item),
        chat_log({kind: item}),
        chat_log({{"function_call": "functionCall"}.get(kind, kind): item}),
    )

    assert uploaded["item"] == logged["attributes"]["chat.item"][kind]
    assert uploaded["item"] | {field: None} == item | {field: None}
    assert HIDDEN in json.dumps(uploaded["item"][field])
    assert PHONE not in json.dumps(camel)


def test_tool_arguments_in_json_are_read_and_their_personal_fields_hidden_whole() -> None:
    arguments = json.dumps(
        {"guest_name": "Jane Roe", "phoneNumber": 5551234567, "nights": 3, "when": 1795338055123}
    )

    [call] = redacted(chat_item({"type": "function_call", "arguments": arguments}))

    assert json.loads(call["item"]["arguments"]) == {
        "guest_name": "[redacted]",
        "phoneNumber": "[redacted]",
        "nights": 3,
        "when": 1795338055123,
    }


def test_a_room_is_hidden_where_it_is_livekits_and_kept_where_it_is_a_tools() -> None:
    scope = {"name": "chat_history", "attributes": {"room": CANARY, "room_id": "RM_one"}}
    booked = {"type": "function_call", "arguments": '{"room": "double"}'}

    report, item = redacted(span(scope=scope), chat_item(booked))

    assert report["scope"] == {"name": "chat_history", "attributes": {"room_id": "RM_one"}}
    assert item["item"] == booked


def test_ids_and_times_that_machines_wrote_are_not_taken_for_numbers_that_people_said() -> None:
    record = span(
        {"lk.provider_request_ids": ["chatcmpl_655979772378"], "gen_ai.response.id": "chatcmpl_655979772378"}
    )

    assert redacted(record)[0] is record


def test_numbers_as_long_as_telephone_numbers_go_even_where_they_are_no_text() -> None:
    [call] = redacted(chat_item({"type": "function_call_output", "output": {"value": [5551234567, 42, 1.5]}}))

    assert call["item"]["output"] == {"value": ["[number]", 42, 1.5]}


def test_instructions_of_a_configuration_update_go() -> None:
    assert CANARY not in stored(chat_item({"type": "agent_config_update", "instructions": CANARY}))


def test_the_structure_of_a_chat_item_stays_exactly() -> None:
    item = {
        "id": "item_1234567890",
        "type": "message",
        "role": "user",
        "content": ["Hello"],
        "created_at": 1795338055.123,
        "metrics": {"started_speaking_at": "2026-11-22T08:34:03.834397440Z", "e2e_latency": 0.5},
    }
    record = chat_item(item)

    assert redacted(record)[0] is record


def test_log_lines_are_scrubbed_in_body_and_fields() -> None:
    fields = {
        "caller": PHONE,
        "note": TOLD,
        "nested": {"to": [PHONE]},
        "turns": 12,
        "speech_id": "speech_1234567890",
    }

    [line] = redacted(log(TOLD, fields))

    assert line["body"] == HIDDEN
    assert line["attributes"] == {
        "caller": "[redacted]",
        "note": HIDDEN,
        "nested": {"to": ["[phone]"]},
        "turns": 12,
        "speech_id": "speech_1234567890",
    }


def test_evaluations_tags_and_outcome_keep_verdicts_without_the_words() -> None:
    told = {"name": "brevity", "verdict": "fail", "reasoning": CANARY, "instructions": CANARY}

    evaluation, tag, outcome = redacted(
        log("evaluation", {"evaluation": told}, scope="evaluations"),
        log(
            "tag", {"tag": {"name": f"caller:{PHONE}", "metadata": {"email": "a@b.ch"}}}, scope="evaluations"
        ),
        log("outcome", {"outcome": {"outcome": "fail", "reason": TOLD}}, scope="evaluations"),
    )

    assert evaluation["attributes"]["evaluation"] == {"name": "brevity", "verdict": "fail"}
    assert tag["attributes"]["tag"] == {"name": "caller:[phone]", "metadata": {"email": "[redacted]"}}
    assert outcome["attributes"]["outcome"] == {"outcome": "fail", "reason": HIDDEN}


def test_the_recording_header_loses_the_rooms_name_and_the_summary_what_it_tells() -> None:
    summary = {"job_id": "AJ_one", "room": CANARY, "tags": [f"caller:{PHONE}"], "timestamp": 1795338055.5}

    [clean] = redacted(
        header(room_name=CANARY, room_tags={"from": PHONE}, session_summary=json.dumps(summary))
    )

    assert clean == header(
        room_tags={"from": "[phone]"},
        session_summary='{"job_id": "AJ_one", "tags": ["caller:[phone]"], "timestamp": 1795338055.5}',
    )


def test_what_cannot_be_read_is_hidden_rather_than_trusted() -> None:
    [line] = redacted(
        log(
            "hello",
            {"cut": '{"lk.pii.name": "canar', "twice": '{"a": "x", "a": "y"}', "raw": {"$bytes": "eA=="}},
        )
    )

    assert line["attributes"] == {"cut": "[redacted]", "twice": "[redacted]", "raw": "[bytes]"}


def test_records_with_nothing_to_hide_are_the_very_same_and_not_counted() -> None:
    records = [
        span({"lk.e2e_latency": 0.5, "lk.speech_id": "speech_1234567890"}),
        metric({"model_name": "m-1"}),
    ]

    result = permitted([*records, log(PHONE)], REDACTING)

    assert [result.records[0], result.records[1]] == records
    assert result.records[0] is records[0]
    assert result.discarded == {"redacted": 1}
