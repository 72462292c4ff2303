"""What the page says of a failure, first and below."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from observability.pages.details import SpanPane, span_pane
from observability.pages.failure_words import FailureWords, failure_words
from observability.pages.transcript_lines import silence_line
from observability.pages.turn_details import turn_pane
from observability.queries.records import timeline_of
from observability.records import LogRecord, SpanRecord
from observability.timeline import span_details
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import session_args
from tests.timeline.sessions import built, child, event, log, span

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

CASES = json.loads(Path(__file__).with_name("failure_words.json").read_text())
OVERLOADED = "message='the model is overloaded', status_code=503, retryable=True"


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_the_message_of_an_error_is_read_apart_from_the_rest(case: dict[str, str]) -> None:
    assert failure_words(case["text"]) == FailureWords(case["words"], case["rest"])


def test_a_message_of_any_length_is_read_at_once() -> None:
    assert failure_words("message='" + "\\'" * 200_000).text.startswith("message='")
    assert len(failure_words("a: " * 200_000).text) == 600_000


def failed_tool(output: Any = "An internal error occurred", **fields: Any) -> SpanRecord:
    told = {"lk.function_tool.name": "look", "lk.function_tool.is_error": True, "error.type": "tool_error"}
    return span("function_tool", 0, 100, attributes={**told, "lk.pii.function_tool.output": output}, **fields)


def crash(ran: SpanRecord) -> LogRecord:
    attributes = {"exception.type": "RuntimeError", "exception.message": "backend is down"}
    body = "exception occurred while executing tool"
    return log(body, 99, severity=17, span_id=ran["span_id"], attributes=attributes)


def pane_of(ran: SpanRecord, *others: SpanRecord | LogRecord) -> SpanPane:
    timeline = built(ran, *others)
    drawn = next(span for span in timeline.spans if span.span_id == ran["span_id"])
    return span_pane(timeline, drawn, span_details(ran, [ran]))


def test_a_tool_that_failed_says_class_and_message_of_its_log_line_and_leads_to_it() -> None:
    ran = failed_tool()
    line = crash(ran)

    pane = pane_of(ran, line)

    assert pane.error.text == "RuntimeError: backend is down"
    assert pane.error_line == f"log-{built(ran, line).logs[0].key}"


def test_class_and_message_are_of_the_same_exception() -> None:
    ran = failed_tool()
    asked = child(ran, "GET", 2, 90, status={"code": 2, "message": "timed out"})
    asked["attributes"]["error.type"] = "httpx.ReadTimeout"

    assert pane_of(ran, asked, crash(ran)).error.text == "RuntimeError: backend is down"


def test_a_tool_that_failed_says_class_and_message_of_the_exception_on_its_span() -> None:
    told = {"exception.type": "ValueError", "exception.message": "room 4: no such room"}
    ran = failed_tool(events=[event("exception", 99, **told)])

    assert pane_of(ran).error.text == "ValueError: room 4: no such room"
    assert pane_of(ran).error_line == ""


def test_an_exception_that_span_and_log_line_tell_is_told_once() -> None:
    told = {"exception.type": "RuntimeError", "exception.message": "backend is down"}
    ran = failed_tool(events=[event("exception", 99, **told)])

    assert pane_of(ran, crash(ran)).error.text == "RuntimeError: backend is down"


def test_a_tool_that_told_the_model_why_it_failed_says_so_in_full() -> None:
    sentence = "The kitchen closes at ten, and nothing may be booked after half past nine: " * 9

    assert pane_of(failed_tool(sentence)).error.text == sentence


def test_a_failed_tool_with_an_output_that_is_no_text_says_it_as_it_is() -> None:
    assert pane_of(failed_tool({"code": 7})).error.text == '{"code": 7}'


def test_a_failed_tool_of_which_nothing_is_told_says_so() -> None:
    assert pane_of(failed_tool("")).error.text == "failed without a reason"


def test_a_turn_without_an_answer_says_the_message_first_and_the_rest_below() -> None:
    turned = span("user_turn", 0, 100, attributes={"lk.user_transcript": "Hello"})
    answer = span("agent_turn", 110, 200)
    request = child(answer, "llm_request", 120, 190, status={"code": 2, "message": OVERLOADED})
    timeline = built(turned, answer, request)
    [turn] = timeline.turns
    told = FailureWords("the model is overloaded", "status_code=503, retryable=True")

    line = silence_line(turn, timeline)

    assert (line.text, line.rest) == (told.text, told.rest)
    assert turn_pane(timeline, turn).problem == told
    assert span_pane(timeline, timeline.spans[-1], span_details(request, [request])).error == told


def test_the_details_of_a_failed_tool_lead_to_its_log_line(owner_client: Client, front_desk: Session) -> None:
    timeline = timeline_of(front_desk)
    failure = next(error for error in timeline.errors if error.kind == "tool")
    tool = next(span for span in timeline.spans if span.span_id == failure.span_ids[0])
    args = (*session_args(front_desk), tool.trace_id, tool.span_id)

    html = owner_client.get(reverse("observability:span-show", args=args)).content.decode()

    assert re.search(r'role="note">.*<span>RuntimeError: booking backend is down</span>', html)
    assert f'data-select="log-{timeline.logs[failure.log_indexes[0]].key}"' in html
