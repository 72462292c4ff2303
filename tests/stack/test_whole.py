"""A real session through all of production: what arrives, where it lies, and what a browser shows of it."""

import json
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import BrowserContext, expect
from websockets.sync.client import connect

from tests.sdk.playhead import eventually
from tests.sending import spans
from tests.stack.agents import TRACES, replay, upload
from tests.stack.production import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
RUN = "python/1.8.9_full"
ITS_RECORDS = {"spans": 270, "chat_items": 48, "metric_points": 67, "rejected": 0}


@pytest.fixture(scope="module")
def session(stack: Stack) -> dict:
    assert set(replay(stack, RUN)) == {200}
    found: list[dict] = []

    def is_summarised() -> bool:
        found[:] = [each for each in stack.api("sessions/")["results"] if each["counts"]["chat_items"]]
        return bool(found) and found[0]["completeness"]["audio"]["state"] == "received"

    eventually(is_summarised, within_s=60, what="summarised by a worker")
    return found[0]


def test_captured_session_is_there_with_all_it_brought(stack, session):
    counts = session["counts"]

    assert {name: counts[name] for name in ITS_RECORDS} == ITS_RECORDS
    assert len(stack.every(f"sessions/{session['id']}/spans/")) == ITS_RECORDS["spans"]


def test_recording_lies_in_the_bucket_and_is_played_by_ranges(stack, session):
    where = f"/api/v1/projects/demo/sessions/{session['id']}/audio/"
    part = stack.ask(where, Authorization=f"Bearer {stack.project['read_token']}", Range="bytes=0-3")

    assert (part.status, part.body) == (206, b"OggS")
    media = stack.run_dir.parent / "media"
    assert [file for file in media.rglob("*") if file.is_file()] == []


def test_workers_behind_redis_make_the_waveform(stack, session):
    def has_peaks() -> bool:
        answer = stack.ask(
            f"/api/v1/projects/demo/sessions/{session['id']}/peaks/",
            Authorization=f"Bearer {stack.project['read_token']}",
        )
        return answer.status == 200

    eventually(has_peaks, within_s=60, what="peaks of the recording")


def test_viewer_of_the_live_list_is_told_of_a_session_that_begins(stack):
    where = f"ws://{urlsplit(stack.url).netloc}/ws/projects/demo/sessions/"
    token = {"Authorization": f"Bearer {stack.project['read_token']}"}
    with connect(where, additional_headers=token) as socket:
        upload(stack, TRACES, spans("hello", job="AJ_seen_live"))
        [begun] = stack.api("sessions/?text=AJ_seen_live")["results"]

        while begun["id"] not in (told := str(socket.recv(20))):
            continue

    assert json.loads(told)["type"] in {"snapshot", "changes"}


@pytest.mark.browser
def test_session_page_opens_in_a_browser_through_the_proxy(stack, session, context: BrowserContext):
    page = context.new_page()
    page.goto(stack.manage("sign-in-link").strip().splitlines()[-1])
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Sign in")).to_have_count(0)

    page.goto(f"{stack.url}/projects/demo/sessions/{session['id']}/")

    expect(page.locator("session-timeline")).to_be_visible()


def test_static_files_come_from_the_proxy_compressed_and_for_ever(stack):
    manifest = json.loads((stack.run_dir.parent / "static" / "staticfiles.json").read_text())
    style = stack.ask(f"/static/{manifest['paths']['css/playhead.css']}", Accept_Encoding="gzip")

    assert style.status == 200
    assert style.headers["Content-Encoding"] == "gzip"
    assert "max-age=315360000" in style.headers["Cache-Control"]
    assert style.headers["X-Content-Type-Options"] == "nosniff"


def test_uploads_are_counted_across_the_processes_of_web(stack):
    before = uploads_counted(stack)

    for number in range(1, 21):
        upload(stack, TRACES, spans("counted", job="AJ_counted", first_id=number))

    assert uploads_counted(stack) == before + 20


def uploads_counted(stack: Stack) -> float:
    answer = stack.ask("/metrics", Authorization="Bearer metrics-of-the-stack")
    assert answer.status == 200
    lines = answer.body.decode().splitlines()
    wanted = 'playhead_uploads_total{outcome="accepted",signal="traces"}'
    return sum(float(line.split()[-1]) for line in lines if line.startswith(wanted))


def test_log_of_the_proxy_and_answer_name_the_same_request_and_no_words_that_were_searched(stack):
    answer = stack.ask("/account/login/?q=words-of-a-call")

    def lines() -> list[str]:
        return [each for each in stack.log.read_text().splitlines() if answer.headers["X-Request-Id"] in each]

    eventually(lines, within_s=20, what="in the log")
    assert [json.loads(line)["path"] for line in lines()] == ["/account/login/"]
    assert "words-of-a-call" not in stack.log.read_text()
