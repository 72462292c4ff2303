"""What workers do for a session comes and goes on its open page."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability import jobs
from observability.models import Job, Session
from tests.browser import Complaints
from tests.chromium.axe import Findings
from tests.live.servers import Server
from tests.ops.working import work_off
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

INSPECT, ANALYSE = "inspect-recording", "analyse-recording"


@pytest.fixture
def open_page(owners_page: Page, portal: Server, front_desk: Session) -> Page:
    owners_page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    return owners_page


@pytest.fixture
def given_up(front_desk: Session) -> None:
    """As after five attempts."""
    Job.objects.filter(kind=INSPECT).update(
        state=Job.State.SET_ASIDE, attempts=jobs.MAX_ATTEMPTS, error="OSError: the disk is full"
    )


def test_processing_is_shown_while_it_lasts(open_page: Page, complaints: Complaints) -> None:
    expect(open_page.get_by_text("Processing the recording …")).to_be_visible()

    work_off(INSPECT, ANALYSE)

    expect(open_page.get_by_text("Processing the recording …")).to_have_count(0)
    assert complaints.unexpected == []


def test_what_was_given_up_says_why_and_is_tried_again_by_the_keyboard(
    given_up: Any, open_page: Page, complaints: Complaints
) -> None:
    failure = open_page.get_by_role("group", name="What could not be done")
    failure.get_by_text("The recording could not be measured.").click()
    expect(failure).to_contain_text("OSError")
    expect(failure).to_contain_text("tried 5 times and set aside")
    found = Findings(open_page)
    found.look_at("what could not be done", inside="#session-failures")
    assert found.grave == []

    failure.get_by_role("button", name="Try again").press("Enter")

    expect(failure).to_have_count(0)
    expect(open_page.get_by_text("Processing the recording …")).to_be_visible()
    work_off(INSPECT, ANALYSE)
    expect(open_page.get_by_text("Processing the recording …")).to_have_count(0)
    assert complaints.unexpected == []
