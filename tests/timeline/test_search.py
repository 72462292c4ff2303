import json
from typing import Any

import pytest

from observability.records import Record
from observability.timeline.search import Found, search
from observability.timeline.searchable import searchable_logs, searchable_spans
from tests.timeline.sessions import built, child, event, log, span


def found(wanted: str, *records: Record, most: int = 500, **how: Any) -> Found:
    timeline, needle = built(*records), wanted.lower()
    spans = [record for record in records if record["signal"] == "span"]
    things = [*searchable_spans(timeline, spans, needle), *searchable_logs(timeline, needle)]
    return search(things, needle, most=most, **how)


def places(wanted: str, *records: Record) -> list[tuple[str, str]]:
    """Title of the hit, and where in it the words stand."""
    return [(hit.title, hit.place) for hit in found(wanted, *records).hits]


def messages(*texts: str) -> str:
    return json.dumps([{"role": "user", "parts": [{"type": "text", "content": text}]} for text in texts])


def test_words_are_found_in_any_case() -> None:
    record = span("my_span", attributes={"note": "Grüezi, Frau ÖZTÜRK"})

    assert places("grÜezi", record) == places("özTürk", record) == [("my_span", "note")]


@pytest.mark.parametrize("wanted", ["<b>", "a.c", "50%", "x*", "(", "[a", "\\d", '"'])
def test_signs_stand_for_themselves(wanted: str) -> None:
    held = span("held", attributes={"note": f"so {wanted} it is"})
    other = span("other", attributes={"note": "abc 505 xx d"})

    assert [hit.title for hit in found(wanted, held, other).hits] == ["held"]


@pytest.mark.parametrize(
    "value",
    ["needle", ["hay", "needle"], {"held": ["needle"]}, '{"in": "needle"}', '["needle"]', {"needle": 1}],
    ids=["text", "list", "tree", "json", "json list", "name in a tree"],
)
def test_values_of_any_shape_are_searched(value: object) -> None:
    assert places("needle", span("s", attributes={"mine": value})) == [("s", "mine")]


def test_numbers_are_found_as_they_are_written() -> None:
    record = span("s", attributes={"tokens": 1278, "delay": 0.2606, "on": True, "none": None})

    assert places("127", record) == [("s", "tokens")]
    assert places("0.26", record) == [("s", "delay")]
    assert places("true", record) == places("none", record) == []


@pytest.mark.parametrize("wanted", ["Löwen", "said “yes”", 'a "suite"', "C:\\rooms"])
def test_what_json_escapes_is_found_as_it_was_said(wanted: str) -> None:
    escaped = json.dumps({"text": f"I {wanted} there"}, ensure_ascii=True)
    conversation = messages(f"I {wanted} there")

    assert places(wanted, span("s", attributes={"gen_ai.input.messages": conversation})) == [
        ("s", "gen_ai.input.messages")
    ]
    if '"' not in wanted and "\\" not in wanted:
        assert places(wanted, span("s", attributes={"mine": escaped})) == [("s", "mine")]


def test_names_labels_errors_and_exceptions_of_spans_are_searched() -> None:
    failed = {"code": 2, "message": "deadline passed"}
    raised = event("exception", **{"exception.message": "the pool is empty"})
    records = [
        span("function_tool", attributes={"lk.function_tool.name": "book_table"}),
        span("llm_request", attributes={"gen_ai.request.model": "omni-4"}),
        span("slow_span", status=failed),
        span("raising_span", events=[raised]),
    ]

    assert places("function_tool", *records) == places("book", *records) == [("function_tool book_table", "")]
    assert places("omni", *records) == [("llm_request omni-4", "")]
    assert [title for title, _place in places("deadline", *records)] == ["slow_span"]
    assert [title for title, _place in places("pool is empty", *records)] == ["raising_span"]


def test_messages_loggers_levels_and_attributes_of_log_lines_are_searched() -> None:
    line = log("table booked", 5, scope="desk.tables", severity_text="INFO", attributes={"guests": "Meier"})

    told = [places(wanted, line) for wanted in ("booked", "desk.", "info", "meier")]

    assert [place for [(_title, place)] in told] == ["", "logger", "level", "guests"]


