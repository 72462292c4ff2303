"""An operator looks into a project, its admin sees that and ends it, and the operator's page closes by itself."""

import time
from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from projects.models import Project
from projects.staff import begin_grant
from tests.browser import Complaints, signed_in
from tests.chromium.axe import Findings
from tests.live.servers import Server
from tests.people import SessionFactory, UserFactory
from tests.people import signed_in as client_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
REASON = "Support request 4711: a session without audio"
GONE_WITHIN_S = 5


@pytest.fixture
def operators_page(
    transactional_db: None, new_context: Callable[..., BrowserContext], portal: Server
) -> Page:
    return signed_in(new_context(), client_of(UserFactory(is_staff=True)), portal)


def test_an_open_page_closes_when_an_admin_ends_the_access(
    operators_page: Page, owners_page: Page, portal: Server, project: Project, complaints: Complaints
) -> None:
    operator, admin = operators_page, owners_page
    SessionFactory(project=project, status="live")
    operator.goto(portal.url + reverse("system"))
    operator.get_by_role("textbox", name="Project").fill("acme")
    operator.get_by_role("textbox", name="Reason").fill(REASON)
    operator.get_by_role("button", name="Look into the project").click()
    expect(operator.get_by_text("You look at Acme as an operator")).to_be_visible()
    expect(operator.locator(".live-line")).to_have_attribute("data-state", "live")
    complaints.grant("404")  # what the operator's page finds in the end

    admin.goto(portal.url + reverse("projects:member-list", args=["acme"]))
    admin.get_by_role("link", name="See what they opened, or end it").click()
    expect(admin.get_by_text(REASON)).to_be_visible()
    admin.get_by_role("button", name="End now").click()
    ended_s = time.monotonic()

    expect(operator.get_by_text("Sessions", exact=True).first).not_to_be_visible(timeout=15_000)
    assert time.monotonic() - ended_s < GONE_WITHIN_S
    expect(admin.get_by_text("No operator can look at this project.")).to_be_visible()


def test_its_pages_can_be_read_by_everybody_and_fit(
    operators_page: Page, owners_page: Page, portal: Server, project: Project
) -> None:
    begin_grant("acme", UserFactory(is_staff=True), reason=REASON, minutes=60)
    for page, path in [
        (owners_page, reverse("projects:grant-list", args=["acme"])),
        (owners_page, reverse("projects:plan-show", args=["acme"])),
        (operators_page, reverse("system")),
    ]:
        page.goto(portal.url + path)
        expect(page.locator("h1")).to_have_count(1)
        findings = Findings(page)
        findings.look_at(path)
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        assert findings.grave == []
