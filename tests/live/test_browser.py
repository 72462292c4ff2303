"""The page's own modules in Chromium against a real server: what is sent is seen, whatever happens on the way."""

import re
import signal
from typing import Any

import pytest
from django.test import Client
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser import Complaints, signed_in
from tests.live.conftest import LiveAgent, only_session, timeline_of
from tests.live.servers import Server, end, free_port, running
from tests.live.viewer import EVENTUALLY_S
from tests.sending import logs, spans

ADD_STATUS = """async (src) => {
  await customElements.whenDefined("live-status");
  const status = document.createElement("live-status");
  status.id = "mine";
  status.setAttribute("src", src);
  status.dataset.refreshes = "";
  status.addEventListener("live:refresh", () => { status.dataset.refreshes += "x"; });
  status.addEventListener("live:change", ({ detail }) => { status.dataset.cursor = detail.snapshot.cursor; });
  document.body.append(status);
}"""
SNAPSHOT = "() => document.querySelector('#mine').feed.snapshot"

pytestmark = pytest.mark.browser


def open_page(context: BrowserContext, client: Client, server: Server, src: str) -> Page:
    page = signed_in(context, client, server)
    page.goto(f"{server.url}/account/")  # has no live parts of its own
    page.evaluate(ADD_STATUS, src)
    return page


def eventually(page: Page, state: str, label: str) -> None:
    status = page.locator("#mine")
    expect(status).to_have_attribute("data-state", state, timeout=EVENTUALLY_S * 1000)
    expect(status).to_have_text(label)
    expect(status).to_have_attribute("role", "status")


def expect_cursor(page: Page, cursor: int) -> None:
    expect(page.locator("#mine")).to_have_attribute("data-cursor", str(cursor), timeout=EVENTUALLY_S * 1000)


def test_a_page_follows_a_session_through_a_killed_server(
    context: BrowserContext,
    agent: LiveAgent,
    owner_client: Client,
    read_token: Any,
    complaints: Complaints,
) -> None:
    complaints.grant("WebSocket connection to .* failed")
    agent.send("traces", spans("user_turn"))
    session = only_session()
    port = free_port()
    with running(port, DEBUG="1") as first:
        page = open_page(context, owner_client, first, f"/ws/projects/acme/sessions/{session.public_id}/")
        eventually(page, "live", "Live")
        agent.send("logs", logs(*[f"a line of some length, number {n}" for n in range(300)]))
        expect_cursor(page, 2)
        end(first, signal.SIGKILL)
        eventually(page, "reconnecting", "Reconnecting")
        agent.send("traces", spans("llm_node", first_id=2))

    with running(port, DEBUG="1") as second:
        expect_cursor(page, 3)
        eventually(page, "live", "Live")
        assert page.evaluate(SNAPSHOT) == timeline_of(second, session, read_token.secret)
        expect(page.locator("#mine")).to_have_attribute("data-refreshes", re.compile("xx"))
        agent.send("traces", spans("agent_session", first_id=3))
        eventually(page, "ended", "Ended")
        owner_client.logout()
        expect(page.locator("live-status")).to_have_count(0)  # what was there is not left in sight
        page.close()


def test_a_page_of_somebody_elses_session_shows_nothing(
    context: BrowserContext, agent: LiveAgent, stranger_client: Client, other_project: Any
) -> None:
    agent.send("traces", spans("user_turn"))
    path = f"/ws/projects/acme/sessions/{only_session().public_id}/"
    with running(free_port(), DEBUG="1") as server:
        page = open_page(context, stranger_client, server, path)
        eventually(page, "closed", "No longer available")
        assert page.evaluate(SNAPSHOT) is None
        page.close()
