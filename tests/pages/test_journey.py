"""One person in a real browser: signs in, finds the session, listens, reads the details."""

import re

import pytest
from playwright.sync_api import Page, expect

from observability.models import Session
from tests.browser import wait_until
from tests.live.servers import Server
from tests.pages.conftest import Replay
from tests.people import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def signed_in_page(page: Page, portal: Server, owner: object) -> Page:
    owner.set_password(PASSWORD)  # type: ignore[attr-defined]
    owner.save()  # type: ignore[attr-defined]
    page.goto(portal.url)
    page.get_by_label("Email").fill("owner@acme.example")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    return page


def open_front_desk(page: Page) -> None:
    """Until its scripts are there: before that a click is a click on plain HTML."""
    page.get_by_role("link", name="front-desk").click()
    expect(page.locator("session-view:defined")).to_be_attached()


def test_a_slow_answer_is_found_heard_and_explained(front_desk: Session, signed_in_page: Page) -> None:
    page = signed_in_page

    open_front_desk(page)
    page.get_by_role("button", name="Slowest answer").click()
    expect(page.locator("[data-current]")).to_contain_text("Please book a table for four people tonight.")
    expect(page.locator("[data-clock]")).to_have_text("0:49.44")

    page.get_by_label("Turn", exact=True).select_option("5")
    page.get_by_role("row", name="llm_node").first.click()
    expect(page.get_by_role("region", name="Details", exact=True)).to_contain_text("First token")
    page.keyboard.press("Escape")
    expect(page.get_by_text("First token", exact=True)).to_be_hidden()


def test_the_steps_of_a_critical_path_open_their_spans(front_desk: Session, signed_in_page: Page) -> None:
    page = signed_in_page
    open_front_desk(page)
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
    only = page.get_by_role("checkbox", name="Critical path only")
    rows = page.locator("#span-table-rows > tr")

    page.get_by_label("Turn", exact=True).select_option("5")
    page.get_by_role("button", name="TTS 249").click()
    expect(page.get_by_role("region", name="Details", exact=True)).to_contain_text("First byte")
    expect(page.locator("tr[aria-selected=true]")).to_contain_text("tts_node")

    only.check()
    expect(rows).to_have_count(5)
    expect(only).to_be_focused()
    page.get_by_label("Turn", exact=True).select_option("4")
    expect(page.get_by_role("heading", name="Critical path of turn 4:")).to_be_visible()
    expect(only).to_be_checked()
    only.uncheck()
    expect(rows.filter(has_text="agent_speaking")).to_have_count(1)


def test_the_transcript_is_copied_whole_or_by_the_line(front_desk: Session, signed_in_page: Page) -> None:
    page = signed_in_page
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    open_front_desk(page)

    page.get_by_role("button", name="Copy the transcript").click()
    expect(page.locator(".notices")).to_have_text(re.compile(r"Copied: the transcript, \d+ lines\."))
    whole = clipboard(page)
    line = page.locator(".line", has_text="Please book a table")
    line.get_by_role("button", name="Copy this line").focus()
    page.keyboard.press("Enter")
    expect(line.locator("copy-lines[data-copied]")).to_be_visible()

    assert whole.splitlines()[15:21] == [
        "0:46  User: Please book a table for four people tonight.",
        "0:49  Tool book_table, failed, 108 ms",
        "      Arguments: guests: 4",
        "      Result: An internal error occurred",
        "0:50  receptionist: I am sorry, the booking system is not available right now.",
        "0:55  User: I have a question about my invoice, can I talk to billing?",
    ]
    assert "0:32  receptionist: Of course! Our spa has a twenty five meter [user cut in after" in whole
    assert "1:02  Handoff: receptionist → billing" in whole
    assert "Goodbye, and thank you for calling" in whole.splitlines()[-1]
    assert clipboard(page) == "0:46  User: Please book a table for four people tonight."
    expect(page.locator("[data-clock]")).to_have_text("0:00.00")


