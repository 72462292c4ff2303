"""The settings of a project with the keyboard alone."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from projects.audit import record_event
from projects.models import Membership, Project, Role
from tests.chromium.axe import NARROW
from tests.live.servers import Server
from tests.people import MembershipFactory, ProjectFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
FITS = "[...document.querySelectorAll('.table-scroll')].every((box) => box.scrollWidth <= box.clientWidth)"

CUT_OFF = """[...document.querySelectorAll(".code pre")].filter((pre) => {
    const button = pre.parentElement.querySelector("copy-button")?.getBoundingClientRect();
    const text = document.createRange();
    text.selectNodeContents(pre);
    const isUnder = (line) =>
        button && line.right > button.left && line.top < button.bottom && line.bottom > button.top;
    return pre.scrollWidth > pre.clientWidth || [...text.getClientRects()].some(isUnder);
}).map((pre) => pre.textContent)"""
"""What of the code is cut off, or lies under its button."""


@pytest.fixture
def phone(owners_page: Page) -> Page:
    owners_page.set_viewport_size(NARROW)
    return owners_page


def tab_to(page: Page, locator: Any, *, at_most: int = 60) -> None:
    for _ in range(at_most):
        page.keyboard.press("Tab")
        if locator.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"{locator} is not reached within {at_most} tabs.")


def test_another_project_is_three_keys_away(
    owners_page: Page, portal: Server, project: Project, owner: User
) -> None:
    page = owners_page
    night = ProjectFactory(name="Night shift", slug="night")
    MembershipFactory(project=night, user=owner, role=Role.VIEWER)
    page.goto(portal.url + reverse("projects:general-show", args=["acme"]))

    menu = page.get_by_role("button", name="Account menu")
    menu.focus()
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("link", name="Night shift"), at_most=2)
    page.keyboard.press("Enter")

    page.wait_for_url("**/projects/night/sessions/")
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()


def test_escape_closes_the_menu_and_the_focus_is_where_it_was(
    owners_page: Page, portal: Server, project: Project
) -> None:
    page = owners_page
    page.goto(portal.url + reverse("projects:general-show", args=["acme"]))
    menu = page.get_by_role("button", name="Account menu")
    menu.press("Enter")
    expect(page.get_by_role("link", name="New project")).to_be_visible()

    page.keyboard.press("Escape")

    expect(page.get_by_role("link", name="New project")).not_to_be_visible()
    expect(menu).to_be_focused()


def test_a_role_is_changed_and_a_member_removed(
    owners_page: Page, portal: Server, project: Project, teammate: User
) -> None:
    page = owners_page
    page.goto(portal.url + reverse("projects:member-list", args=["acme"]))

    tab_to(page, page.get_by_label(f"Role of {teammate}", exact=True))
    page.keyboard.press("a")
    tab_to(page, page.get_by_role("button", name=f"Change the role of {teammate}"), at_most=1)
    page.keyboard.press("Enter")
    expect(page.get_by_text(f"{teammate} is admin now.")).to_be_visible()

    tab_to(page, page.locator("summary", has_text=str(teammate)))
    page.keyboard.press("Enter")
    tab_to(page, page.get_by_role("button", name="Remove this member"), at_most=2)
    page.keyboard.press("Enter")
    expect(page.get_by_text("is no longer a member")).to_be_visible()

    assert not Membership.objects.filter(user=teammate).exists()


@pytest.mark.parametrize("width", [1440, 390])
def test_no_page_is_wider_than_the_screen(
    owners_page: Page, portal: Server, project: Project, width: int
) -> None:
    page = owners_page
    page.set_viewport_size({"width": width, "height": 844})
    for name in ("general-show", "member-list", "key-list", "privacy-edit", "plan-show", "trail-show"):
        page.goto(portal.url + reverse(f"projects:{name}", args=["acme"]))
        expect(page.locator("h1")).to_have_count(1)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto(portal.url + reverse("projects:member-list", args=["acme"]))
    page.get_by_label("Email").fill("new@acme.example")
    page.get_by_role("button", name="Invite").click()
    expect(page.locator("#made-link")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.parametrize("width", [1440, 390])
def test_no_line_of_code_is_cut_off_or_under_its_button(
    owners_page: Page, portal: Server, project: Project, width: int
) -> None:
    page = owners_page
    page.set_viewport_size({"width": width, "height": 844})
    connect = reverse("observability:connect", args=["acme"])
    documents = [reverse("documentation", args=[name]) for name in ("connect", "install", "architecture")]

    for address in (connect, *documents):
        page.goto(portal.url + address)
        assert page.locator(".code pre:visible").count() > 1, address
        assert page.evaluate(CUT_OFF) == [], address


def test_a_question_is_left_again_by_the_key_that_opened_it(
    owners_page: Page, portal: Server, project: Project, teammate: User
) -> None:
    page = owners_page
    page.goto(portal.url + reverse("projects:member-list", args=["acme"]))
    remove = page.get_by_role("button", name="Remove this member")

    tab_to(page, page.locator("summary", has_text=f"Remove… {teammate}"))
    page.keyboard.press("Enter")
    expect(remove).to_be_visible()
    expect(page.locator("summary:focus")).to_contain_text("Cancel")
    page.keyboard.press("Enter")

    expect(remove).to_be_hidden()
    assert Membership.objects.filter(user=teammate).exists()


def test_on_a_phone_settings_tell_which_project_they_are_of(
    phone: Page, portal: Server, project: Project
) -> None:
    phone.goto(portal.url + reverse("projects:trail-show", args=["acme"]))

    expect(phone.get_by_role("navigation", name="Settings").get_by_text(project.name)).to_be_in_viewport()
    assert phone.evaluate(FITS)


def test_the_audit_trail_is_read_on_a_phone_without_scrolling_sideways(
    phone: Page, portal: Server, project: Project, owner: User
) -> None:
    record_event(project, owner, "privacy.changed", "audio_role: member", "203.0.113.7")

    phone.goto(portal.url + reverse("projects:trail-show", args=["acme"]))

    expect(phone.get_by_text("Who may hear recordings: Members, admins and owners")).to_be_in_viewport()
    assert phone.evaluate(FITS)


def test_plans_are_compared_on_a_phone_without_scrolling_sideways(
    phone: Page, portal: Server, project: Project
) -> None:
    phone.goto(portal.url + reverse("projects:plan-show", args=["acme"]))

    expect(phone.get_by_role("rowheader", name="Enterprise")).to_be_visible()
    assert phone.evaluate(FITS)


def test_on_a_phone_the_project_is_changed_beside_the_settings_it_is_in(
    phone: Page, portal: Server, project: Project, owner: User
) -> None:
    MembershipFactory(project=ProjectFactory(name="Night shift", slug="night"), user=owner, role=Role.ADMIN)
    phone.goto(portal.url + reverse("projects:trail-show", args=["acme"]))

    settings = phone.get_by_role("navigation", name="Settings")
    expect(settings.get_by_role("link", name="Audit trail")).to_be_in_viewport(ratio=1)
    settings.get_by_role("button", name="change the project").click()
    phone.get_by_role("link", name="Night shift").click()

    phone.wait_for_url("**/projects/night/settings/")


def test_on_a_phone_the_bar_that_saves_follows_only_once_there_is_something_to_save(
    phone: Page, portal: Server, project: Project
) -> None:
    phone.goto(portal.url + reverse("projects:privacy-edit", args=["acme"]))
    save = phone.get_by_role("button", name="Save")
    expect(save).not_to_be_in_viewport()

    phone.get_by_role("switch", name="Audio").click()

    expect(save).to_be_in_viewport()


def test_on_a_phone_the_first_tabs_stand_under_the_projects_name_and_the_open_one_in_sight(
    owners_page: Page, portal: Server, project: Project
) -> None:
    page = owners_page
    page.set_viewport_size({"width": 390, "height": 844})
    tabs = page.locator(".settings__tabs")

    page.goto(portal.url + reverse("projects:general-show", args=["acme"]))
    assert tabs.evaluate("(tabs) => tabs.scrollLeft") == 0
    name, first = page.locator(".settings__project").bounding_box(), tabs.locator("a").first.bounding_box()
    assert name and first
    assert name["y"] + name["height"] <= first["y"]

    page.goto(portal.url + reverse("projects:trail-show", args=["acme"]))
    expect(tabs.locator("[aria-current]")).to_be_in_viewport(ratio=1)
