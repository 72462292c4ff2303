"""The list of sessions, and one session."""

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from observability.ingest.telemetry import accept_telemetry
from observability.models import Session
from observability.sessions.summary import refresh_summary
from tests.api.conftest import BASE, address
from tests.captured import captured
from tests.people import SessionFactory
from tests.sending import PROTOBUF, spans

FORMER_CURSOR = "MjAyNi0wMS0wMVQwMDowMDowMCAx"
"""A time without a zone, and a key."""


def test_session_has_all_that_lists_and_scripts_need(talk, script):
    fields = script.get(address(talk)).json()

    assert {name: fields[name] for name in ("id", "job_id", "room_id", "status", "end_signal")} == {
        "id": str(talk.public_id),
        "job_id": talk.job_id,
        "room_id": talk.room_id,
        "status": "ended",
        "end_signal": "recording",
    }
    assert fields["sdk"] == {"language": "python", "version": "1.8.9"}
    assert fields["counts"] == {
        "spans": talk.span_count,
        "logs": talk.log_count,
        "chat_items": talk.chat_item_count,
        "metric_points": talk.metric_point_count,
        "errors": talk.error_count,
        "duplicates": 0,
        "rejected": 0,
    }
    assert {signal: state["state"] for signal, state in fields["completeness"].items()} == dict.fromkeys(
        ["audio", "transcript", "traces", "logs", "metrics"], "received"
    )
    assert fields["duration_ms"] > 10_000
    assert fields["latency"]["e2e_p50_ms"] > 0
    assert fields["started_at"].startswith("2026-11-22T")


def test_list_shows_the_same_fields_as_the_session(talk, script):
    [row] = script.get(BASE).json()["results"]

    assert row.keys() == script.get(address(talk)).json().keys()
    assert row["completeness"].keys() == {"audio", "transcript", "traces", "logs", "metrics"}


def test_what_is_unknown_is_null(project, script):
    SessionFactory(project=project, started_ns=None, ended_ns=None)

    [row] = script.get(BASE).json()["results"]

    assert [row[name] for name in ("started_at", "ended_at", "duration_ms", "outcome", "turns")] == [None] * 5


def test_signal_that_was_switched_off_is_off_before_any_summary(project, script):
    SessionFactory(project=project, switched_off=["audio"], span_count=3)

    [row] = script.get(BASE).json()["results"]

    states = {signal: state["state"] for signal, state in row["completeness"].items()}
    assert states == {
        "audio": "off",
        "transcript": "expected",
        "traces": "received",
        "logs": "expected",
        "metrics": "expected",
    }


@pytest.mark.parametrize("limit", [1, 2, 5, 9])
def test_list_goes_page_by_page_from_the_newest(project, script, limit):
    """By the clock of the database too, as uploads leave it."""
    for number in range(5):
        SessionFactory(project=project, job_id=f"AJ_{number}")
    Session.objects.update(first_received_at=Now())

    pages = script.all_pages(f"{BASE}?limit={limit}")

    newest_first = ["AJ_4", "AJ_3", "AJ_2", "AJ_1", "AJ_0"]
    assert [[row["job_id"] for row in page] for page in pages] == [
        newest_first[start : start + limit] for start in range(0, 5, limit)
    ]


def test_session_that_comes_while_pages_are_read_repeats_no_row(project, script):
    SessionFactory.create_batch(3, project=project)
    first = script.get(BASE + "?limit=2").json()

    SessionFactory(project=project)
    second = script.get(first["next"]).json()

    assert len({row["id"] for row in first["results"] + second["results"]}) == 3
    assert second["next"] is None


@pytest.mark.parametrize(
    ("query", "jobs"),
    [
        ("status=live", ["AJ_live"]),
        ("agent=billing", ["AJ_billing"]),
        ("room=lobby", ["AJ_lobby"]),
        ("room=RM_lobby", ["AJ_lobby"]),
        ("text=lob", ["AJ_lobby"]),
        ("text=%00", ["AJ_billing", "AJ_live", "AJ_lobby"]),
        ("status=live&agent=billing", []),
        ("agent=%27%3B--", []),
    ],
)
def test_list_is_filtered(project, script, query, jobs):
    SessionFactory(project=project, job_id="AJ_live", status=Session.Status.LIVE)
    SessionFactory(project=project, job_id="AJ_billing", agent_name="billing")
    SessionFactory(project=project, job_id="AJ_lobby", room_name="lobby", room_id="RM_lobby")

    rows = script.get(f"{BASE}?{query}").json()["results"]

    assert sorted(row["job_id"] for row in rows) == jobs


def test_filters_hold_on_the_next_page(project, script):
    for _ in range(3):
        SessionFactory(project=project, agent_name="billing")
        SessionFactory(project=project)

    pages = script.all_pages(BASE + "?agent=billing&limit=2")

    assert [[row["agent_name"] for row in page] for page in pages] == [["billing"] * 2, ["billing"]]


@pytest.mark.parametrize(
    "query",
    [
        *("limit=0", "limit=-1", "limit=x", "limit=%D9%A3", "limit=1e3"),
        *("cursor=x", "cursor=AAAA", "cursor=-1", "cursor=1.5", "cursor=%D9%A3", "cursor=%00"),
        *(f"cursor={'9' * digits}" for digits in (19, 30, 5000)),
        f"cursor={FORMER_CURSOR}",
    ],
)
def test_bad_paging_is_refused_with_a_sentence(script, query):
    answer = script.get(f"{BASE}?{query}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


@pytest.mark.parametrize("path", [BASE, BASE + "?status=ended&text=room"])
def test_three_sessions_cost_as_many_queries_as_one(project, script, path):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert script.get(path).status_code == 200
        return len(captured)

    SessionFactory(project=project)
    script.get(path)
    with_one = queries()
    SessionFactory.create_batch(2, project=project)

    assert (with_one, queries()) == (3, 3)


def test_counts_are_those_of_the_records_that_can_be_read(project, script):
    now = timezone.now()
    for names, first_id in ((["user_turn", "llm_node"], 1), (["llm_node", "tts_node"], 2)):
        accept_telemetry(project, "traces", spans(*names, first_id=first_id), PROTOBUF, now=now)
    chat_items = [request for request in captured("python/1.8.9_full") if request.signal == "logs"][-1]
    accept_telemetry(project, "logs", chat_items.inflated, chat_items.content_type, now=now)

    for session in Session.objects.for_project(project):
        counts = script.get(address(session)).json()["counts"]
        for name in ("spans", "logs"):
            records = script.get(address(session, name)).json()["results"]
            assert (name, counts[name]) == (name, len(records))
    refresh_summary(session.pk)
    [row] = [row for row in script.get(BASE).json()["results"] if row["id"] == str(session.public_id)]
    assert row["counts"] == counts