def clipboard(page: Page) -> str:
    return str(page.evaluate("navigator.clipboard.readText()"))


@pytest.mark.parametrize("view", [(1440, 900), (390, 844)], ids=["wide", "narrow"])
def test_a_session_is_printed_as_a_document(
    front_desk: Session, signed_in_page: Page, view: tuple[int, int]
) -> None:
    page = signed_in_page
    open_front_desk(page)
    page.set_viewport_size({"width": view[0], "height": view[1]})
    page.locator("html").evaluate("html => (html.dataset.theme = 'dark')")

    page.emulate_media(media="print")

    for told in ["front-desk", "Success", "room-0-1795336557", "2:22", "Python 1.8.9"]:
        expect(page.locator("#session-head").get_by_text(told, exact=True)).to_be_visible()
    result = page.locator(".call--failed [data-part=result]")
    expect(result).to_be_visible()
    expect(page.locator(".line").last).to_contain_text("Goodbye, and thank you")
    for left_out in ["nav", "session-timeline", "#records", ".transcript__head", ".transcript__end"]:
        expect(page.locator(left_out).first).to_be_hidden()
    assert page.locator("transcript-list").evaluate("list => list.scrollHeight - list.clientHeight") <= 1
    assert page.evaluate("document.documentElement.scrollHeight") > 2000
    assert page.locator("body").evaluate("body => getComputedStyle(body).color") == "rgb(0, 0, 0)"
    assert (
        page.locator("html").evaluate("html => getComputedStyle(html).backgroundColor")
        == "rgb(255, 255, 255)"
    )


def test_what_is_not_seen_at_first_is_there_when_it_is_looked_for(
    front_desk: Session, signed_in_page: Page
) -> None:
    page = signed_in_page
    open_front_desk(page)

    expect(page.locator("#span-table-rows > tr")).to_have_count(270)
    expect(page.locator("#lines")).to_contain_text("Goodbye, and thank you for calling")
    expect(page.locator("#log-rows")).not_to_contain_text("user shutdown callback ran")
    page.get_by_role("tab", name="Logs").click()
    expect(page.locator("#log-rows")).to_contain_text("user shutdown callback ran")
    page.get_by_role("tab", name="Metrics").click()
    expect(page.get_by_role("tabpanel", name="Metrics")).to_contain_text("95th percentile")


def test_the_timeline_is_walked_with_the_keyboard_alone(front_desk: Session, signed_in_page: Page) -> None:
    page = signed_in_page
    open_front_desk(page)
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")

    page.get_by_role("application").focus()
    page.keyboard.press("ArrowDown")
    expect(page.locator("[data-announce]")).to_have_text(
        "llm_node script-llm-1, LLM, at 0:00.08, lasts 531 ms"
    )
    page.keyboard.press("Enter")
    expect(page.get_by_role("region", name="Details", exact=True)).to_contain_text("llm_node")
    page.wait_for_url("**#span=*")

    page.keyboard.press("t")
    expect(page.get_by_role("button", name="Back to the lanes")).to_be_focused()
    expect(page.get_by_role("cell", name="llm_node script-llm-1").first).to_be_visible()


