import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from observability.models import Session
from projects.models import Project
from tests.pages.reading import HTMX, open_page, words
from tests.people import SessionFactory

LIST, ROWS = "observability:session-list", "observability:session-rows"


def test_a_project_without_sessions_is_led_to_connect(owner_client: Client, project: Project) -> None:
    page = open_page(owner_client, LIST, project.slug)

    assert "No session has arrived yet" in page
    assert "Connect an agent" in page


def test_a_row_tells_how_the_session_went(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, ROWS, "acme")

    for told in [
        "front-desk",
        "room-0-1795336557",
        "2:22",
        "1.13 s",
        "max 1.36 s",
        "5 tool calls, 1 failed",
        "cut off 2 times",
        "15 turns, answered after 0.78 s to 1.36 s, 1 without an answer",
        "Success",
        "caller:returning",
        "Audio: received",
    ]:
        assert told in page


def test_the_letters_of_what_was_received_are_explained(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, LIST, "acme")

    assert "What has been received A Audio T Transcript S Traces L Logs M Metrics" in page
    assert "A received A received in part A expected A switched off, or not sent A lost" in page


def test_verdicts_that_the_sdk_writes_as_tags_are_no_tags(owner_client: Client, front_desk: Session) -> None:
    assert "lk.judge" not in open_page(owner_client, ROWS, "acme")


def test_what_is_not_known_yet_is_shown_as_missing(owner_client: Client, live_session: Session) -> None:
    page = open_page(owner_client, ROWS, "acme")

    assert "Live now · 1" in page
    assert "0 tool calls" not in page
    assert "Audio: expected" in page


def test_sessions_are_grouped_by_the_days_of_the_reader(owner_client: Client, project: Project) -> None:
    now = timezone.now()
    for days in (1, 0):
        SessionFactory(project=project, first_received_at=now - timedelta(days=days))

    page = open_page(owner_client, ROWS, "acme")

    assert page.index("Today, ") < page.index("Yesterday, ")


def test_a_day_is_named_the_same_whichever_groups_are_beside_it(
    owner_client: Client, project: Project
) -> None:
    SessionFactory(project=project, first_received_at=timezone.now() - timedelta(days=1))
    before = groups_in(owner_client)
    SessionFactory(project=project, status="live")
    SessionFactory(project=project)

    after = groups_in(owner_client)

    assert len(before) == 1
    assert (after[0], len(after), after[-1:]) == ("live", 3, before)


def groups_in(client: Client) -> list[str]:
    return re.findall(r'id="group-([^"]+)"', client.get(reverse(ROWS, args=["acme"])).content.decode())


def test_a_session_that_came_long_after_it_began_says_when_it_was_received(
    owner_client: Client, project: Project
) -> None:
    began = timezone.now() - timedelta(days=3)
    SessionFactory(project=project, status="ended", started_ns=int(began.timestamp() * 1e9))
    SessionFactory(project=project, status="ended")

    page = open_page(owner_client, ROWS, "acme")

    assert page.count("Today, ") == 1
    assert page.count(f"{began.day} {began:%b %Y, %H:%M:%S} UTC received ") == 1


def test_filters_say_that_they_ask_when_a_session_was_received(
    owner_client: Client, session: Session
) -> None:
    page = words(owner_client.get(reverse(LIST, args=["acme"]), {"from": "2026-01-01"}))

    assert "Received from 2026-01-01" in page
    assert "Received to" in page


def test_an_odd_time_zone_is_no_error(owner_client: Client, session: Session) -> None:
    owner_client.cookies["time_zone"] = "../../etc/passwd"

    assert "room-" in open_page(owner_client, LIST, "acme")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "live"}, {"quiet-room"}),
        ({"agent": "barkeeper"}, {"loud-room"}),
        ({"text": "LOUD"}, {"loud-room"}),
        ({"text": "AJ_quiet"}, {"quiet-room"}),
        ({"status": "nonsense"}, {"quiet-room", "loud-room"}),
        ({"text": "nothing like it"}, set()),
    ],
    ids=["status", "agent", "room", "job", "unknown status", "nothing"],
)
def test_filters_stand_in_the_address(
    owner_client: Client, project: Project, query: dict[str, str], found: set[str]
) -> None:
    SessionFactory(project=project, room_name="quiet-room", job_id="AJ_quiet", status="live")
    SessionFactory(project=project, room_name="loud-room", job_id="AJ_loud", agent_name="barkeeper")

    page = open_page(owner_client, LIST, "acme", **query)

    assert {room for room in ("quiet-room", "loud-room") if room in page} == found


def test_older_sessions_are_a_page_away(owner_client: Client, project: Project) -> None:
    for number in reversed(range(52)):
        SessionFactory(project=project, room_name=f"call-{number:03d}")
    first = owner_client.get(reverse(LIST, args=["acme"]))

    second = owner_client.get(reverse(LIST, args=["acme"]) + "?" + first.context["next_query"])

    assert "call-050" not in words(first)
    assert "call-049" not in words(second)
    assert "call-050" in words(second)
    assert "Newest sessions" in words(second)


def test_a_made_up_cursor_is_not_found(owner_client: Client, project: Project) -> None:
    response = owner_client.get(reverse(LIST, args=["acme"]), {"cursor": "no-cursor"})

    assert response.status_code == 404
    assert "Nothing here" in words(response)


def test_the_list_refreshes_itself_faster_while_a_session_is_live(
    owner_client: Client, live_session: Session
) -> None:
    live = owner_client.get(reverse(ROWS, args=["acme"]), headers=HTMX).content.decode()
    Session.objects.update(status=Session.Status.ENDED)
    quiet = owner_client.get(reverse(ROWS, args=["acme"]), headers=HTMX).content.decode()

    assert 'every 3s"' in live
    assert 'every 15s"' in quiet


def test_what_callers_and_agents_wrote_is_never_markup(owner_client: Client, project: Project) -> None:
    summary = {"turns": 0, "answers_ms": [], "tags": ["<script>alert(1)</script>"], "outcome": "<b>"}
    SessionFactory(project=project, agent_name="<img src=x onerror=alert(1)>", summary=summary)

    html = owner_client.get(reverse(LIST, args=["acme"])).content.decode()

    assert "<img src=x" not in html
    assert "<script>alert" not in html


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_queries_however_long_it_is(
    owner_client: Client,
    project: Project,
    count: int,
    django_assert_num_queries: Callable[..., object],
) -> None:
    SessionFactory.create_batch(count, project=project)
    owner_client.get(reverse(LIST, args=["acme"]))

    with django_assert_num_queries(13):
        owner_client.get(reverse(LIST, args=["acme"]))
