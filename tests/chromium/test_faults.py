"""Whatever breaks while a session streams, an open page is where the database is soon after, without a reload."""

import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from observability.models import Session
from observability.queries.records import timeline_of
from tests.browser import Complaints, signed_in, wait_until
from tests.captured import captured_exports
from tests.live.conftest import LiveAgent, send_captured
from tests.live.line import Line, line_to
from tests.live.servers import Server, begin, end, free_port
from tests.pages.reading import session_args

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(180),
]
REQUESTS = captured_exports("python/1.8.9_full")
BEFORE, MEANWHILE, AFTER = REQUESTS[:14], REQUESTS[14:30], REQUESTS[30:36]
HELD = """() => {
  const { model } = document.querySelector("session-timeline");
  return [model.spans.count, model.logs.size];
}"""
WITHIN_MS = 5000
COLLECTED = {"LIVE_TEST_COLLECTED": "1"}
"""Static files, by the `portal`."""
UNREACHABLE = ("net::ERR_", "WebSocket connection to", "htmx:")
"""What a browser, and htmx, say of a server that does not answer."""


@pytest.fixture
def doomed(portal: Server) -> Iterator[Server]:
    """A server of this test alone, which may be killed and begun again."""
    servers = [begin(free_port(), **COLLECTED)]
    yield servers[0]
    if servers[0].process.poll() is None:
        end(servers[0])


@pytest.fixture
def line(doomed: Server) -> Iterator[Line]:
    with line_to(doomed.port) as line:
        yield line


@pytest.fixture
def page(
    context: BrowserContext,
    owner_client: Client,
    sender: LiveAgent,
    doomed: Server,
    line: Line,
) -> Page:
    """A live session, open over a line that can be cut."""
    for request in BEFORE:
        send_captured(sender, request)
    page = signed_in(context, owner_client, doomed)
    page.goto(
        f"http://127.0.0.1:{line.port}"
        + reverse("observability:session-show", args=session_args(Session.objects.get()))
    )
    expect(page.locator(".live-line")).to_have_attribute("data-state", "live")
    page.evaluate("window.isStillThisPage = true")
    return page


def kept() -> list[int]:
    timeline = timeline_of(Session.objects.get())
    return [len(timeline.spans), len(timeline.logs)]


def expect_all(page: Page) -> None:
    holds = f"(kept) => JSON.stringify(({HELD})()) === JSON.stringify(kept)"
    wait_until(page, holds, kept(), within_s=WITHIN_MS / 1000)
    expect(page.get_by_role("tab", name="Spans")).to_have_text(f"Spans{kept()[0]}")
    assert page.evaluate("window.isStillThisPage") is True


def send(sender: LiveAgent, requests: Any) -> None:
    for request in requests:
        send_captured(sender, request)


def test_page_catches_up_after_its_server_was_killed(
    page: Page, sender: LiveAgent, doomed: Server, complaints: Complaints
) -> None:
    complaints.grant(*UNREACHABLE)
    end(doomed, signal.SIGKILL)
    expect(page.locator(".live-line")).to_have_attribute("data-state", "reconnecting")
    send(sender, MEANWHILE)

    doomed.process = begin(doomed.port, **COLLECTED).process

    expect(page.locator(".live-line")).to_have_attribute("data-state", "live")
    expect_all(page)
    send(sender, AFTER)
    expect_all(page)


def test_page_catches_up_after_the_network_was_away(
    page: Page, line: Line, sender: LiveAgent, complaints: Complaints
) -> None:
    complaints.grant(*UNREACHABLE)
    page.wait_for_timeout(1000)  # by then the server has said how often it will be heard of
    line.cut()
    expect(page.locator(".live-line")).to_have_attribute("data-state", "reconnecting")
    send(sender, MEANWHILE)

    line.mend()

    expect(page.locator(".live-line")).to_have_attribute("data-state", "live")
    expect_all(page)
    send(sender, AFTER)
    expect_all(page)
