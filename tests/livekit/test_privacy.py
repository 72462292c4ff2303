"""The switches of Data and privacy: what is off is not stored, what is on is stored as it came."""

import copy
import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from observability.livekit.privacy import asks_for_redaction, permitted
from observability.records import Record
from tests.livekit.privacy_records import (
    CANARY,
    CONTENT_EVENTS,
    CONTENT_NAMES,
    EVERYTHING,
    NO_TRANSCRIPTS,
    chat_item,
    chat_log,
    header,
    log,
    metric,
    span,
)


def kept(records: Sequence[Record]) -> str:
    return json.dumps(permitted(records, NO_TRANSCRIPTS).records)


def test_with_everything_on_the_very_same_list_comes_back() -> None:
    records = [span({"lk.pii.user_input": CANARY}), chat_log({"message": {}}), metric()]

    result = permitted(records, EVERYTHING)

    assert result.records is records
    assert result.discarded == {}


def test_traces_off_drops_and_counts_spans_only() -> None:
    records = [span(), log("hello"), span(), metric(), header()]

    result = permitted(records, replace(EVERYTHING, traces=False))

    assert result.records == [records[1], records[3], records[4]]
    assert result.discarded == {"traces": 2}


def test_logs_off_keeps_report_chat_items_evaluations_tags_and_outcome() -> None:
    told = [
        log("session report", {"sdk_version": "1.8.9"}, scope="chat_history"),
        chat_log({"message": {"id": "item_one"}}),
        *[log(body, scope="evaluations") for body in ("evaluation", "tag", "outcome")],
    ]

    result = permitted(
        [log("hello"), *told, log("Bye", scope="livekit.agents")], replace(EVERYTHING, logs=False)
    )

    assert result.records == told
    assert result.discarded == {"logs": 2}


def test_transcripts_off_drops_and_counts_chat_items_of_both_uploads() -> None:
    report = log("session report", {"sdk_version": "1.8.9"}, scope="chat_history")

    result = permitted([chat_log({"message": {}}), chat_item({"id": "item_one"}), report], NO_TRANSCRIPTS)

    assert result.records == [report]
    assert result.discarded == {"transcript": 2}


@pytest.mark.parametrize("name", CONTENT_NAMES)
def test_transcripts_off_strips_content_under_its_names_of_all_generations(name: str) -> None:
    nested = json.dumps({"deep": [{name: CANARY}]}) if "pii" in name.lower() else "{}"
    records = [
        span({name: CANARY, "lk.e2e_latency": 0.5, "custom": nested}, repeated=[(name, CANARY)]),
        span(
            events=[
                {"name": "any", "time_ns": 1, "attributes": {"deep": {"$kvlist": [[name, CANARY], ["a", 1]]}}}
            ]
        ),
        log("hello", {name: CANARY, "custom": {"deep": [{name: CANARY}]}}),
        log("hello", scope="livekit.agents"),
        metric({name: CANARY}, details={"exemplars": [{"attributes": {name: CANARY}}]}),
    ]

    result = permitted(records, NO_TRANSCRIPTS).records

    assert CANARY not in json.dumps(result)
    assert result[0]["attributes"]["lk.e2e_latency"] == 0.5  # type: ignore[typeddict-item]
    assert result[3] is records[3]


@pytest.mark.parametrize("name", CONTENT_EVENTS)
def test_transcripts_off_removes_genai_content_events(name: str) -> None:
    content = {
        "name": f"gen_ai.{name}",
        "time_ns": 1,
        "attributes": {"content": CANARY, "tool_calls": [CANARY]},
    }
    other = {"name": "generation", "time_ns": 2, "attributes": {"lk.generation_id": "speech_one_1"}}

    [kept_span] = permitted([span(events=[content, other])], NO_TRANSCRIPTS).records

    assert kept_span["events"] == [other]  # type: ignore[typeddict-item]


def test_transcripts_off_takes_the_reasoning_out_of_an_evaluation_and_leaves_its_verdict() -> None:
    told = {"name": "brevity", "verdict": "fail", "reasoning": CANARY, "instructions": CANARY}

    [evaluation] = permitted(
        [log("evaluation", {"evaluation": told}, scope="evaluations")], NO_TRANSCRIPTS
    ).records

    assert evaluation["attributes"] == {"evaluation": {"name": "brevity", "verdict": "fail"}}  # type: ignore[typeddict-item]


def test_transcripts_off_cleans_report_summary_and_the_sdks_own_log_lines() -> None:
    options = {"session.options": {"keyterms": [CANARY], "stt_context_options": {"instructions": CANARY}}}
    summary = json.dumps({"user_turns": 3, "chat_history": {"items": [CANARY]}, "transcript": CANARY})
    records = [
        log("session report", options, scope="chat_history"),
        header(session_summary=summary),
        log("received user transcript", {"user_transcript": CANARY}, scope="livekit.agents"),
        log("executing tool", {"function": "book", "arguments": CANARY}, scope="livekit.agents"),
    ]

    assert CANARY not in kept(records)
    assert '{\\"user_turns\\": 3}' in kept(records)
    assert '"function": "book"' in kept(records)


def test_transcripts_off_leaves_names_of_rooms_and_exceptions_where_they_are() -> None:
    told = {
        "lk.pii.room_name": "lobby",
        "lk.pii.participant_identity": "guest",
        "exception.message": "no such room",
    }
    records = [span(told, status={"code": 2, "message": "no such room"})]

    assert permitted(records, NO_TRANSCRIPTS).records[0] is records[0]


def test_nothing_that_comes_in_is_ever_changed() -> None:
    records = [
        span({"lk.pii.user_input": CANARY, "note": {"pii": CANARY, "tel": ["+41 44 668 18 00"]}}),
        log("call +41 44 668 18 00", {"error": {"message": CANARY}}),
        chat_item({"type": "message", "content": ["jane@example.com"]}),
        header(room_name="lobby", session_summary='{"room": "lobby"}'),
    ]
    before = copy.deepcopy(records)

    permitted(records, replace(NO_TRANSCRIPTS, redaction=True))

    assert records == before


@pytest.mark.parametrize(
    "record",
    [
        span({"lk.redaction.enabled": True}),
        log("hello", {"lk.redaction.enabled": True}),
        metric({"lk.redaction.enabled": True}),
        log("hello") | {"scope": {"attributes": {"lk.redaction.enabled": True}}},
        log("hello", repeated=[("lk.redaction.enabled", True)]),
        span({"lk.redaction.enabled": "true"}),
        header(redaction_enabled=True),
    ],
)
def test_a_session_asks_for_redaction_on_any_of_its_records(record: Any) -> None:
    assert asks_for_redaction(record)


def test_a_session_that_says_nothing_or_no_does_not_ask_for_redaction() -> None:
    quiet = [
        span(),
        span({"lk.redaction.enabled": False}),
        header(redaction_enabled=False),
        chat_item({}),
        metric(),
    ]

    assert not any(map(asks_for_redaction, quiet))
