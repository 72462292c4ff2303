"""What a page fetches after itself comes, or the page says that it has not come."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability.models import Session
from tests.browser import Complaints
from tests.live.servers import Server
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FAILS = ("Failed to load resource", "^htmx:|Response Status Error")
LAST_WORDS = "Goodbye, and thank you"


@pytest.mark.parametrize(
    ("part", "tab", "missing", "then"),
    [
        ("session-lines", "Spans", "The rest of the transcript", LAST_WORDS),
        ("session-spans", "Spans", "The rest of the spans", "goodbye_callback"),
        ("session-logs", "Logs", "The lines", "user shutdown callback ran"),
        ("session-metrics", "Metrics", "The figures", "95th percentile"),
    ],
)
def test_a_part_that_did_not_come_is_told_and_asked_for_again(
    owners_page: Page,
    portal: Server,
    front_desk: Session,
    complaints: Complaints,
    part: str,
    tab: str,
    missing: str,
    then: str,
) -> None:
    complaints.grant(*FAILS)
    page, address = owners_page, portal.url + reverse(f"observability:{part}", args=session_args(front_desk))
    page.route(f"{address}*", lambda route: route.fulfill(status=503))
    page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    page.get_by_role("tab", name=tab).click()
    told = page.get_by_text(f"{missing} could not be loaded. Trying again …")
    expect(told).to_be_visible()

    page.unroute(f"{address}*")

    expect(told).to_have_count(0)
    expect(page.locator("#session")).to_contain_text(then)


def test_a_copy_of_a_transcript_that_is_not_whole_says_so(
    owners_page: Page, portal: Server, front_desk: Session, complaints: Complaints
) -> None:
    complaints.grant(*FAILS)
    page = owners_page
    page.route("**/lines/*", lambda route: route.fulfill(status=503))
    page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))

    page.get_by_role("button", name="Copy the transcript").first.click()

    expect(page.locator(".notice[data-said]")).to_contain_text(
        "The rest of the transcript is not loaded yet."
    )
