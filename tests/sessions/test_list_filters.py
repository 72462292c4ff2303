"""What the list of sessions can be asked for, by the page and by the API alike."""

import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from observability.models import ErrorFact, ModelFact, Recording, Session, SessionFact, ToolFact, VerdictFact
from observability.queries.session_filters import FILTERS
from projects.models import Project
from tests.api.conftest import BASE, Script, script
from tests.pages.conftest import front_desk, replay
from tests.pages.reading import HTMX, words
from tests.people import SessionFactory

__all__ = ["front_desk", "replay", "script"]

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def odd_one(project: Project) -> Session:
    """Beside it another one, of which nothing of all this is true."""
    SessionFactory(project=project, job_id="AJ_other", started_ns=1)
    odd = SessionFactory(
        project=project,
        job_id="AJ_odd",
        agent_name="odd",
        room_name="odd room",
        participant="caller-7",
        sdk_version="1.9.0",
        status="lost",
        slowest_answer_ms=1501,
        error_count=2,
        imported_at=NOON,
        first_received_at=NOON,
    )
    having_facts(odd)
    return odd


def having_facts(session: Session) -> None:
    of: dict[str, Any] = {
        "project_id": session.project_id,
        "session": session,
        "expires_at": session.expires_at,
    }
    VerdictFact.objects.create(kind="outcome", name="fail", **of)
    VerdictFact.objects.create(kind="tag", name="vip", **of)
    ModelFact.objects.create(type="llm", model="gpt-x", **of)
    VerdictFact.objects.create(kind="evaluation", name="task: done", verdict="fail", **of)
    for status in ("ok", "failed"):
        ToolFact.objects.create(name="refund", status=status, start_ns=0, **of)
    ErrorFact.objects.create(kind="llm", error_type="APIError", source="span", at_ns=0, attempts=1, **of)
    ones = dict.fromkeys(
        ["turns", "unanswered", "interrupted", "preempted", "tool_calls", "tool_failures"], 1
    )
    SessionFact.objects.create(answer_times=b"", **ones, **of)
    Recording.objects.create(session=session, revision=1, sha256="a", size_bytes=1, name="x", place="storage")


FOUND_BY = [
    *(
        "agent=odd",
        "room=odd+room",
        "participant=caller-7",
        "sdk=1.9.0",
        "status=lost",
        "text=odd",
        "search=odd",
    ),
    *("slow=1500", "errors=yes", "imported=yes", "audio=yes", "outcome=fail", "tag=vip", "tool=refund"),
    *("model=gpt-x", "from=2026-11-20&to=2026-11-20", "from=2026-11-20T11:59:59Z&to=2026-11-20T12:00:01Z"),
    "tool=refund&errors=yes&tag=vip&sort=longest",
    *("error=llm", "error=llm:APIError", "failed_tool=refund", "evaluation=task:+done:fail"),
    *("interrupted=yes", "unanswered=yes", "preempted=yes", "counted=yes"),
]
NOT_FOUND_BY = [
    *(
        "slow=1501",
        "errors=no",
        "imported=no",
        "audio=no",
        "tag=fail",
        "outcome=vip",
        "tool=vip",
        "model=gpt",
    ),
    *("from=2026-11-21", "to=2026-11-19", "status=live", "within=1h", "simulated=yes"),
    *("error=tts", "error=llm:", "error=llm:Other", "failed_tool=other", "evaluation=task:pass"),
    *("evaluation=task:+done:pass", "interrupted=no", "unanswered=no", "preempted=no", "counted=no"),
]


@pytest.mark.parametrize("query", FOUND_BY)
def test_a_session_is_found_by_what_is_true_of_it(odd_one: Session, script: Script, query: str) -> None:
    assert [row["job_id"] for row in script.get(f"{BASE}?{query}").json()["results"]] == ["AJ_odd"]


@pytest.mark.parametrize("query", NOT_FOUND_BY)
def test_a_session_is_not_found_by_what_is_not(odd_one: Session, script: Script, query: str) -> None:
    assert "AJ_odd" not in [row["job_id"] for row in script.get(f"{BASE}?{query}").json()["results"]]


def test_every_filter_is_tried_here() -> None:
    tried = {part.split("=")[0] for query in FOUND_BY + NOT_FOUND_BY for part in query.split("&")}

    assert {each.name for each in FILTERS} - tried == {"q"}


