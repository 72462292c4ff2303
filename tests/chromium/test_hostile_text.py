"""What callers, models, tools and agents say is text wherever it is shown: it runs nothing and loads nothing."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode, urlsplit

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Dialog, Locator, Page, Request, WebSocket, expect

from accounts.models import User
from observability.models import Session
from observability.sessions.summary import refresh_summary
from projects.actions import create_access_token, register_api_key
from projects.models import Project
from tests.chromium.hostile import PAYLOADS, hostile_uploads, payload_for, told
from tests.live.servers import Server
from tests.pages.reading import session_args
from tests.people import API_SECRET
from tests.recordings.uploads import CONTENT_TYPE
from tests.sending import PROTOBUF, spans, token

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),  # every kind of row is opened
]
KEY = f"API{payload_for('key')}"
UNKNOWN_KEY = f"API{PAYLOADS[1]}"
NOT_OURS = """() => {
  const strangers = "iframe, object, embed, base, img, meta[http-equiv], style, [autofocus], [srcdoc], [action*=evil]";
  const found = [...document.querySelectorAll(`${strangers}, [href^=javascript i]`)];
  for (const element of document.querySelectorAll("*")) {
    if (element.getAttributeNames().some((name) => /^(on|hx-on)/.test(name))) found.push(element);
  }
  const scripts = [...document.scripts].filter(({ src }) => !src);
  return [...found, ...scripts].map((element) => element.outerHTML.slice(0, 200));
}"""


@dataclass
class Watch:
    """What happens in a browser that should not."""

    server: Server
    elsewhere: list[str] = field(default_factory=list)
    dialogs: list[str] = field(default_factory=list)

    def over(self, context: BrowserContext) -> None:
        context.on("request", self.see)
        context.on("dialog", self.answer)
        context.on("page", lambda page: page.on("websocket", self.see))

    def see(self, request: Request | WebSocket) -> None:
        address = urlsplit(request.url)
        if address.scheme not in {"data", "blob"} and address.port != self.server.port:
            self.elsewhere.append(request.url)

    def answer(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()

    def found_nothing(self, page: Page) -> None:
        assert page.evaluate("window.pwned ?? null") is None
        assert page.evaluate(NOT_OURS) == []
        assert urlsplit(page.url).port == self.server.port
        assert (self.elsewhere, self.dialogs) == ([], [])


@pytest.fixture
def watch(context: BrowserContext, portal: Server) -> Watch:
    watch = Watch(portal)
    watch.over(context)
    return watch


@pytest.fixture
def hostile(project: Project, owner: User, portal: Server) -> Session:
    """Sent to the running server as an agent sends it, by a project whose own names are no better."""
    Project.objects.update(name=told("Acme"))
    User.objects.filter(pk=owner.pk).update(name=told("Olivia"))
    register_api_key(project, KEY, API_SECRET, by=owner)
    create_access_token(project, told("script"), ["read"], by=owner)
    for signal, body in hostile_uploads():
        assert send(portal, signal, body, KEY) == 200, signal
    assert send(portal, "traces", spans("llm_node", job="AJ_2"), UNKNOWN_KEY) == 401
    session = Session.objects.get()
    refresh_summary(session.pk)
    return session


def send(server: Server, signal: str, body: bytes, key: str) -> int:
    kind, version = (CONTENT_TYPE, "v0") if signal == "recordings" else (PROTOBUF, "otlp/v0")
    headers = {"Content-Type": kind, "Authorization": f"Bearer {token(key=key, secret=API_SECRET)}"}
    return server.post(f"/p/acme/observability/{signal}/{version}", body, **headers)


def open_session(page: Page, server: Server, session: Session) -> None:
    page.goto(server.url + reverse("observability:session-show", args=session_args(session)))
    expect(page.locator("session-view:defined")).to_be_attached()
    expect(page.locator("[data-lane=turns]")).to_be_visible()


def test_the_list_and_the_settings_show_names_as_they_are(
    owners_page: Page, portal: Server, hostile: Session, watch: Watch
) -> None:
    page = owners_page
    page.goto(portal.url + reverse("observability:session-list", args=["acme"]))
    expect(page.get_by_role("link", name=told("front-desk"))).to_be_visible()
    expect(page.locator(".project-name")).to_have_text(told("Acme"))
    page.goto(f"{page.url}?{urlencode({'agent': told('front-desk')})}")
    expect(page.get_by_role("link", name=told("front-desk")).first).to_be_visible()
    page.get_by_label("Search by what was said").fill(f"{PAYLOADS[0]} nowhere")
    expect(page.get_by_text("No session matches")).to_be_visible()
    page.get_by_role("button", name="Account menu").click()
    expect(page.locator(".menu__who b")).to_have_text(told("Olivia"))
    watch.found_nothing(page)

    page.goto(portal.url + reverse("observability:connect", args=["acme"]))
    expect(page.locator("#env-python")).to_contain_text(KEY)
    expect(page.locator("#check-refused")).to_contain_text(UNKNOWN_KEY)
    watch.found_nothing(page)

    page.goto(portal.url + reverse("projects:key-list", args=["acme"]))
    expect(page.get_by_text(KEY, exact=True).first).to_be_visible()
    expect(page.get_by_text(told("script"), exact=True).first).to_be_visible()
    watch.found_nothing(page)

    for name in ["projects:privacy-edit", "accounts:account-edit"]:
        page.goto(portal.url + reverse(name, args=["acme"] if name.startswith("projects") else []))
        watch.found_nothing(page)
    expect(page.get_by_role("textbox", name="Name")).to_have_value(told("Olivia"))


def test_a_session_shows_words_and_names_as_they_are(
    owners_page: Page, portal: Server, hostile: Session, watch: Watch
) -> None:
    page = owners_page
    open_session(page, portal, hostile)

    expect(page.get_by_role("heading", level=1)).to_have_text(told("front-desk"))
    expect(page.locator("#lines")).to_contain_text(told("Please book a table for four people tonight."))
    expect(page.locator("#lines")).to_contain_text(told("receptionist"))
    for tab, words in {
        "Logs": told("my-agent"),
        "Metrics": told("script-llm-1"),
        "Evaluations": told("scripted: the caller got an answer"),
        "Report": told("room-0-1795336557"),
        "Raw": PAYLOADS[0],
    }.items():
        page.get_by_role("tab", name=tab).click()
        expect(page.get_by_role("tabpanel", name=tab)).to_contain_text(words)
        watch.found_nothing(page)


def test_the_details_of_every_kind_of_record_show_text(
    owners_page: Page, portal: Server, hostile: Session, watch: Watch
) -> None:
    page = owners_page
    open_session(page, portal, hostile)

    for row in first_of_each(page.locator("#span-table-rows > tr"), ".span-name__text"):
        open_details(page, row)
    watch.found_nothing(page)
    page.get_by_role("tab", name="Logs").click()
    for row in first_of_each(page.locator("#log-table-rows > tr"), "td:nth-child(4)"):
        open_details(page, row)
    watch.found_nothing(page)
    page.get_by_role("tab", name="Raw").click()
    expect(page.locator("#raw-rows tbody > tr").first).to_be_visible()
    for row in first_of_each(page.locator("#raw-rows tbody > tr"), "td:nth-child(2)"):
        open_details(page, row)
    watch.found_nothing(page)


def first_of_each(rows: Locator, cell: str) -> list[Locator]:
    names = rows.locator(cell).all_text_contents()
    return [rows.nth(names.index(name)) for name in dict.fromkeys(names)]


def open_details(page: Page, row: Locator) -> None:
    """Everything of them: what is folded is unfolded."""
    details = page.get_by_role("region", name="Details", exact=True)
    with page.expect_response(lambda response: "/sessions/" in response.url):
        row.locator("td").last.click()
    expect(details.locator(".details__head")).to_be_visible()
    details.evaluate("pane => { for (const fold of pane.querySelectorAll('details')) fold.open = true; }")
    expect(details).to_contain_text("pwned")


def test_lanes_search_and_table_paint_and_write_text(
    owners_page: Page, portal: Server, hostile: Session, watch: Watch
) -> None:
    page = owners_page
    open_session(page, portal, hostile)

    cards = hover_everywhere(page)
    assert any(payload in card for card in cards for payload in PAYLOADS)
    watch.found_nothing(page)
    page.keyboard.press("/")
    page.keyboard.type("pwned=1")
    expect(page.locator("session-search [data-count]")).to_contain_text("hits")
    for _ in range(12):
        page.keyboard.press("Enter")
    expect(page.locator("session-search [data-hit]")).to_contain_text("pwned=1")
    watch.found_nothing(page)
    page.keyboard.press("Escape")
    page.get_by_role("application").focus()
    page.keyboard.press("t")
    expect(page.get_by_role("cell", name=PAYLOADS[0]).first).to_be_visible()
    watch.found_nothing(page)


def hover_everywhere(page: Page) -> set[str]:
    """What the card says along each lane."""
    box = page.locator(".timeline__stage").bounding_box()
    assert box
    said = set()
    for head in page.locator("[data-lane]:not([hidden])").all():
        place = head.bounding_box()
        if place is None or place["y"] > 890:
            continue
        for step in range(1, 12):
            page.mouse.move(box["x"] + box["width"] * step / 12, place["y"] + place["height"] / 2)
            said.add(page.locator(".hover-card").inner_text())
    return said


def test_a_script_that_makes_markup_out_of_text_is_refused(
    owners_page: Page, portal: Server, complaints: Any
) -> None:
    complaints.grant("requires 'TrustedHTML' assignment")
    page = owners_page
    page.goto(portal.url + reverse("observability:session-list", args=["acme"]))

    refused = page.evaluate(
        "() => { try { document.body.innerHTML = '<b>x</b>'; } catch (error) { return error.name; } }"
    )

    assert refused == "TypeError"
    expect(page.get_by_role("heading", name="Sessions")).to_be_visible()
