"""Deleting a session with the keyboard alone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from observability.models import Session
from tests.browser import Complaints
from tests.chromium.axe import Findings
from tests.live.servers import Server
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


SETTLES_AFTER_MS = 500
LEFT_ALONE_MS = 500
REFRESHES_WHILE_IT_IS_LEFT = """
addEventListener("beforeunload", () => setInterval(() => htmx.trigger(document.body, "live:refresh"), 100))
"""


@pytest.fixture
def question(owners_page: Page, portal: Server, front_desk: Session) -> Page:
    """The session's page, with the question before it."""
    page = owners_page
    page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    page.evaluate(f"htmx.config.defaultSettleDelay = {SETTLES_AFTER_MS}")
    page.get_by_role("button", name="More for this session").press("Enter")
    page.get_by_role("link", name="Delete session …").press("Enter")
    expect(page.get_by_role("dialog", name="Delete this session?")).to_be_visible()
    return page


def test_the_question_can_be_read_and_its_harmless_answer_has_the_focus(question: Page) -> None:
    dialog = question.get_by_role("dialog")

    expect(dialog).to_contain_text("1 recording")
    expect(dialog.get_by_role("button", name="Keep it")).to_be_focused()
    found = Findings(question)
    found.look_at("the question", inside="dialog.question")
    assert found.grave == []


@pytest.mark.parametrize("key", ["Escape", "Enter"])
def test_whoever_keeps_it_is_back_where_the_question_was_asked(question: Page, key: str) -> None:
    question.keyboard.press(key)

    expect(question.get_by_role("dialog")).to_have_count(0)
    expect(question.get_by_role("button", name="More for this session")).to_be_focused()
    assert Session.objects.get().deleted_at is None


def test_the_focus_stays_where_somebody_has_moved_it(question: Page) -> None:
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    question.keyboard.press("Tab")
    question.wait_for_timeout(2 * SETTLES_AFTER_MS)

    expect(question.get_by_role("button", name="Delete this session")).to_be_focused()


def test_whoever_deletes_it_is_led_to_the_list_and_told(
    question: Page, front_desk: Session, complaints: Complaints
) -> None:
    complaints.grant("status of 404")  # to the page that is being left, if it asks once more
    expect(question.get_by_role("button", name="Keep it")).to_be_focused()
    question.keyboard.press("Tab")
    expect(question.get_by_role("button", name="Delete this session")).to_be_focused()
    question.keyboard.press("Enter")

    expect(question).to_have_url(re.compile("/projects/[a-z-]+/sessions/$"))
    expect(question.locator(".notices")).to_contain_text("Session front-desk, room-0-1795336557, is deleted")
    expect(question.get_by_role("link", name=re.compile(front_desk.agent_name))).to_have_count(0)


def test_what_is_gone_meanwhile_does_not_take_the_place_of_the_answer(
    question: Page, complaints: Complaints
) -> None:
    complaints.grant("404")
    held: list[Route] = []

    def hold(route: Route) -> None:
        assert route.fetch(max_redirects=0).status == 302
        held.append(route)

    question.route("**/delete/", hold)
    question.evaluate(REFRESHES_WHILE_IT_IS_LEFT)
    with question.expect_response(
        lambda response: response.status == 404 and response.request.method == "HEAD"
    ):
        question.get_by_role("button", name="Delete this session").press("Enter", no_wait_after=True)
    question.wait_for_timeout(LEFT_ALONE_MS)
    held[0].fulfill(body="<h1>The answer</h1>", content_type="text/html")

    expect(question.get_by_role("heading")).to_have_text("The answer")