def test_words_are_found_in_the_transcript_the_spans_and_the_logs(
    front_desk: Session, signed_in_page: Page
) -> None:
    page = signed_in_page
    open_front_desk(page)
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
    search = page.get_by_role("search", name="This session")
    details = page.get_by_role("region", name="Details", exact=True)

    page.keyboard.press("/")
    page.keyboard.type("BOOK_table")
    expect(search.locator("[data-count]")).to_have_text("7 hits")
    expect(search.get_by_role("button", name="Words")).to_have_text("Words2")
    search.get_by_role("button", name="Spans").click()
    expect(search.locator("[data-count]")).to_have_text("3 hits")

    search.get_by_role("searchbox").press("Enter")
    expect(page.locator("[data-hit-line]")).to_contain_text("new instructions")
    page.keyboard.press("Enter")
    expect(page.locator("[data-hit-line]")).to_contain_text("book_table(guests: 4)")
    expect(page.locator("[data-clock]")).to_have_text("0:49.96")
    page.keyboard.press("Enter")
    expect(details).to_contain_text("exception occurred while executing tool")
    expect(search.get_by_role("status")).to_contain_text("3 of 3, log line, ERROR livekit.agents, function")

    search.get_by_role("button", name="Spans").click()
    search.get_by_role("button", name="Previous hit").click()
    expect(search.locator("[data-count]")).to_have_text("4 of 7")
    expect(details).to_contain_text("function_tool")
    expect(page.locator("[data-announce]")).to_contain_text("function_tool book_table, Tools, failed")

    page.keyboard.press("Escape")
    expect(search).to_be_hidden()
    expect(details).to_be_visible()


def test_whoever_found_the_session_by_what_was_said_is_led_to_it(
    front_desk: Session, signed_in_page: Page
) -> None:
    page = signed_in_page
    page.get_by_role("searchbox").fill("table for four")
    expect(page).to_have_url(re.compile("search=table"))

    open_front_desk(page)

    search = page.get_by_role("search", name="This session")
    expect(search.get_by_role("searchbox")).to_have_value("table for four")
    expect(page.locator("[data-hit-line]")).to_contain_text("Please book a table for four people tonight.")


def test_whoever_found_the_session_by_a_name_is_not_bothered_with_a_search_in_it(
    front_desk: Session, signed_in_page: Page
) -> None:
    page = signed_in_page
    page.get_by_role("searchbox").fill(front_desk.job_id)
    expect(page).to_have_url(re.compile(f"search={front_desk.job_id}"))

    with page.expect_response(re.compile("/search/")) as found:
        open_front_desk(page)

    assert found.value.ok
    expect(page.get_by_role("search", name="This session")).to_be_hidden()


def test_a_search_goes_on_while_the_session_grows(replay: Replay, signed_in_page: Page) -> None:
    session = replay("node/1.9.0_full", requests=24)
    page = signed_in_page
    page.goto(f"{page.url.split('/projects/')[0]}/projects/acme/sessions/{session.public_id}/")
    expect(page.locator("session-view:defined")).to_be_attached()
    search = page.get_by_role("search", name="This session")

    page.get_by_role("button", name="Search this session").click()
    page.keyboard.type("thank you for calling")
    expect(search).to_contain_text(
        re.compile("Nothing found|hit")
    )  # an answer, whatever of the session is here by now
    replay("node/1.9.0_full")

    expect(search.get_by_role("button", name="Words")).to_have_text("Words1", timeout=15_000)
    search.get_by_role("button", name="Spans").click()
    search.get_by_role("button", name="Logs").click()
    search.get_by_role("button", name="Next hit").click()
    expect(page.locator("[data-hit-line]")).to_contain_text("Goodbye, and thank you for calling")


def test_a_search_that_fails_says_so(front_desk: Session, signed_in_page: Page) -> None:
    page = signed_in_page
    open_front_desk(page)
    search = page.get_by_role("search", name="This session")
    page.route("**/search/?*", lambda route: route.fulfill(status=200, body="<html>"))

    page.get_by_role("button", name="Search this session").click()
    page.keyboard.type("sauna")
    expect(search).to_contain_text("The server cannot be reached. Enter tries again.")
    page.unroute("**/search/?*")
    page.keyboard.press("Enter")

    expect(search.locator("[data-count]")).to_have_text("1 of 10")


