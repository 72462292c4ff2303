"""An agent sends, and everybody in its project sees it arrive; nobody else does."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from observability.models import Session
from projects.models import Project
from tests.browser import Complaints, signed_in
from tests.captured import captured
from tests.live.conftest import LiveAgent, send_captured
from tests.live.servers import Server
from tests.people import API_SECRET
from tests.recordings.uploads import captured_recording
from tests.sending import token

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),  # three browsers
]
RUN = "python/1.8.9_full"
CLOSE_CODE = """path => new Promise((resolve) => {
  const socket = new WebSocket(`ws://${location.host}${path}`);
  socket.onclose = ({ code }) => resolve(code);
  socket.onmessage = ({ data }) => resolve(data);
})"""


@pytest.fixture
def colleagues(
    new_context: Callable[..., BrowserContext],
    owner_client: Client,
    teammate_client: Client,
    project: Project,
    portal: Server,
) -> list[Page]:
    """The owner's browser and the teammate's, both before the empty list."""
    pages = [signed_in(new_context(), client, portal) for client in (owner_client, teammate_client)]
    for page in pages:
        page.goto(portal.url + reverse("observability:session-list", args=["acme"]))
        expect(page.get_by_text("No session has arrived yet")).to_be_visible()
        expect(page.locator(".live-line")).to_have_attribute("data-state", "live")
        note_loading(page)
    return pages


def note_loading(page: Page) -> None:
    page.evaluate("window.isStillThisPage = true")


def expect_no_reload(page: Page) -> None:
    assert page.evaluate("window.isStillThisPage") is True


def send_recording(sender: LiveAgent) -> None:
    request = captured_recording(RUN)
    headers = {
        "Content-Type": request.content_type,
        "Authorization": f"Bearer {token(key=sender.key, secret=API_SECRET)}",
    }
    assert sender.server.post("/p/acme/observability/recordings/v0", request.body, **headers) == 200


def test_what_an_agent_sends_arrives_in_two_browsers(sender: LiveAgent, colleagues: list[Page]) -> None:
    requests = [request for request in captured(RUN) if request.signal != "recordings"]
    beginning, middle, end = requests[:14], requests[14:30], requests[30:]

    for request in beginning:
        send_captured(sender, request)
    for page in colleagues:
        row = page.get_by_role("row", name="front-desk")
        expect(row.get_by_text("Live", exact=True)).to_be_visible()
        expect_no_reload(page)
        row.get_by_role("link").click()
        expect(page.locator(".live-line")).to_have_attribute("data-state", "live")
        expect(page.locator("#lines")).to_contain_text("Grüezi and welcome")
        note_loading(page)

    for request in middle:
        send_captured(sender, request)
    for page in colleagues:
        expect(page.locator("#lines")).to_contain_text("Please book a table for four people tonight.")
        expect(page.locator("#session-head").get_by_text("Live", exact=True)).to_be_visible()

    for request in end:
        send_captured(sender, request)
    send_recording(sender)
    for page in colleagues:
        expect(page.locator("#session-head").get_by_text("Ended", exact=True)).to_be_visible()
        expect(page.locator("#lines")).to_contain_text("Goodbye, and thank you for calling")
        expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
        expect(page.locator("session-timeline audio[src]")).to_be_attached()
        expect(page.get_by_role("tab", name="Spans")).to_have_text("Spans270")
        expect_no_reload(page)


def test_a_stranger_sees_nothing_of_it(
    sender: LiveAgent,
    context: BrowserContext,
    stranger_client: Client,
    other_project: Project,
    portal: Server,
    complaints: Complaints,
) -> None:
    complaints.grant("the server responded with a status of 404")
    for request in captured(RUN)[:14]:
        if request.signal != "recordings":
            send_captured(sender, request)
    public_id = Session.objects.get().public_id
    page = signed_in(context, stranger_client, portal)

    shown = {
        address: (answer.status, page.title(), page.locator("main").inner_text())
        for address in addresses_of(public_id)
        if (answer := page.goto(portal.url + address))
    }
    page.goto(f"{portal.url}/account/")
    closed = {path: page.evaluate(CLOSE_CODE, path) for path in sockets_of(public_id)}

    assert len(shown) == 5
    assert {status for status, *_ in shown.values()} == {404}
    assert len(set(shown.values())) == 1
    assert set(closed.values()) == {4404}


def addresses_of(public_id: Any) -> list[str]:
    """The session and its list, and as many that never were."""
    nowhere = "/projects/no-such-project/sessions/"
    unknown = "00000000-0000-4000-8000-000000000000"
    ours = reverse("observability:session-list", args=["acme"])
    return [f"{ours}{public_id}/", ours, f"{ours}{unknown}/", nowhere, f"{nowhere}{unknown}/"]


def sockets_of(public_id: Any) -> list[str]:
    return [f"/ws{address}" for address in addresses_of(public_id)]
