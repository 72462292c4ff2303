"""The list of sessions by hand: filters, choice, columns, views, and a server that does not answer."""

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Request, Route, expect

from accounts.models import User
from observability.models import SavedView, Session
from projects.models import Project
from tests.chromium.axe import NARROW, Findings
from tests.live.servers import Server
from tests.people import MembershipFactory, ProjectFactory, SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(240)]
ADDRESS = reverse("observability:session-list", args=["acme"])


@pytest.fixture
def page(owners_page: Page, portal: Server, project: Project) -> Page:
    for number in range(3):
        SessionFactory(project=project, room_name=f"quiet-{number}", agent_name="quiet")
    SessionFactory(project=project, room_name="loud", agent_name="loud", error_count=2)
    owners_page.goto(portal.url + ADDRESS)
    expect(rows(owners_page)).to_have_count(4)
    return owners_page


def rows(page: Page):
    return page.locator("tr.session-row")


def test_a_filter_stands_in_the_address_and_can_be_taken_away(page: Page, portal: Server) -> None:
    page.get_by_text("More filters").click()
    page.locator("[name=errors]").select_option("yes")

    expect(rows(page)).to_have_count(1)
    expect(page).to_have_url(f"{portal.url}{ADDRESS}?errors=yes")
    page.reload()
    expect(rows(page)).to_have_count(1)
    page.get_by_role("navigation", name="Filters that are set").get_by_role("link", name="Errors").click()
    expect(page).to_have_url(portal.url + ADDRESS)
    expect(rows(page)).to_have_count(4)


def test_the_list_fits_a_phone_whatever_the_project_is_called(
    page: Page, project: Project, owner: User
) -> None:
    MembershipFactory(project=ProjectFactory(name="Night shift"), user=owner)
    Project.objects.filter(pk=project.pk).update(name="Customer support hotline Frankfurt am Main")
    page.set_viewport_size(NARROW)
    page.reload()

    expect(page.get_by_role("button", name="change the project")).to_be_in_viewport()
    expect(page.get_by_role("button", name="Keys (?)")).to_be_hidden()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_the_keys_are_listed_by_a_question_mark_unless_somebody_types_one(page: Page) -> None:
    keys = page.get_by_role("dialog", name="Keys")

    page.keyboard.press("?")
    expect(keys).to_be_visible()
    expect(keys).to_contain_text("Search the sessions")
    page.keyboard.press("Escape")
    expect(keys).to_be_hidden()

    page.keyboard.press("/")
    page.keyboard.type("why?")
    expect(page.get_by_role("searchbox")).to_have_value("why?")
    expect(keys).to_be_hidden()


def test_the_button_of_the_views_bears_the_name_of_the_one_shown(page: Page, project: Project) -> None:
    SavedView.objects.create(project=project, name="Gone wrong", query="errors=yes")
    page.reload()
    button = page.locator("views-button .button")
    expect(button).to_contain_text("Views")

    page.get_by_text("More filters").click()
    page.locator("[name=errors]").select_option("yes")
    expect(button).to_contain_text("Gone wrong")
    page.locator("[name=errors]").select_option("")
    expect(button).to_contain_text("Views")


def test_live_rows_come_by_themselves_where_they_match(page: Page, project: Project) -> None:
    page.get_by_role("combobox", name="Agent").fill("quiet")
    page.get_by_role("combobox", name="Agent").blur()
    expect(rows(page)).to_have_count(3)

    for agent in ("quiet", "loud"):
        SessionFactory(project=project, agent_name=agent, status="live")
    page.evaluate("htmx.trigger(document.body, 'live:refresh')")

    expect(rows(page)).to_have_count(4)
    expect(page.locator("tr .pill--live")).to_have_count(1)


def test_rows_stay_as_they_are_while_live_ones_come_and_go(page: Page, project: Project) -> None:
    loud = page.get_by_role("checkbox", name="loud")
    loud.check()
    loud.focus()
    row = page.locator("tr.session-row", has_text="loud").element_handle()

    for status, heading in [("live", "Live now"), ("ended", "Today, ")]:
        Session.objects.filter(agent_name="new").update(status=status)
        SessionFactory(project=project, agent_name="new", status=status)
        page.evaluate("htmx.trigger(document.body, 'live:refresh')")
        expect(page.locator("tr.sessions__group").first).to_contain_text(heading)

    assert row.evaluate("row => row.isConnected")
    expect(loud).to_be_focused()
    expect(loud).to_be_checked()


