"""The playhead stands where the sound is."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability import jobs
from observability.models import Job, Session
from observability.recordings.peaks_decoding import SoundFile
from projects.models import Project
from tests.browser import wait_until
from tests.live.servers import Server
from tests.pages.conftest import Replay
from tests.pages.reading import session_args

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
MOST_APART_MS = 50
LISTENED_MS = 2000
WATCH_FLAG = """() => {
  window.drawn = [];
  const { fillText } = CanvasRenderingContext2D.prototype;
  CanvasRenderingContext2D.prototype.fillText = function (text, ...place) {
    const time = /^(\\d+):(\\d\\d\\.\\d\\d)$/.exec(text);
    const audio = document.querySelector("session-timeline audio");
    if (time && audio?.currentTime > 0 && !audio.paused) {
      const { offsetMs } = document.querySelector("session-timeline").player;
      window.drawn.push({ flagMs: time[1] * 60_000 + time[2] * 1000, soundMs: audio.currentTime * 1000 + offsetMs });
    }
    return fillText.call(this, text, ...place);
  };
}"""
"""Each time the playhead's flag is painted: what it says, and where the sound is in the same frame."""


@pytest.mark.parametrize("speed", ["1", "2"])
def test_the_playhead_is_painted_where_the_sound_is(
    owners_page: Page, portal: Server, front_desk: Session, speed: str
) -> None:
    page = owners_page
    page.add_init_script(f"({WATCH_FLAG})()")
    page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    expect(page.locator("[data-length]")).to_have_text("/ 2:22.32")
    page.get_by_role("group", name="Player").get_by_role("combobox", name="Speed").first.select_option(speed)

    page.get_by_role("button", name="Play", exact=True).click()
    drawn = frames_of(page)

    assert max(abs(frame["flagMs"] - frame["soundMs"]) for frame in drawn) <= MOST_APART_MS
    assert len({frame["flagMs"] for frame in drawn}) > 5, "it moves"


def frames_of(page: Page) -> list[dict[str, Any]]:
    """Until the sound has gone on for two seconds of its own time."""
    expect(page.get_by_role("button", name="Pause", exact=True)).to_be_visible()
    began_ms = sound_ms(page)
    while sound_ms(page) < began_ms + LISTENED_MS:
        page.wait_for_timeout(100)
    frames: list[dict[str, Any]] = page.evaluate("window.drawn")
    return frames


def sound_ms(page: Page) -> float:
    return float(page.evaluate("document.querySelector('session-timeline audio').currentTime * 1000"))


def test_a_browser_without_ogg_plays_the_copy_that_is_made_for_it(
    owners_page: Page, portal: Server, front_desk: Session
) -> None:
    page = owners_page
    page.add_init_script(
        "HTMLMediaElement.prototype.canPlayType = (type) => type.includes('ogg') ? '' : 'maybe';"
    )
    with page.expect_response(lambda response: "as=m4a" in response.url):  # which asks for the copy
        page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    told = page.get_by_role("status").filter(has_text="a copy of the recording is being made for it")
    expect(told).to_be_visible()

    jobs.run(Job.objects.get(kind="convert-recording").pk)

    expect(page.locator("session-timeline audio[src*='as=m4a']")).to_be_attached()
    expect(page.get_by_role("button", name="Play", exact=True)).to_be_enabled()
    page.get_by_role("button", name="Play", exact=True).click()
    wait_until(page, "document.querySelector('session-timeline audio').readyState > 0")
    seconds = page.evaluate("document.querySelector('session-timeline audio').duration")
    original = SoundFile(recording_path(front_desk))
    for _ in original.pieces():
        pass
    assert abs(seconds - original.sample_count / original.sample_rate_hz) < 0.05


def recording_path(session: Session) -> Path:
    return Path(settings.MEDIA_ROOT) / session.recordings.get().name


def test_nothing_is_followed_where_nothing_can_be_played(
    owners_page: Page, portal: Server, project: Project, replay: Replay
) -> None:
    page = owners_page
    project.privacy.audio = False
    project.privacy.save()
    silent = replay("python/1.8.9_full")

    page.goto(portal.url + reverse("observability:session-show", args=session_args(silent)))

    expect(page.get_by_text("Audio is switched off in the project's privacy settings.").first).to_be_visible()
    expect(page.locator("[data-do=play]")).to_be_disabled()
    expect(page.locator("[data-do=follow]")).to_be_hidden()


def test_both_clocks_of_the_player_are_told_to_the_same_digit(
    owners_page: Page, portal: Server, front_desk: Session
) -> None:
    page = owners_page

    page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))

    expect(page.locator("[data-clock]")).to_have_text("0:00.00")
    expect(page.locator("[data-length]")).to_have_text(re.compile(r"^/ \d+:\d\d\.\d\d$"))
