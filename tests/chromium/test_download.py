"""One press on the button, and the zip of the session lies on the reader's disk."""

import threading
import zipfile
from pathlib import Path

import pytest
from django.db import connection
from django.urls import reverse
from playwright.sync_api import Page, expect

from observability import jobs
from observability.exports.sweep import sweep_exports
from observability.models import Export, Job, Session
from projects.models import Membership, Project
from tests.exports.conftest import work
from tests.live.servers import Server
from tests.pages.reading import session_args
from tests.people import SessionFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def do_all() -> None:
    """What a worker does, in a thread of its own as there."""

    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    thread.join()


@pytest.fixture
def page_of_session(owners_page: Page, portal: Server, front_desk: Session) -> Page:
    owners_page.goto(portal.url + reverse("observability:session-show", args=session_args(front_desk)))
    return owners_page


def test_button_downloads_the_zip_by_itself(
    page_of_session: Page, front_desk: Session, tmp_path: Path
) -> None:
    page = page_of_session
    page.get_by_role("button", name="Download data").click()
    told = page.get_by_role("status").filter(has_text="Preparing the zip")
    expect(told).to_be_visible()
    expect(page.get_by_role("progressbar", name="Preparing the zip")).to_be_visible()

    with page.expect_download() as awaited:
        do_all()

    target = tmp_path / "session.zip"
    awaited.value.save_as(target)
    day = front_desk.first_received_at.strftime("%Y-%m-%d")
    assert awaited.value.suggested_filename.endswith(f"-{day}.zip")
    assert {"recording.ogg", "traces.json", "manifest.json"} <= set(zipfile.ZipFile(target).namelist())
    expect(page.get_by_role("status").filter(has_text="The zip is ready")).to_be_visible()


def test_link_that_is_left_saves_it_again_and_the_keyboard_closes_it(page_of_session: Page) -> None:
    page = page_of_session
    page.get_by_role("button", name="Download data").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("Preparing the zip")).to_be_visible()
    with page.expect_download():
        do_all()

    with page.expect_download() as again:
        page.get_by_role("link", name="Save the zip").press("Enter")
    page.get_by_role("button", name="Close").press("Escape")

    assert again.value.failure() is None
    expect(page.get_by_text("The zip is ready")).to_have_count(0)
    expect(page.get_by_role("button", name="Download data")).to_be_focused()


def test_pressed_again_it_downloads_again_without_work(page_of_session: Page) -> None:
    page = page_of_session
    page.get_by_role("button", name="Download data").click()
    expect(page.get_by_text("Preparing the zip")).to_be_visible()
    with page.expect_download():
        do_all()

    with page.expect_download():
        page.get_by_role("button", name="Download data").click()

    assert Export.objects.count() == 1


def test_failure_offers_to_try_again(page_of_session: Page) -> None:
    page = page_of_session
    page.get_by_role("button", name="Download data").click()
    expect(page.get_by_text("Preparing the zip")).to_be_visible()
    Job.objects.filter(kind="build-export").update(state=Job.State.SET_ASIDE, attempts=jobs.MAX_ATTEMPTS)
    sweep_exports()
    expect(page.get_by_text("The zip could not be made.")).to_be_visible()

    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("Preparing the zip")).to_be_visible()
    with page.expect_download():
        do_all()


def test_who_lost_access_is_told_that_nothing_comes(page_of_session: Page, complaints) -> None:
    complaints.grant("404", "Response Status Error")
    page = page_of_session
    page.get_by_role("button", name="Download data").click()
    expect(page.get_by_text("Preparing the zip")).to_be_visible()

    Membership.objects.all().delete()

    # Whichever hears of it first: the download, or the page itself, which is gone then.
    nothing = page.get_by_text("Nothing was downloaded").or_(page.get_by_role("heading", name="Nothing here"))
    expect(nothing).to_be_visible()


def test_chosen_sessions_come_in_one_zip(
    owners_page: Page, portal: Server, front_desk: Session, project: Project, tmp_path: Path
) -> None:
    other = SessionFactory(project=project, room_name="second")
    SessionFactory(project=project, room_name="third")
    page = owners_page
    page.goto(portal.url + reverse("observability:session-list", args=["acme"]))
    expect(page.get_by_role("button", name="Download data")).to_have_count(0)

    page.get_by_role("checkbox", name="Choose front-desk").focus()
    page.keyboard.press("Space")
    page.get_by_role("checkbox", name="second").check()
    expect(page.get_by_text("2 chosen")).to_be_visible()
    page.get_by_role("button", name="Download data").click()
    expect(page.get_by_text("Preparing the zip")).to_be_visible()
    with page.expect_download() as awaited:
        do_all()

    awaited.value.save_as(tmp_path / "sessions.zip")
    folders = {name.split("/")[0] for name in zipfile.ZipFile(tmp_path / "sessions.zip").namelist()}
    assert folders == {f"session-{front_desk.public_id}", f"session-{other.public_id}"}
    assert awaited.value.suggested_filename.startswith("2-sessions-")


def test_choice_outlives_the_refreshes_of_the_list(
    owners_page: Page, portal: Server, live_session: Session, session: Session
) -> None:
    page = owners_page
    page.goto(portal.url + reverse("observability:session-list", args=["acme"]))
    page.get_by_role("checkbox", name=live_session.room_name).check()

    Session.objects.filter(pk=live_session.pk).update(status=Session.Status.ENDED)
    page.evaluate("htmx.trigger(document.body, 'live:refresh')")

    expect(page.locator("tr .pill--live")).to_have_count(0)
    expect(page.get_by_role("checkbox", name=live_session.room_name)).to_be_checked()
    page.get_by_role("button", name="Choose none").click()
    expect(page.get_by_role("checkbox", name=live_session.room_name)).not_to_be_checked()
    expect(page.get_by_text("1 chosen")).to_have_count(0)