def test_what_is_selected_is_selected_everywhere_and_a_link_leads_back_to_it(
    front_desk: Session, signed_in_page: Page
) -> None:
    page = signed_in_page
    details = page.get_by_role("region", name="Details", exact=True)
    page.goto(f"{page.url.rstrip('/')}/{front_desk.public_id}/#turn=5")
    expect(details).to_contain_text("Turn 5")

    page.get_by_role("row", name="llm_node").first.click()
    expect(page.locator("[data-announce]")).to_have_text(
        "llm_node script-llm-1, LLM, at 0:00.08, lasts 531 ms"
    )
    expect(details).to_contain_text("First token")
    page.wait_for_url("**/#span=*")

    page.reload()
    expect(page.get_by_role("row", selected=True)).to_contain_text("llm_node")
    expect(details).to_contain_text("First token")

    page.get_by_role("tab", name="Logs").click()
    page.get_by_role("button", name="1:38.78: show this line").first.click()
    page.wait_for_url("**#log=*&t=98.78")
    page.get_by_role("tab", name="Metrics").click()
    page.get_by_role("button", name="Go to turn 3").click()
    page.wait_for_url("**?tab=metrics#turn=3&t=31.29")
    expect(details).to_contain_text("Turn 3")

    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Share").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    assert page.evaluate("navigator.clipboard.readText()") == page.url


def test_after_escape_the_keys_move_the_playhead_again(front_desk: Session, signed_in_page: Page) -> None:
    page = signed_in_page
    open_front_desk(page)
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
    details = page.get_by_role("region", name="Details", exact=True)
    page.mouse.click(*place_of_first_llm_call(page))
    expect(details).to_contain_text("Greet the caller.")
    for _ in range(6):  # faster than Details arrive
        page.keyboard.press("ArrowDown")
    expect(page.locator("[data-announce]")).to_contain_text("turn 5")
    expect(details).to_contain_text("script-llm-1 · turn 5")
    page.keyboard.press("Escape")
    expect(details).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(page.locator("[data-clock]")).to_have_text("0:02.00")


@pytest.mark.browser_context_args(viewport={"width": 390, "height": 844}, has_touch=True)
def test_a_span_that_is_tapped_on_a_phone_shows_its_details(
    front_desk: Session, signed_in_page: Page
) -> None:
    page = signed_in_page
    open_front_desk(page)
    expect(page.get_by_role("region", name="Transcript, scrollable")).to_be_visible()
    wait_until(page, "document.querySelector('session-timeline').model.spans.size")

    page.touchscreen.tap(*place_of_first_llm_call(page))
    expect(page.get_by_role("heading", name="llm_node")).to_be_visible()
    page.get_by_role("button", name="Close details (Esc)").click()
    expect(page.get_by_role("region", name="Transcript, scrollable")).to_be_visible()

    page.get_by_role("button", name="More of the player").click()
    expect(page.get_by_role("button", name="Mute the user")).to_be_visible()


def place_of_first_llm_call(page: Page) -> tuple[float, float]:
    """Where on the screen the lanes show it."""
    x, y = page.evaluate(
        """() => {
            const { model, control, surface } = document.querySelector("session-timeline");
            const [row] = model.lanes.get("llm").inOrder;
            const { left, top } = surface.stage.getBoundingClientRect();
            const { llm } = surface.boxes;
            return [left + control.view.toPx(model.spans.startMs[row]) + 1, top + llm.top + llm.height / 2];
        }"""
    )
    return x, y


def test_a_live_session_grows_while_someone_looks(replay: Replay, signed_in_page: Page) -> None:
    session = replay("node/1.9.0_full", requests=24)
    page = signed_in_page

    page.goto(f"{page.url.split('/projects/')[0]}/projects/acme/sessions/{session.public_id}/")
    expect(page.locator("session-view:defined")).to_be_attached()
    expect(page.locator("#lines")).to_contain_text("Breakfast is served")
    page.get_by_role("row", name="tts_node").first.click()
    expect(page.get_by_role("region", name="Details", exact=True)).to_contain_text("tts_node")
    replay("node/1.9.0_full")

    expect(page.locator("#lines")).to_contain_text("Goodbye, and thank you for calling", timeout=15_000)
    expect(page.get_by_role("region", name="Details", exact=True)).to_contain_text("tts_node")
    expect(page.locator("session-timeline audio[src]")).to_be_attached()