def test_an_answer_to_older_filters_is_not_shown(page: Page) -> None:
    """A refresh that was asked for before somebody sorted may be answered after it."""
    held: list[Route] = []
    with page.expect_request(
        is_unsorted
    ):  # that of the page itself, if it comes first: another one waits for it
        page.route(
            "**/sessions/rows/**",
            lambda route: held.append(route) if is_unsorted(route.request) else route.continue_(),
        )
        page.evaluate("htmx.trigger(document.body, 'live:refresh')")
    page.get_by_label("Sort").select_option("errors")
    expect(page.locator("tr.sessions__group")).to_have_text("Most errors first")

    page.evaluate(
        "() => { window.answered = new Promise((done) => document.addEventListener('htmx:afterRequest', done)) }"
    )
    for route in held:
        route.continue_()
    page.evaluate("window.answered.then(() => null)")

    assert page.locator("tr.sessions__group").text_content() == "Most errors first"


def is_unsorted(request: Request) -> bool:
    return "/sessions/rows/" in request.url and "sort=errors" not in request.url


def test_a_slash_leads_to_the_search(page: Page) -> None:
    page.keyboard.press("/")
    page.keyboard.type("lou/")
    expect(page.get_by_role("searchbox")).to_have_value("lou/")
    page.keyboard.press("Backspace")

    expect(rows(page)).to_have_count(1)


def test_columns_are_chosen_for_good_in_this_browser(page: Page) -> None:
    tags = page.get_by_role("columnheader", name="Tags")
    expect(tags).to_be_visible()

    page.get_by_role("button", name="Columns").click()
    page.get_by_role("checkbox", name="Tags").uncheck()

    expect(tags).to_be_hidden()
    page.reload()
    expect(page.locator("column-choice:defined")).to_be_attached()
    expect(tags).to_be_hidden()


def test_a_view_keeps_what_is_filtered_at_that_moment(page: Page) -> None:
    page.get_by_label("Sort").select_option("errors")
    expect(page.locator("tr.sessions__group")).to_have_text("Most errors first")

    page.get_by_role("button", name="Views").click()
    page.get_by_role("textbox", name="Name of the new view").fill("Trouble")
    page.get_by_role("button", name="Save").click()

    expect(page.get_by_text("Trouble is saved for everybody")).to_be_visible()
    assert SavedView.objects.get().query == "sort=errors"


def test_all_on_the_page_are_chosen_and_deleted_after_a_question(page: Page) -> None:
    page.get_by_role("checkbox", name="Choose all on this page").check()
    expect(page.get_by_text("4 chosen")).to_be_visible()
    page.get_by_role("checkbox", name="loud").uncheck()
    page.get_by_role("button", name="Delete …").click()

    page.evaluate("htmx.trigger(document.body, 'live:refresh')")
    expect(page.get_by_text("3 chosen")).to_be_attached()
    page.get_by_role("button", name="Delete 3 sessions").click()

    expect(page.get_by_text("3 sessions deleted, with")).to_be_visible()
    expect(rows(page)).to_have_count(1)
    assert [each.room_name for each in Session.objects.filter(deleted_at=None)] == ["loud"]


def test_whoever_keeps_them_is_back_at_the_button(page: Page) -> None:
    page.get_by_role("checkbox", name="loud").check()
    page.get_by_role("button", name="Delete …").click()

    page.get_by_role("button", name="Keep it").click()

    expect(page.get_by_role("button", name="Delete …")).to_be_focused()
    assert Session.objects.filter(deleted_at=None).count() == 4


def test_a_server_that_does_not_answer_is_told_until_it_does(page: Page, complaints) -> None:
    complaints.grant("Failed to load resource", "ERR_FAILED", "^htmx:(sendError|afterRequest)")
    page.route("**/sessions/rows/**", lambda route: route.abort())
    page.evaluate("htmx.trigger(document.body, 'live:refresh')")
    told = page.get_by_text("The list could not be brought up to date")
    expect(told).to_be_visible()

    page.unroute("**/sessions/rows/**")
    page.evaluate("htmx.trigger(document.body, 'live:refresh')")

    expect(told).to_be_hidden()


def test_axe_finds_nothing_serious(page: Page, portal: Server, project: Project) -> None:
    findings = Findings(page)
    SavedView.objects.create(project=project, name="Trouble", query="errors=yes")
    page.goto(f"{portal.url}{ADDRESS}?agent=loud&status=nonsense")
    findings.look_at("filters that are set, and one that is wrong")
    page.goto(f"{portal.url}{ADDRESS}?agent=loud&tag=nobody")
    findings.look_at("nothing found")
    page.get_by_role("button", name="Views").click()
    findings.look_at("views")

    assert findings.grave == []


def test_a_row_can_be_seen_to_be_choosable_before_it_is_hovered(
    owners_page: Page, portal: Server, front_desk: Session
) -> None:
    page = owners_page

    page.goto(portal.url + reverse("observability:session-list", args=["acme"]))

    opacity = page.locator(".session-row .check").first.evaluate(
        "(box) => Number(getComputedStyle(box).opacity)"
    )
    assert 0.3 < opacity < 1
