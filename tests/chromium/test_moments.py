"""Everything that stands at a moment leads there."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability.models import Session
from tests.live.servers import Server
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MARK_SOME_WORDS = "getSelection().selectAllChildren(document.querySelector('#lines .line__text'))"


def test_a_button_leads_to_its_moment_while_words_are_marked_and_a_line_does_not(
    owners_page: Page, portal: Server, front_desk: Session
) -> None:
    page = owners_page
    page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    clock = page.locator("[data-clock]")
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
    line = page.locator("#lines > li[data-seek-ms]", has_text="Please book a table for four people")
    seek_ms = float(line.get_attribute("data-seek-ms") or 0)
    page.evaluate(MARK_SOME_WORDS)

    line.locator(".line__body").dispatch_event("click")
    expect(clock).to_have_text("0:00.00")
    line.locator(".line__time").dispatch_event("click")

    expect(clock).to_have_text(f"0:{seek_ms // 10 / 100:05.2f}")