def test_what_a_conversation_repeats_is_found_where_it_was_first_said() -> None:
    first = span("llm_request", 10, 20, attributes={"gen_ai.input.messages": messages("a sauna?")})
    second = span("llm_request", 30, 40, attributes={"gen_ai.input.messages": messages("a sauna?", "no")})
    third = span(
        "llm_request", 50, 60, attributes={"gen_ai.input.messages": messages("a sauna?", "Sauna, I said")}
    )

    assert [hit.at_ms for hit in found("sauna", third, second, first).hits] == [0, 40]


def test_a_call_is_named_before_the_requests_inside_it() -> None:
    node = span("llm_node", 0, 9, attributes={"lk.pii.chat_ctx": '{"items": [{"content": ["a sauna?"]}]}'})
    request = child(node, "llm_request", 0, 8, attributes={"gen_ai.input.messages": messages("a sauna?")})

    assert places("sauna", request, node) == [("llm_node", "lk.pii.chat_ctx")]


def test_the_wire_format_of_a_conversation_is_not_searched() -> None:
    record = span("llm_request", attributes={"gen_ai.input.messages": messages("hello")})

    assert places("content", record) == places("role", record) == places("user", record) == []


def test_settings_are_found_once_and_again_when_they_change() -> None:
    offered = [("before", ["book_table"]), ("same", ["book_table"]), ("after", ["book_table", "book_taxi"])]
    records = [
        span(name, at, at + 1, attributes={"job_id": "AJ_77", "lk.function_tools": tools})
        for at, (name, tools) in enumerate(offered)
    ]

    assert [title for title, _place in places("book_", *records)] == ["before", "after"]
    assert [title for title, _place in places("AJ_77", *records)] == ["before"]


def test_ids_are_found_by_the_whole_of_them() -> None:
    record = span("s", span_id="00bed0000000cafe")
    line = log("hello", span_id="00bed0000000cafe")

    assert [hit.kind for hit in found("00BED0000000cafe", record, line).hits] == ["span", "log"]
    assert places("bed", record, line) == []


def test_hits_come_by_time_and_tell_turn_and_key() -> None:
    late, early = span("late needle", 50, 60, trace_id="cd" * 16), span("early needle", 10, 20)
    between = log("needle", 30)

    hits = found("needle", late, between, early).hits

    assert [(hit.kind, hit.at_ms) for hit in hits] == [("span", 0), ("log", 20), ("span", 40)]
    assert [hit.key for hit in hits] == [
        f"{early['trace_id']}-{early['span_id']}",
        built(between).logs[0].key,
        f"{'cd' * 16}-{late['span_id']}",
    ]


def test_at_the_same_moment_a_call_comes_before_its_log_lines() -> None:
    hits = found("needle", log("needle", 10.2), span("needle", 14.0, 20)).hits

    assert [(hit.kind, hit.at_ms) for hit in hits] == [("span", 3.8), ("log", 0)]


def test_more_than_can_be_stepped_through_are_counted_and_not_told() -> None:
    records = [*(log("needle", at) for at in range(7)), *(span("needle", at, at + 1) for at in range(3))]

    result = found("needle", *records, most=4)

    assert len(result.hits) == 4
    assert result.totals == {"words": 0, "span": 3, "log": 7}


def test_kinds_that_were_not_asked_for_are_counted_only() -> None:
    result = found("needle", span("needle"), log("needle"), kinds={"log"})

    assert [hit.kind for hit in result.hits] == ["log"]
    assert result.totals == {"words": 0, "span": 1, "log": 1}


def test_an_excerpt_is_one_line_of_the_words_around() -> None:
    text = "x" * 300 + "\n\nthe   NEEDLE\tlies here\n" + "y" * 300

    [hit] = found("needle", log(text)).hits

    assert hit.excerpt.startswith("…xxx")
    assert " the NEEDLE lies here yyy" in hit.excerpt
    assert hit.excerpt.endswith("yyy…")
    assert len(hit.excerpt) < 200


def test_nesting_deeper_than_python_goes_is_no_fault() -> None:
    deep = "[" * 900 + json.dumps({"content": "needle"}) + "]" * 900

    assert places("needle", span("s", attributes={"gen_ai.input.messages": deep})) == [
        ("s", "gen_ai.input.messages")
    ]
    assert places("needle", span("s", attributes={"mine": "[" * 90_000 + "needle\\"})) == [("s", "mine")]
