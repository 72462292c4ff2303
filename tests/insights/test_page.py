"""The Insights page: figures in words, each with a way to exactly the sessions that it counts."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from observability.insights.shapes import MOST
from observability.pages.insight_cards import percent
from observability.pages.insight_charts import next_tick
from projects.models import Project
from tests.insights.conftest import counted, judge
from tests.pages.reading import HTMX, words
from tests.people import SessionFactory

ADDRESS = reverse("observability:insights", args=["acme"])


def context_of(client: Client, query: str = "") -> Any:
    return client.get(f"{ADDRESS}?{query}").context


def test_a_figure_whose_name_does_not_tell_says_what_it_counts(
    project: Project, owner_client: Client
) -> None:
    counted(project)

    [hint] = [card.hint for card in context_of(owner_client)["cards"] if card.label == "Preempted in vain"]

    assert f'title="{hint}"' in owner_client.get(ADDRESS).content.decode()
    assert "before the user had finished" in hint


def test_what_is_not_counted_is_told_and_led_to(project: Project, owner_client: Client) -> None:
    counted(project)
    SessionFactory(project=project, status="live")
    SessionFactory(project=project)

    page = owner_client.get(ADDRESS)

    assert "1 session still live and 1 session not processed yet" in words(page)
    assert "counted=no" in page.context["not_counted_href"]


def test_nothing_measured_is_shown_as_missing(project: Project, owner_client: Client) -> None:
    counted(project, e2e=[None])

    cards = {card.label: str(card.value) for card in context_of(owner_client)["cards"]}

    assert cards["Answer after, median"] == "–"
    assert cards["Success"] == "–"
    assert cards["With errors"] == "0 %"


def test_of_many_outcomes_the_most_frequent_are_shown_and_all_are_judged(
    project: Project, owner_client: Client
) -> None:
    """An application may have its own words for how it went."""
    for outcome in [*map(str, range(MOST + 10)), *["success"] * 3]:
        judge(counted(project), "outcome", outcome)
    for verdict in ["pass", "pass", "fail"]:
        judge(counted(project), "evaluation", "accuracy", verdict)

    context = context_of(owner_client)
    success, outcomes = (
        context["cards"][-1],
        next(each for each in context["tables"] if each.id == "outcomes"),
    )

    assert (str(success.value), success.note) == ("4.8 %", "3 of 63 judged")
    assert outcomes.rows[0].name == "success"
    assert {row.note: row.cells[0].text for row in outcomes.rows}["Evaluation: pass"] == "2"


def test_a_worse_median_is_warm_unless_it_is_of_few_turns(project: Project, owner_client: Client) -> None:
    counted(project, ago=timedelta(days=8), e2e=[1000] * 20)
    few = counted(project, ago=timedelta(days=1), e2e=[1500] * 19)
    with_few = context_of(owner_client)["cards"][1].kind

    few.delete()
    counted(project, ago=timedelta(days=1), e2e=[1500] * 20)
    card = context_of(owner_client)["cards"][1]

    assert (with_few, card.kind, str(card.value), card.before) == ("", "slow", "1.50 s", "1.00 s")


def test_days_are_those_of_the_reader(project: Project, owner_client: Client) -> None:
    owner_client.cookies["time_zone"] = "Asia/Kolkata"
    counted(project)

    columns = context_of(owner_client)["insights"].columns

    assert {(each.since.hour, each.since.minute) for each in columns[1:]} == {(18, 30)}


@pytest.mark.parametrize(
    ("query", "range_is", "unit"),
    [
        ("", "7d", "day"),
        ("within=24h", "24h", "hour"),
        ("within=1h", "1h", "5 minutes"),
        ("from=2026-01-01", "", "week"),
        ("within=24h&from=2026-11-01&to=2026-11-04", "", "day"),
    ],
)
def test_ranges_are_read_from_the_address(
    project: Project, owner_client: Client, query: str, range_is: str, unit: str
) -> None:
    context = context_of(owner_client, query)

    assert [value for value, _, is_set, _ in context["ranges"] if is_set] == ([range_is] if range_is else [])
    assert context["scope"].unit == unit


def test_sessions_worth_a_look_bear_the_time_at_which_they_began_as_in_the_list(
    project: Project, owner_client: Client
) -> None:
    began = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)
    counted(project, error_count=1, started_ns=int(began.timestamp()) * 10**9)

    assert "4 Mar 2026, 05:06:07 UTC" in words(owner_client.get(ADDRESS))


def test_what_cannot_be_understood_is_told_and_left_out(project: Project, owner_client: Client) -> None:
    counted(project)

    page = owner_client.get(f"{ADDRESS}?within=8d&search=nothing+like+it&from=yesterday")

    assert "within is one of 1h, 24h, 7d, 30d, not “8d”." in words(page)
    assert page.context["insights"].total.counts.sessions == 1


def test_whoever_changes_a_filter_has_it_in_the_address(project: Project, owner_client: Client) -> None:
    headers = HTMX | {"HX-Trigger": "insights-filters"}

    answer = owner_client.get(ADDRESS, {"agent": "odd", "sdk": "", "within": ""}, headers=headers)

    assert answer.headers["HX-Replace-Url"] == f"{ADDRESS}?agent=odd"


def test_a_new_project_is_told_what_will_be_here(project: Project, owner_client: Client) -> None:
    page = words(owner_client.get(ADDRESS))

    assert "Figures come with the first session" in page
    assert "Connect an agent" in page


def test_a_range_with_nothing_in_it_says_what_to_do(project: Project, owner_client: Client) -> None:
    counted(project, ago=timedelta(days=20))

    assert "Take a longer range, or fewer filters" in words(owner_client.get(ADDRESS))


def test_what_agents_wrote_is_never_markup(project: Project, owner_client: Client) -> None:
    counted(project, agent_name="<img src=x onerror=alert(1)>", sdk_version="<b>", e2e=[1])

    assert "<img src=x" not in owner_client.get(ADDRESS).content.decode()


def test_the_page_costs_the_same_queries_however_much_there_is(
    project: Project, owner_client: Client
) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as run:
            owner_client.get(ADDRESS)
        return sum(" FROM " in query["sql"] for query in run)

    counted(project, e2e=[1], slowest_answer_ms=1, error_count=1)
    owner_client.get(ADDRESS)
    with_one = queries()
    for number in range(2):
        counted(project, e2e=[1], slowest_answer_ms=1, error_count=1, agent_name=f"agent {number}")

    assert (with_one, queries()) == (19, 19)


@pytest.mark.parametrize(
    ("share", "told"),
    [
        (None, "–"),
        (0, "0 %"),
        (0.0001, "< 0.1 %"),
        (0.034, "3.4 %"),
        (0.5, "50 %"),
        (0.996, "> 99 %"),
        (1, "100 %"),
    ],
)
def test_a_share_is_never_told_as_none_or_all_unless_it_is(share: float | None, told: str) -> None:
    assert str(percent(share)) == told


@pytest.mark.parametrize(("ms", "tick"), [(0, 1000), (2000, 2000), (2001, 5000), (80_000, 100_000)])
def test_the_axis_ends_at_a_round_figure(ms: float, tick: int) -> None:
    assert next_tick(ms) == tick


def test_names_of_versions_do_not_lie_on_one_another(project: Project, owner_client: Client) -> None:
    """Of three that come day after day, a line for each and the name of the first."""
    for days, version in enumerate(["3.0", "2.0", "1.9", "1.8"], start=1):
        counted(project, ago=timedelta(days=days), sdk_version=version)

    flags = context_of(owner_client, "within=30d")["chart"].flags

    assert [flag.text for flag in flags] == ["receptionist on 1.9", "", ""]
    assert {flag.anchor for flag in flags} == {"end"}


def test_more_versions_than_anybody_reads_are_cut_and_the_page_says_so(
    project: Project, owner_client: Client
) -> None:
    for number in range(51):
        counted(project, agent_name=f"agent {number}")

    page = owner_client.get(ADDRESS)

    assert len(page.context["tables"][0].rows) == 50
    assert "the 50 most frequent" in words(page)
