"""What is not saved, what was copied and what is gone: people are told before they rely on it."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Dialog, Page, expect

from accounts.models import User
from observability.models import Session
from projects.actions import delete_project
from projects.models import PrivacySwitches, Project
from tests.browser import Complaints
from tests.live.servers import Server
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
GONE = "a project when it is deleted, or when you no longer belong to it"


@pytest.fixture
def privacy_page(owners_page: Page, portal: Server) -> Page:
    owners_page.goto(portal.url + reverse("projects:privacy-edit", args=["acme"]))
    return owners_page


def asked_on_leaving(page: Page) -> list[str]:
    asked: list[str] = []

    def answer(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.accept()

    page.once("dialog", answer)
    page.get_by_role("link", name="Members").click()
    page.wait_for_url("**/members/")
    return asked


def test_switches_that_are_not_saved_are_marked_and_named_and_leaving_is_asked_about(
    privacy_page: Page,
) -> None:
    page = privacy_page
    page.get_by_role("switch", name="Audio").click()
    page.get_by_label("Who may hear recordings").select_option("admin")

    expect(page.get_by_text("2 changes are not saved: Audio, Who may hear recordings.")).to_be_visible()
    expect(page.get_by_role("switch", name="Audio not saved")).to_be_visible()
    expect(page.get_by_text("sessions that begin later have none")).to_be_visible()
    assert asked_on_leaving(page) == ["beforeunload"]


def test_what_is_saved_or_taken_back_is_left_without_a_word(privacy_page: Page) -> None:
    page = privacy_page
    page.get_by_role("switch", name="Logs").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("What is kept counts from the next session on.")).to_be_visible()
    page.get_by_role("switch", name="Audio").click()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()

    assert asked_on_leaving(page) == []
    assert not PrivacySwitches.objects.get().audio


def test_a_copied_link_says_what_it_opens(owners_page: Page, portal: Server, front_desk: Session) -> None:
    page = owners_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    address = reverse("observability:session-show", args=session_args(front_desk))
    page.goto(f"{portal.url}{address}#turn=5")
    expect(page.locator("session-view:defined")).to_be_attached()
    expect(page.locator("[data-selected]").first).to_be_attached()

    page.get_by_role("button", name="Share").click()

    told = page.get_by_role("status").filter(has_text="Link copied.")
    expect(told).to_contain_text("with turn 5 selected, for whoever may see this project.")


def test_a_page_whose_project_is_deleted_says_so(
    owners_page: Page, portal: Server, project: Project, owner: User, complaints: Complaints
) -> None:
    complaints.grant("404", "WebSocket connection to", "Response Status Error Code 404")
    page = owners_page
    page.goto(portal.url + reverse("observability:connect", args=["acme"]))
    expect(page.get_by_text("Waiting for the first data")).to_be_visible()

    delete_project(project, by=owner)

    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(page.get_by_text(GONE)).to_be_visible()


def test_a_part_that_is_gone_leaves_the_page_that_is_not(
    owners_page: Page, portal: Server, front_desk: Session, complaints: Complaints
) -> None:
    complaints.grant("404", "Response Status Error Code 404")
    page: Any = owners_page
    page.goto(
        portal.url + reverse("observability:session-show", args=session_args(front_desk)) + "#span=abcdef"
    )
    expect(page.locator("session-view:defined")).to_be_attached()
    page.evaluate("window.isStillThisPage = true")

    page.evaluate("window.htmx.ajax('GET', 'spans/nothing-here/', {target: 'details-pane'})")
    page.wait_for_timeout(1000)

    assert page.evaluate("window.isStillThisPage") is True
