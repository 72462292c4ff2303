"""Who asks for less motion gets none."""

from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability.models import Session
from tests.live.servers import Server
from tests.pages.conftest import Replay
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WATCH_SCROLLING = """() => {
  window.scrolled = [];
  for (const name of ["scrollTo", "scrollBy", "scrollIntoView"]) {
    const scroll = Element.prototype[name];
    Element.prototype[name] = function (...how) {
      window.scrolled.push(how[0]?.behavior ?? "auto");
      return scroll.apply(this, how);
    };
  }
}"""
MOVING = """() => document.getAnimations()
  .filter((animation) => animation.playState === "running" && animation.effect.getComputedTiming().duration > 1)
  .length"""


def open_session(page: Page, server: Server, session: Session, motion: Any) -> None:
    page.emulate_media(reduced_motion=motion)
    page.add_init_script(f"({WATCH_SCROLLING})()")
    page.goto(server.url + reverse("observability:session-show", args=session_args(session)))
    expect(page.locator("session-view:defined")).to_be_attached()
    expect(page.locator(".live-line[data-state=connecting]")).to_have_count(0)


@pytest.mark.parametrize(("motion", "moves"), [("no-preference", True), ("reduce", False)])
def test_what_pulses_while_a_session_runs_stands_still(
    owners_page: Page, portal: Server, replay: Replay, motion: str, moves: bool
) -> None:
    session = replay("node/1.9.0_full", requests=24)

    open_session(owners_page, portal, session, motion)

    expect(owners_page.locator(".pulse").first).to_be_visible()
    assert (owners_page.evaluate(MOVING) > 0) is moves


@pytest.mark.parametrize(("motion", "behaviours"), [("no-preference", {"smooth"}), ("reduce", {"instant"})])
def test_the_transcript_jumps_to_its_line(
    owners_page: Page, portal: Server, front_desk: Session, motion: str, behaviours: set[str]
) -> None:
    page = owners_page
    open_session(page, portal, front_desk, motion)
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
    page.evaluate("window.scrolled = []")

    page.get_by_role("button", name="Slowest answer").click()

    expect(page.locator("[data-current]")).to_be_in_viewport()
    assert set(page.evaluate("window.scrolled")) == behaviours
