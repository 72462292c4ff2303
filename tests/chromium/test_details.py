"""Details open and close as somebody wants them, however slow the answers are and whether or not they come."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, Route, expect

from observability.models import Session
from tests.browser import Complaints
from tests.live.servers import Server
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ONE_SPAN = "**/spans/*-*/"
FAILS = ("Failed to load resource", "^htmx:|Response Status Error")


@pytest.fixture
def page(owners_page: Page, portal: Server, front_desk: Session) -> Page:
    owners_page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    expect(owners_page.locator("#spans-later")).to_have_count(0)
    return owners_page


def a_span(page: Page) -> Locator:
    return page.locator("#span-table-rows > tr", has_text="llm_node").first


def details(page: Page) -> Locator:
    return page.get_by_role("region", name="Details", exact=True)


def holding(held: list[Route]) -> Callable[[Route], None]:
    def hold(route: Route) -> None:
        held.append(route)

    return hold


def ask_for(page: Page, span: Locator) -> None:
    with page.expect_request(ONE_SPAN):
        span.click()


def test_the_number_of_errors_leads_to_the_first_with_its_details(page: Page) -> None:
    page.get_by_role("button", name="Errors").click()

    expect(details(page)).to_contain_text("book_table")
    expect(page.locator("[data-clock]")).not_to_have_text("0:00.00")


def test_what_was_closed_before_it_came_opens_when_it_is_selected_again(page: Page) -> None:
    held: list[Route] = []
    page.route(ONE_SPAN, holding(held))
    ask_for(page, a_span(page))
    page.keyboard.press("Escape")

    with page.expect_response(ONE_SPAN):
        held.pop().continue_()
    page.unroute(ONE_SPAN)
    expect(details(page)).to_be_hidden()
    a_span(page).click()

    expect(details(page)).to_contain_text("llm_node")


def test_a_failure_that_comes_after_they_were_closed_opens_nothing(
    page: Page, complaints: Complaints
) -> None:
    complaints.grant(*FAILS)
    held: list[Route] = []
    page.route(ONE_SPAN, holding(held))
    ask_for(page, a_span(page))
    page.keyboard.press("Escape")

    with page.expect_response(ONE_SPAN):
        held.pop().fulfill(status=503)
    page.wait_for_timeout(100)

    expect(details(page)).to_be_hidden()


def test_details_that_did_not_come_can_be_tried_again_and_closed_by_the_keyboard(
    page: Page, complaints: Complaints
) -> None:
    complaints.grant(*FAILS)
    page.route(ONE_SPAN, lambda route: route.fulfill(status=503))
    a_span(page).click()
    expect(details(page)).to_contain_text("These details could not be loaded")
    details(page).get_by_role("button", name="Try again").press("Enter")
    expect(page.get_by_role("region", name="Why there are no details")).to_be_focused()

    page.unroute(ONE_SPAN)
    details(page).get_by_role("button", name="Try again").press("Enter")
    expect(details(page)).to_contain_text("llm_node")
    expect(details(page).locator(".details__body")).to_be_focused()
    details(page).get_by_role("button", name="Close details").press("Enter")

    expect(details(page)).to_be_hidden()
    expect(a_span(page)).to_be_focused()


def test_details_that_the_network_lost_can_be_closed(page: Page, complaints: Complaints) -> None:
    complaints.grant(*FAILS)
    page.route(ONE_SPAN, lambda route: route.abort())
    a_span(page).click()

    details(page).get_by_role("button", name="Close details").click()

    expect(details(page)).to_be_hidden()