def test_the_page_finds_the_same_as_the_api(odd_one: Session, owner_client: Client, script: Script) -> None:
    for query in FOUND_BY + NOT_FOUND_BY:
        rows = owner_client.get(f"{reverse('observability:session-rows', args=['acme'])}?{query}").context[
            "groups"
        ]
        shown = {str(row.public_id) for group in rows for row in group.rows}

        assert shown == {row["id"] for row in script.get(f"{BASE}?{query}").json()["results"]}, query


def test_simulated_sessions_are_shown_to_those_who_ask(project: Project, script: Script) -> None:
    SessionFactory(project=project, job_id="AJ_real")
    SessionFactory(project=project, job_id="AJ_simulated", is_simulated=True)

    found = {
        query: [row["job_id"] for row in script.get(f"{BASE}?simulated={query}").json()["results"]]
        for query in ("", "yes", "any")
    }

    assert found == {"": ["AJ_real"], "yes": ["AJ_simulated"], "any": ["AJ_simulated", "AJ_real"]}


A_MOMENT = "a day or a time, such as 2026-11-28 or 2026-11-28T14:30:00Z"
BAD = [
    ("status=nonsense", "status is one of live, ended, lost, not “nonsense”."),
    ("errors=2", "errors is one of yes, no, not “2”."),
    ("slow=-1", "slow is a whole number of milliseconds, such as 1500, not “-1”."),
    ("slow=9999999999", "slow is a whole number of milliseconds, such as 1500, not “9999999999”."),
    ("within=8d", "within is one of 1h, 24h, 7d, 30d, not “8d”."),
    ("sort=prettiest", "sort is one of newest, longest, slowest, errors, not “prettiest”."),
    ("agent=" + "x" * 10_001, f"agent is at most 10000 characters long, not “{'x' * 40}…”."),
    *(
        (f"from={value}", f"from is {A_MOMENT}, not “{value.replace('%2B', '+')}”.")
        for value in ("yesterday", "2026-13-40", "0001-01-01T00:00:00%2B12:00", "2026-11-28T25:00")
    ),
    ("to=9999-12-31", f"to is {A_MOMENT}, not “9999-12-31”."),
]


@pytest.mark.parametrize(("query", "sentence"), BAD)
def test_a_bad_value_is_refused_by_the_api_with_a_sentence(
    project: Project, script: Script, query: str, sentence: str
) -> None:
    answer = script.get(f"{BASE}?{query}")

    assert (answer.status_code, answer.json()["error"]["message"]) == (400, sentence)


@pytest.mark.parametrize(("query", "sentence"), BAD)
def test_the_page_says_so_and_leaves_it_out(
    session: Session, owner_client: Client, query: str, sentence: str
) -> None:
    page = owner_client.get(f"{reverse('observability:session-list', args=['acme'])}?{query}")
    rows = reverse("observability:session-rows", args=["acme"])
    refreshed = owner_client.get(f"{rows}?{page.context['refresh_query']}")

    for answer in (page, refreshed):
        assert sentence in words(answer)
        assert session.room_name in words(answer)


def test_days_are_those_of_the_reader(project: Project, owner_client: Client) -> None:
    SessionFactory(
        project=project, first_received_at=datetime(2026, 11, 19, 23, 30, tzinfo=UTC), room_name="late call"
    )
    address = reverse("observability:session-rows", args=["acme"]) + "?from=2026-11-20&to=2026-11-20"
    in_utc = words(owner_client.get(address))

    owner_client.cookies["time_zone"] = "Europe/Berlin"

    assert "late call" not in in_utc
    assert "late call" in words(owner_client.get(address))


@pytest.mark.parametrize("sort", ["newest", "longest", "slowest", "errors"])
@pytest.mark.parametrize("limit", [1, 2, 3, 7])
def test_pages_of_every_order_go_on_where_the_last_one_ended(
    project: Project, script: Script, sort: str, limit: int
) -> None:
    """Though three have the same figure, and one comes while pages are read."""
    for figure in (5, 0, 7, 5, 0, 5):
        SessionFactory(project=project, length_ms=figure, slowest_answer_ms=figure, error_count=figure)
    rows = Session.objects.filter(project=project)
    figures = sorted(
        rows, key=lambda each: (0 if sort == "newest" else each.length_ms, each.pk), reverse=True
    )

    first = script.get(f"{BASE}?sort={sort}&limit={limit}").json()
    SessionFactory(project=project, length_ms=9, slowest_answer_ms=9, error_count=9)
    later = script.all_pages(first["next"]) if first["next"] else []

    shown = first["results"] + [row for page in later for row in page]
    assert [row["id"] for row in shown] == [str(each.public_id) for each in figures]


