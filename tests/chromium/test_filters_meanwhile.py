"""Whoever filters while the page brings itself up to date sees what was filtered."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, Route, expect

from observability.models import Session
from tests.live.servers import Server
from tests.pages.conftest import Replay
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_an_answer_to_older_filters_is_not_shown(owners_page: Page, portal: Server, replay: Replay) -> None:
    page, session = owners_page, replay("node/1.9.0_full", requests=24)
    page.goto(portal.url + reverse("observability:session-show", args=session_args(session)))
    expect(page.locator(".live-line[data-state=live]")).to_be_attached()
    expect(page.locator("#spans-later")).to_have_count(0)
    held: list[Route] = []
    page.route(
        "**/refresh/**",
        lambda route: held.append(route) if is_unfiltered(route.request) else route.continue_(),
    )
    Session.objects.update(status=Session.Status.ENDED)
    with page.expect_request(is_unfiltered):
        page.evaluate("htmx.trigger(document.body, 'live:refresh')")

    page.get_by_role("searchbox", name="Find a span").fill("no such span")
    expect(page.locator("#span-rows")).to_contain_text("No span")
    with page.expect_response(lambda response: not is_unfiltered(response.request)):
        for route in held:
            route.continue_()

    expect(page.get_by_text("Ended", exact=True).first).to_be_visible()
    expect(page.locator("#span-rows")).to_contain_text("No span")


def is_unfiltered(request: Request) -> bool:
    return "/refresh/" in request.url and "span_text=no" not in request.url


def test_turns_that_come_can_be_chosen_and_the_choice_stays(
    owners_page: Page, portal: Server, replay: Replay
) -> None:
    page, session = owners_page, replay("node/1.9.0_full", requests=24)
    page.goto(portal.url + reverse("observability:session-show", args=session_args(session)))
    expect(page.locator(".live-line[data-state=live]")).to_be_attached()
    turns = page.get_by_label("Turn", exact=True)
    before = turns.locator("option").count()
    turns.select_option("2")

    replay("node/1.9.0_full")
    page.evaluate("htmx.trigger(document.body, 'live:refresh')")

    expect(turns.locator("option").nth(before)).to_be_attached()
    expect(turns).to_have_value("2")
