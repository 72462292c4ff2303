"""Whoever has more rows shown by the keyboard goes on from where they are."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability.models import Session
from observability.pages.log_rows import ROWS_AT_ONCE
from tests.live.conftest import LiveAgent
from tests.live.servers import Server
from tests.pages.reading import session_args
from tests.sending import logs, spans

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
COUNT = 2 * ROWS_AT_ONCE + 1


@pytest.fixture
def page(owners_page: Page, portal: Server, sender: LiveAgent) -> Page:
    sender.send("traces", spans(*["step"] * COUNT))
    sender.send("logs", logs(*[f"line {number}" for number in range(COUNT)]))
    args = session_args(Session.objects.get())
    owners_page.goto(portal.url + reverse("observability:session-show", args=args))
    expect(owners_page.locator(".live-line")).to_have_attribute("data-state", "live")
    expect(owners_page.locator("#spans-later")).to_have_count(0)
    return owners_page


@pytest.mark.parametrize(("tab", "kind", "reached"), [("Spans", "span", ""), ("Logs", "log", " button")])
def test_the_focus_stays_at_the_button_and_then_goes_to_the_first_new_row(
    page: Page, tab: str, kind: str, reached: str
) -> None:
    page.get_by_role("tab", name=tab).click()
    button = page.get_by_role("button", name="Show more")
    rows = page.locator(f"#{kind}-table-rows > tr")
    expect(rows).to_have_count(ROWS_AT_ONCE)

    button.press("Enter")
    expect(rows).to_have_count(2 * ROWS_AT_ONCE)
    expect(button).to_be_focused()
    button.press("Enter")

    expect(rows).to_have_count(COUNT)
    expect(
        page.locator(f"#{kind}-table-rows > tr:nth-child({2 * ROWS_AT_ONCE + 1}){reached}")
    ).to_be_focused()
