"""The page of a session that runs: it is never older than what it was told last, and its tab says that it is live."""

import secrets
from typing import Any

import pytest
from django.urls import reverse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import Page, Route, expect

from accounts.models import User
from observability.models import Session
from projects.actions import register_api_key
from projects.models import Project
from tests.browser import wait_until
from tests.live.conftest import LiveAgent
from tests.live.servers import Server
from tests.pages.reading import session_args
from tests.people import API_SECRET
from tests.sending import START_NS, attributes, spans

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]
TURN = b"turn0001"
SETTLED_MS = 100
"""htmx looks at what it has swapped in once more after 20 ms."""
DUE_MS = 1500
"""A page asks for its parts at most once a second."""


@pytest.fixture
def sender(project: Project, owner: User, portal: Server) -> LiveAgent:
    key = "API" + secrets.token_hex(6)
    register_api_key(project, key, API_SECRET, by=owner)
    return LiveAgent(portal, key)


def part_of_answer(
    name: str, number: int, *, span_id: bytes = b"", parent: bytes = TURN, **told: str
) -> bytes:
    request = ExportTraceServiceRequest()
    request.resource_spans.add().scope_spans.add().spans.add(
        trace_id=b"t" * 16,
        span_id=span_id or number.to_bytes(8),
        parent_span_id=parent,
        name=name,
        start_time_unix_nano=START_NS + number * 10**9,
        end_time_unix_nano=START_NS + (number + 1) * 10**9,
        attributes=attributes(job_id="AJ_1", room_id="RM_1", **told),
    )
    return request.SerializeToString()


WRITTEN = part_of_answer("llm_node", 2, **{"lk.pii.response.text": "Good evening."})
VOICED = part_of_answer("tts_node", 3)
SPOKEN = part_of_answer(
    "agent_turn",
    4,
    span_id=TURN,
    parent=b"",
    **{"lk.speech_id": "s", "lk.pii.response.text": "Good evening."},
)


@pytest.fixture
def live_page(owners_page: Page, portal: Server, sender: LiveAgent) -> Page:
    sender.send("traces", spans("user_turn", **{"lk.pii.user_transcript": "Hello?"}))
    page = owners_page
    page.goto(portal.url + reverse("observability:session-show", args=session_args(Session.objects.get())))
    expect(page.locator(".live-line")).to_have_attribute("data-state", "live")
    page.wait_for_timeout(DUE_MS)
    return page


class Held:
    """Answers to the page's requests for its parts: the server has given them, and the network is slow."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.waiting: list[tuple[Route, Any]] = []
        page.route("**/refresh/**", self.hold)

    def hold(self, route: Route) -> None:
        self.waiting.append((route, route.fetch()))

    def await_one(self) -> None:
        for _ in range(500):
            if self.waiting:
                return
            self.page.wait_for_timeout(20)
        raise AssertionError("The page asked for nothing.")

    def deliver(self, place: int = 0) -> None:
        route, response = self.waiting.pop(place)
        route.fulfill(response=response)
        self.page.wait_for_timeout(SETTLED_MS)


def test_an_older_answer_of_the_server_never_overtakes_a_newer_one(
    live_page: Page, sender: LiveAgent
) -> None:
    page, held = live_page, Held(live_page)
    line = page.locator("#lines > li", has_text="Good evening.")
    sender.send("traces", WRITTEN)
    held.await_one()
    sender.send("traces", VOICED)
    cursor_is(page, 3)
    page.wait_for_timeout(DUE_MS)
    held.deliver()
    expect(line).to_contain_text("not confirmed yet")
    held.await_one()

    sender.send("traces", SPOKEN)
    cursor_is(page, 4)
    page.wait_for_timeout(DUE_MS)
    assert len(held.waiting) == 1, "Two are on their way, and the older may come last."
    held.deliver()
    held.await_one()
    held.deliver()

    expect(line.locator("[data-part=state]")).to_have_count(0)


def cursor_is(page: Page, cursor: int) -> None:
    wait_until(
        page, "(cursor) => document.querySelector('live-status').feed.snapshot?.cursor === cursor", cursor
    )


def test_the_tab_says_that_a_session_is_live_until_it_is_over(live_page: Page, sender: LiveAgent) -> None:
    page = live_page
    expect(page).to_have_title("● Live · Unnamed agent, RM_1 · Playhead")

    sender.send("traces", spans("agent_session", first_id=9))

    expect(page).to_have_title("Unnamed agent, RM_1 · Playhead")
