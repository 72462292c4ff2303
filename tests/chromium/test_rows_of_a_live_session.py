"""Rows of a session that runs stay as somebody has them while others come."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from playwright.sync_api import Locator, Page, expect

from observability.models import Session
from observability.pages.span_rows import ROWS_AT_ONCE
from tests.live.conftest import LiveAgent
from tests.live.servers import Server
from tests.pages.reading import session_args
from tests.sending import START_NS, attributes, logs

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(120)]


@pytest.fixture
def opened(owners_page: Page, portal: Server) -> Callable[[], Page]:
    """Once something has been sent."""

    def opened() -> Page:
        args = session_args(Session.objects.get())
        owners_page.goto(portal.url + reverse("observability:session-show", args=args))
        expect(owners_page.locator(".live-line")).to_have_attribute("data-state", "live")
        expect(owners_page.locator("#spans-later")).to_have_count(0)
        return owners_page

    return opened


def tree(*spans: tuple[int, int]) -> bytes:
    """Spans by number, each with the number of its parent or 0; they begin a second apart."""
    request = ExportTraceServiceRequest()
    scope = request.resource_spans.add().scope_spans.add()
    for number, parent in spans:
        scope.spans.add(
            trace_id=b"t" * 16,
            span_id=number.to_bytes(8),
            parent_span_id=parent.to_bytes(8) if parent else b"",
            name=f"step-{number}",
            start_time_unix_nano=START_NS + number * 10**9,
            end_time_unix_nano=START_NS + (number + 1) * 10**9,
            attributes=attributes(job_id="AJ_1", room_id="RM_1"),
        )
    return request.SerializeToString()


def rows(page: Page) -> Locator:
    return page.locator("#span-table-rows > tr")


def row_of(page: Page, number: int) -> Locator:
    return page.locator(f"#span-table-rows > tr[id$='-{number:016x}']")


def expect_count(page: Page, count: int) -> None:
    """The tab tells how many spans the server had when the page was brought up to date."""
    expect(page.get_by_role("tab", name="Spans")).to_have_text(f"Spans{count}")


def test_what_show_more_has_brought_stays_while_more_comes(
    sender: LiveAgent, opened: Callable[[], Page]
) -> None:
    count = ROWS_AT_ONCE + 50
    sender.send("traces", tree(*[(number, 0) for number in range(1, count + 1)]))
    sender.send("logs", logs(*[f"line {number}" for number in range(count)]))
    page = opened()
    page.get_by_role("button", name="Show more").click()
    expect(rows(page)).to_have_count(count)
    page.get_by_role("tab", name="Logs").click()
    page.get_by_role("button", name="Show more").click()
    expect(page.locator("#log-table-rows > tr")).to_have_count(count)

    sender.send("traces", tree((count + 1, 0)))

    expect_count(page, count + 1)
    expect(rows(page)).to_have_count(count + 1)
    expect(page.locator("#log-table-rows > tr")).to_have_count(count)


def test_what_is_folded_stays_folded_when_children_come(
    sender: LiveAgent, opened: Callable[[], Page]
) -> None:
    sender.send("traces", tree((1, 0), (2, 1), (3, 0)))
    page = opened()
    row_of(page, 1).get_by_role("button", name="Fold or unfold").click()
    expect(row_of(page, 2)).to_be_hidden()

    sender.send("traces", tree((4, 1), (5, 0)))

    expect(row_of(page, 5)).to_be_visible()
    expect(row_of(page, 4)).to_be_hidden()
    row_of(page, 1).get_by_role("button", name="Fold or unfold").click()
    expect(row_of(page, 4)).to_be_visible()


def test_a_span_that_gets_its_first_child_can_be_folded(
    sender: LiveAgent, opened: Callable[[], Page]
) -> None:
    sender.send("traces", tree((1, 0)))
    page = opened()
    expect(row_of(page, 1)).to_be_visible()

    sender.send("traces", tree((2, 1)))

    expect(row_of(page, 1)).to_have_attribute("aria-expanded", "true")
    row_of(page, 1).get_by_role("button", name="Fold or unfold").click()
    expect(row_of(page, 2)).to_be_hidden()
