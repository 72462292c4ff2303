"""Everything that was received of a session comes back, exactly and once."""

import pytest

from observability.queries.records import records_of
from tests.api.conftest import address
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "talk", "teammate"]

KINDS = [("spans", "span"), ("logs", "log"), ("metrics", "metric"), ("chat-items", "chat_item")]


def records(session, kind):
    return [record for record in records_of(session) if record["signal"] == kind]


@pytest.mark.parametrize(("thing", "kind"), KINDS)
@pytest.mark.parametrize("run", ["python/1.8.9_full", "node/1.9.0_full", "python/1.5.1"])
def test_captured_session_comes_back_as_it_was_received(replay, script, run, thing, kind):
    session = replay(run)

    page = script.get(address(session, thing)).json()

    assert page == {"results": records(session, kind), "next": None}


def test_span_has_every_field_that_others_rely_on(talk, script):
    spans = script.get(address(talk, "spans")).json()["results"]

    names = {"trace_id", "span_id", "parent_span_id", "name", "kind", "start_ns", "end_ns", "status"}
    assert all(
        names | {"attributes", "events", "links", "scope", "resource"} <= span.keys() for span in spans
    )
    assert all(isinstance(span["start_ns"], int) and span["start_ns"] > 10**18 for span in spans)


def test_log_has_every_field_that_others_rely_on(talk, script):
    logs = script.get(address(talk, "logs")).json()["results"]

    names = {
        "time_ns",
        "observed_ns",
        "severity_number",
        "severity_text",
        "body",
        "attributes",
        "scope",
        "resource",
    }
    assert all(names | {"trace_id", "span_id"} <= log.keys() for log in logs)


def test_what_was_sent_twice_comes_back_once(replay, script):
    session = replay("python/1.8.9_second_session")
    once = [script.get(address(session, thing)).json() for thing, _ in KINDS]

    replay("python/1.8.9_second_session")

    assert [script.get(address(session, thing)).json() for thing, _ in KINDS] == once


@pytest.mark.parametrize("limit", [1, 7, 10_000])
def test_pages_together_are_everything(talk, script, limit):
    pages = script.all_pages(address(talk, "spans") + f"?limit={limit}")

    assert [span for page in pages for span in page] == records(talk, "span")
    assert {len(page) for page in pages[:-1]} <= {limit}


@pytest.mark.parametrize(("thing", "kind"), KINDS[:3])
def test_paging_misses_nothing_that_arrives_meanwhile(replay, script, thing, kind):
    session = replay("python/1.8.9_full", requests=40)
    first = script.get(address(session, thing) + "?limit=5").json()

    replay("python/1.8.9_full")
    rest = script.all_pages(first["next"])

    found = [*first["results"], *[record for page in rest for record in page]]
    assert found == records(session, kind)


def test_spans_are_filtered_by_name_and_trace(talk, script):
    every = records(talk, "span")
    name, trace = every[0]["name"], every[-1]["trace_id"]

    by_name = script.get(address(talk, "spans") + f"?name={name}").json()["results"]
    by_trace = script.get(address(talk, "spans") + f"?trace_id={trace}").json()["results"]

    assert by_name == [span for span in every if span["name"] == name]
    assert by_trace == [span for span in every if span["trace_id"] == trace]


@pytest.mark.parametrize(("level", "least"), [("debug", 5), ("INFO", 9), ("warn", 13), ("error", 17)])
def test_logs_are_filtered_by_level_and_above(replay, script, level, least):
    session = replay("python/1.8.9_full")

    logs = script.get(address(session, "logs") + f"?level={level}").json()["results"]

    assert logs == [log for log in records(session, "log") if log["severity_number"] >= least]


def test_logs_are_searched_by_their_text(talk, script):
    every = records(talk, "log")
    word = str(every[0]["body"])[:12]

    logs = script.get(address(talk, "logs")).json()["results"]
    found = script.client.get(address(talk, "logs"), {"text": word.upper()}, headers=script.headers).json()[
        "results"
    ]

    assert logs == every
    assert found == [log for log in every if word.lower() in str(log["body"]).lower()]


def test_metrics_are_filtered_by_name(talk, script):
    name = records(talk, "metric")[0]["name"]

    points = script.get(address(talk, "metrics") + f"?name={name}").json()["results"]

    assert points == [point for point in records(talk, "metric") if point["name"] == name]


@pytest.mark.parametrize(
    "query", ["logs/?level=loud", "spans/?limit=0", "spans/?cursor=x", "spans/?cursor=-1"]
)
def test_bad_questions_are_refused_with_a_sentence(talk, script, query):
    answer = script.get(address(talk) + query)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")
    assert answer.json()["error"]["message"].endswith(".")


def test_cursor_behind_the_end_is_an_empty_page(talk, script):
    assert script.get(address(talk, "spans") + "?cursor=999999").json() == {"results": [], "next": None}


def test_timeline_is_the_snapshot_with_its_cursor(talk, script):
    answer = script.get(address(talk, "timeline")).json()

    assert (answer["id"], answer["cursor"]) == (str(talk.public_id), talk.cursor)
    assert {"session", "figures", "completeness", "turns", "transcript", "spans", "logs"} <= answer[
        "timeline"
    ].keys()


def test_transcript_keeps_the_items_of_the_sdk(talk, script):
    items = script.get(address(talk, "transcript")).json()["results"]

    uploaded = {record["item"]["id"] for record in records(talk, "chat_item")}
    assert uploaded <= {item["id"] for item in items}
    assert {"id", "type", "role", "text", "at_ms", "metrics", "tool_name", "arguments", "output"} <= items[
        0
    ].keys()
    assert items == script.get(address(talk, "timeline")).json()["timeline"]["transcript"]


def test_number_of_queries_does_not_depend_on_the_number_of_records(
    talk, replay, script, django_assert_num_queries
):
    long = replay("python/1.8.9_full")
    for session in (talk, long):
        script.get(address(session, "spans"))

    for session in (talk, long):
        with django_assert_num_queries(4):
            script.get(address(session, "spans"))


@pytest.mark.parametrize("thing", ["spans", "logs", "metrics", "chat-items"])
def test_an_empty_cursor_is_the_beginning(talk, script, thing):
    assert script.get(address(talk, thing) + "?cursor=").json() == script.get(address(talk, thing)).json()
