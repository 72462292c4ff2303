"""Insights by hand: filters, columns under the pointer, the table beside them, and where figures lead."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from projects.models import Project
from tests.browser import wait_until
from tests.chromium.axe import NARROW, Findings
from tests.insights.conftest import counted
from tests.live.servers import Server
from tests.pages.conftest import Replay
from tests.people import SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
ADDRESS = reverse("observability:insights", args=["acme"])
COUNTED = re.compile(r"\d sessions?, ")
TABLES_FIT = """
[...document.querySelectorAll(".insight-table .table-box")].every((box) => box.scrollWidth <= box.clientWidth)
"""


@pytest.fixture
def page(owners_page: Page, portal: Server, project: Project, replay: Replay) -> Page:
    replay("python/1.8.9_full")
    for days in range(5):
        version = "1.8.9" if days > 2 else "1.9.0"
        for agent in ("quiet", "loud"):
            counted(
                project,
                ago=timedelta(days=days, hours=1),
                agent_name=agent,
                sdk_version=version,
                e2e=[700 + 300 * days, 900],
                error_count=days % 2,
            )
    SessionFactory(project=project, status="live")
    owners_page.goto(portal.url + ADDRESS)
    expect(sessions_card(owners_page)).to_contain_text("11")
    return owners_page


def sessions_card(page: Page):
    return page.locator(".insight-card").first


def test_a_filter_changes_the_figures_and_the_address(page: Page, portal: Server) -> None:
    page.get_by_role("combobox", name="Agent").fill("quiet")
    page.get_by_role("combobox", name="Agent").blur()

    expect(sessions_card(page)).to_contain_text("5")
    expect(page).to_have_url(f"{portal.url}{ADDRESS}?agent=quiet")
    expect(page.get_by_role("heading", name="Insights")).to_have_count(1)
    page.get_by_role("navigation", name="Time range").get_by_role("link", name="Last 24 hours").click()
    expect(page).to_have_url(f"{portal.url}{ADDRESS}?agent=quiet&within=24h")
    expect(sessions_card(page)).to_contain_text("1")


def test_a_column_says_what_it_shows_and_leads_to_its_sessions(page: Page) -> None:
    column = page.locator(".insight-chart__answers a").last
    told = page.locator("[data-readout]")

    column.hover()
    expect(told).to_contain_text(COUNTED)
    number = int(told.inner_text().split(": ")[1].split(" ")[0])
    column.click()

    expect(page.locator("tr.session-row")).to_have_count(number)
    expect(page.get_by_role("navigation", name="Filters that are set")).to_contain_text("In Insights")


def test_the_readout_rests_when_the_pointer_leaves(page: Page) -> None:
    told = page.locator("[data-readout]")

    page.locator(".insight-chart__sessions a").last.hover()
    expect(told).to_contain_text(COUNTED)
    page.get_by_role("heading", name="Insights").hover()

    expect(told).to_have_text("Each column leads to its sessions.")


def test_a_slow_turn_opens_its_session_at_the_turn(page: Page) -> None:
    page.get_by_role("region", name="Slowest answers").get_by_role("link", name="front-desk").first.click()

    wait_until(page, "() => location.hash.startsWith('#turn=')")
    expect(page.locator("session-timeline")).to_be_attached()


def test_nothing_is_wider_than_a_phone(page: Page) -> None:
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]

    assert page.evaluate("document.documentElement.scrollWidth") == NARROW["width"]
    assert page.evaluate(TABLES_FIT)


def test_axe_finds_nothing_serious(page: Page, portal: Server) -> None:
    findings = Findings(page)
    page.get_by_text("The same as a table").click()
    page.get_by_text("More filters").click()
    findings.look_at("figures, and the chart as a table")
    page.goto(f"{portal.url}{ADDRESS}?agent=nobody&within=8d")
    findings.look_at("nothing to count, and a filter that is wrong")

    assert findings.grave == []
