"""axe-core finds nothing serious on any page, in either theme, wide or narrow."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from accounts.models import User
from observability.models import Session
from projects.audit import record_event
from projects.invitations import invite
from projects.models import Project, Role
from tests.browser import Complaints
from tests.chromium.axe import NARROW, Findings
from tests.exports.conftest import work
from tests.live.servers import Server
from tests.pages.conftest import Replay
from tests.pages.reading import session_args
from tests.people import MembershipFactory, UserFactory

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),  # axe reads some pages of thousands of elements, in four ways each
]
TABS = ["Logs", "Metrics", "Evaluations", "Report", "Raw"]


def opened(page: Page, server: Server, name: str, *args: object) -> Findings:
    page.goto(server.url + reverse(name, args=args))
    expect(page.locator("local-time:defined, main")).not_to_have_count(0)
    return Findings(page)


def open_session(page: Page, server: Server, session: Session) -> Findings:
    findings = opened(page, server, "observability:session-show", *session_args(session))
    expect(page.locator("[data-lane=turns]")).to_be_attached()
    expect(page.locator(".live-line[data-state=connecting]")).to_have_count(0)
    return findings


def test_what_is_wrong_is_found(page: Page, portal: Server, db: None) -> None:
    findings = opened(page, portal, "account_login")
    page.locator("main").evaluate(
        """main => {
          const faint = document.createElement("p");
          faint.textContent = "hardly to be read";
          faint.style.color = "#bbb";
          main.append(faint, document.createElement("img"));
        }"""
    )

    findings.look_at("sign-in")

    assert {"color-contrast", "image-alt"} == {found.split()[3] for found in findings.grave}


def test_a_stranger_can_sign_in(page: Page, portal: Server, db: None) -> None:
    findings = opened(page, portal, "account_login")
    findings.look_at("sign-in")
    page.goto(portal.url + reverse("account_reset_password"))
    findings.look_at("forgotten password")

    assert findings.grave == []


def test_nothing_here_is_a_page_too(owners_page: Page, portal: Server, complaints) -> None:
    complaints.grant("404")
    owners_page.goto(f"{portal.url}/no-such-page/")
    findings = Findings(owners_page)
    findings.look_at("nothing here")

    assert findings.grave == []


def test_what_belongs_to_a_project_and_a_person(owners_page: Page, portal: Server, project: Project) -> None:
    findings = opened(owners_page, portal, "observability:session-list", "acme")
    findings.look_at("list without a session")
    owners_page.get_by_role("button", name="Account menu").click()
    findings.look_at("account menu")
    for name in ["observability:connect", "projects:privacy-edit", "projects:key-list"]:
        opened(owners_page, portal, name, "acme")
        findings.look_at(name)
    owners_page.get_by_role("button", name="Generate a pair").click()
    expect(owners_page.get_by_text("shown this once").first).to_be_visible()
    findings.look_at("a key that was just made")
    opened(owners_page, portal, "accounts:account-edit")
    findings.look_at("account")

    assert findings.grave == []


def test_the_settings_of_a_project(
    owners_page: Page, portal: Server, owner: User, project: Project, stranger: User, complaints: Complaints
) -> None:
    """With something in each list, and with what is opened or said in place."""
    complaints.grant("403")
    page = owners_page
    record_event(project, owner, "session.viewed", "x", "203.0.113.7")
    findings = opened(page, portal, "projects:general-show", "acme")
    findings.look_at("general, of the only owner")
    MembershipFactory(project=project, user=UserFactory(), role=Role.OWNER)
    opened(page, portal, "projects:general-show", "acme")
    page.get_by_text("Leave…").click()
    findings.look_at("general")
    for name, args in [
        ("projects:ownership-transfer", []),
        ("projects:plan-show", []),
        ("projects:plan-change", ["ship"]),
        ("projects:trail-show", []),
        ("project-create", None),
    ]:
        opened(page, portal, name, *([] if args is None else ["acme", *args]))
        findings.look_at(name)
    opened(page, portal, "projects:member-list", "acme")
    page.get_by_label("Email").fill(stranger.email)
    page.get_by_role("button", name="Invite").click()
    expect(page.get_by_text("It is shown this once")).to_be_visible()
    page.get_by_text("Remove…").first.click()
    findings.look_at("members, with a link to hand over")
    link = page.locator("#made-link").inner_text()
    page.goto(portal.url + urlsplit(link).path)
    findings.look_at("an invitation for somebody else")

    assert findings.grave == []


def test_what_an_invitation_leads_to(
    page: Page, portal: Server, project: Project, owner: User, complaints: Complaints
) -> None:
    complaints.grant("410")
    made = invite(project, "new@acme.example", Role.MEMBER, by=owner)
    findings = opened(page, portal, "invitation-open", made.secret)
    findings.look_at("an invitation")
    page.get_by_role("link", name="Make an account").click()
    expect(page.get_by_label("Email")).to_have_value("new@acme.example")
    findings.look_at("sign-up")
    opened(page, portal, "invitation-open", "no-such-token")
    findings.look_at("no invitation")

    assert findings.grave == []


def test_the_list_of_sessions_and_where_they_come_from(
    owners_page: Page, portal: Server, front_desk: Session
) -> None:
    findings = opened(owners_page, portal, "observability:session-list", "acme")
    expect(owners_page.get_by_role("link", name="front-desk")).to_be_visible()
    findings.look_at("list")
    owners_page.get_by_role("checkbox", name="Choose front-desk").check()
    owners_page.get_by_role("button", name="Download data").click()
    expect(owners_page.get_by_text("Preparing the zip")).to_be_visible()
    findings.look_at("a chosen session", inside="session-choice")
    opened(owners_page, portal, "observability:connect", "acme")
    findings.look_at("connect when data has arrived")

    assert findings.grave == []


def test_a_session_that_has_ended(owners_page: Page, portal: Server, front_desk: Session) -> None:
    page = owners_page
    findings = open_session(page, portal, front_desk)
    findings.look_at("spans")
    page.get_by_role("row", name="llm_node").first.click()
    expect(page.get_by_role("region", name="Details", exact=True)).to_contain_text("First token")
    findings.look_at("details of a span", inside="#records")
    for tab in TABS:
        page.get_by_role("tab", name=tab).click()
        findings.look_at(tab, inside="#records")
    page.get_by_role("tab", name="Logs").click()
    page.get_by_role("button", name="show this line").first.click()
    expect(page.get_by_role("region", name="Details of the log line")).to_be_visible()
    findings.look_at("details of a log line", inside="#records")

    assert findings.grave == []


def test_what_opens_over_and_beside_the_lanes(owners_page: Page, portal: Server, front_desk: Session) -> None:
    page = owners_page
    findings = open_session(page, portal, front_desk)
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    findings.look_at("help", inside="dialog")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Download data").click()
    expect(page.get_by_text("Preparing the zip")).to_be_visible()
    findings.look_at("a download that is made", inside="download-data")
    work()
    expect(page.get_by_text("The zip is ready")).to_be_visible()
    findings.look_at("a download that is ready", inside="download-data")
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("book")
    expect(page.locator("[data-count]")).to_contain_text("hits")
    page.keyboard.press("Enter")
    findings.look_at("search", inside="session-search")
    page.keyboard.press("Escape")
    page.get_by_role("application").focus()
    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Back to the lanes")).to_be_visible()
    findings.look_at("spans as a table", inside="session-timeline")

    assert findings.grave == []


@pytest.mark.parametrize("status", ["live", "lost"])
def test_a_session_that_has_not_ended(owners_page: Page, portal: Server, replay: Replay, status: str) -> None:
    session = replay("node/1.9.0_full", requests=24)
    Session.objects.update(status=status)
    findings = open_session(owners_page, portal, session)
    findings.look_at(status)
    opened(owners_page, portal, "observability:session-list", "acme")
    findings.look_at(f"list with one that is {status}")

    assert findings.grave == []


def test_the_documentation_for_a_stranger_too(page: Page, portal: Server, db: None) -> None:
    findings = opened(page, portal, "documentation")
    findings.look_at("documentation")
    opened(page, portal, "documentation", "connect")
    findings.look_at("a page of it, with lines to copy")
    page.set_viewport_size(NARROW)  # type: ignore[arg-type]
    opened(page, portal, "documentation", "settings")

    assert findings.grave == []
    assert page.evaluate("scrollY") == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
