"""Words in Arabic or Hebrew are written from right to left wherever a session shows them."""

import secrets

import pytest
from django.urls import reverse
from playwright.sync_api import Locator, Page, expect

from accounts.models import User
from observability.models import Session
from projects.actions import register_api_key
from projects.models import Project
from tests.live.conftest import LiveAgent
from tests.live.servers import Server
from tests.pages.reading import session_args
from tests.people import API_SECRET
from tests.sending import logs, spans

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
THANKS = "شكرا جزيلا!"
PLACES = """(element) => {
  const words = document.createTreeWalker(element, NodeFilter.SHOW_TEXT).nextNode();
  const leftOf = (at) => {
    const range = document.createRange();
    range.setStart(words, at);
    range.setEnd(words, at + 1);
    return range.getBoundingClientRect().left;
  };
  const { left, right } = element.getBoundingClientRect();
  return { first: leftOf(0), last: leftOf(words.length - 1), middle: (left + right) / 2 };
}"""


@pytest.fixture
def page(owners_page: Page, portal: Server, project: Project, owner: User) -> Page:
    key = "API" + secrets.token_hex(6)
    register_api_key(project, key, API_SECRET, by=owner)
    sender = LiveAgent(portal, key)
    sender.send("traces", spans("user_turn", **{"lk.pii.user_transcript": THANKS}))
    sender.send("logs", logs(THANKS))
    args = session_args(Session.objects.get())
    owners_page.goto(portal.url + reverse("observability:session-show", args=args))
    expect(owners_page.locator(".live-line")).to_have_attribute("data-state", "live")
    return owners_page


def expect_from_right_to_left(words: Locator) -> None:
    expect(words).to_contain_text(THANKS)
    at = words.evaluate(PLACES)
    assert at["last"] < at["first"], "the exclamation mark ends the sentence"
    assert at["middle"] < at["first"], "it begins at the right"


def test_a_line_of_the_transcript(page: Page) -> None:
    expect_from_right_to_left(page.locator("#lines .line__text"))


def test_what_was_said_in_the_details_of_a_turn(page: Page) -> None:
    page.locator("[data-select^=turn-]").first.dispatch_event("click")

    expect_from_right_to_left(page.locator("#details .message__text"))


def test_the_details_of_a_log_line(page: Page) -> None:
    page.get_by_role("tab", name="Logs").click()
    page.locator("#log-table-rows button").first.click()

    expect_from_right_to_left(page.locator("#details .details__message"))