@pytest.mark.parametrize("cursor", ["5", "5-", "-5", "5-5-5", "x-1", "1-" + "9" * 19])
def test_a_cursor_of_another_order_is_refused(project: Project, script: Script, cursor: str) -> None:
    assert script.get(f"{BASE}?sort=longest&cursor={cursor}").json()["error"]["code"] == "invalid"


def test_filters_that_are_set_can_be_taken_away_one_by_one(odd_one: Session, owner_client: Client) -> None:
    page = owner_client.get(
        reverse("observability:session-list", args=["acme"]),
        {"agent": "odd", "slow": "1500", "sort": "longest"},
    )

    chips = {chip.label: (chip.value, chip.query_without) for chip in page.context["chips"]}
    assert chips == {
        "Agent": ("odd", "slow=1500&sort=longest"),
        "Slower than": ("1500 ms", "agent=odd&sort=longest"),
    }
    assert "Clear all" in words(page)


def test_an_empty_list_says_which_filter_is_in_the_way(odd_one: Session, owner_client: Client) -> None:
    page = owner_client.get(
        reverse("observability:session-list", args=["acme"]),
        {"agent": "odd", "errors": "yes", "tag": "nobody"},
    )

    assert [chip.label for chip in page.context["loosen"]] == ["Tag"]
    assert "Without Tag: nobody" in words(page)


def test_a_project_with_simulated_sessions_alone_is_not_called_empty(
    project: Project, owner_client: Client
) -> None:
    SessionFactory(project=project, is_simulated=True)

    page = words(owner_client.get(reverse("observability:session-list", args=["acme"])))

    assert "Show simulated sessions" in page
    assert "No session has arrived yet" not in page


def test_whoever_changes_a_filter_has_it_in_the_address(odd_one: Session, owner_client: Client) -> None:
    headers = HTMX | {"HX-Trigger": "session-filters"}

    answer = owner_client.get(
        reverse("observability:session-rows", args=["acme"]),
        {"agent": "odd", "room": "", "sort": ""},
        headers=headers,
    )

    assert (
        answer.headers["HX-Replace-Url"]
        == reverse("observability:session-list", args=["acme"]) + "?agent=odd"
    )


def test_the_list_brings_itself_up_to_date_with_its_filters(odd_one: Session, owner_client: Client) -> None:
    page = owner_client.get(
        reverse("observability:session-list", args=["acme"]), {"agent": "odd", "sort": "longest"}
    )

    assert 'hx-get="/projects/acme/sessions/rows/?agent=odd&amp;sort=longest"' in page.content.decode()


def test_names_that_were_seen_lately_are_suggested(odd_one: Session, owner_client: Client) -> None:
    page = owner_client.get(reverse("observability:session-list", args=["acme"])).content.decode()

    for name in ("odd", "vip", "fail", "refund", "gpt-x", "1.9.0"):
        assert f'<option value="{name}"></option>' in page


@pytest.mark.parametrize("query", FOUND_BY)
def test_no_filter_costs_more_queries_with_more_sessions(
    project: Project, owner_client: Client, odd_one: Session, query: str
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            owner_client.get(f"{reverse('observability:session-list', args=['acme'])}?{query}")
        return len(captured)

    owner_client.get(reverse("observability:session-list", args=["acme"]))
    with_one = queries()
    for _ in range(2):
        having_facts(SessionFactory(project=project, agent_name="odd"))

    assert (with_one, queries()) == (13, 13)


def test_within_counts_from_now(project: Project, script: Script) -> None:
    for hours in (2, 30):
        SessionFactory(
            project=project, job_id=f"AJ_{hours}", first_received_at=timezone.now() - timedelta(hours=hours)
        )

    found = {
        within: [row["job_id"] for row in script.get(f"{BASE}?within={within}").json()["results"]]
        for within in ("1h", "24h", "7d")
    }

    assert found == {"1h": [], "24h": ["AJ_2"], "7d": ["AJ_30", "AJ_2"]}


def test_what_lists_are_sorted_by_is_written_once_a_session_is_over(front_desk: Session) -> None:
    summary = front_desk.summary

    assert front_desk.length_ms == round(summary["duration_ms"])
    assert front_desk.slowest_answer_ms == math.ceil(summary["max_ms"])
