"""A zip is chosen or dropped, its way to the server is told, and then what became of it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from django.urls import reverse
from playwright.sync_api import Page, Route, expect

from observability.models import Session
from tests.browser import Complaints
from tests.chromium.axe import Findings
from tests.exports.conftest import Opened, ask, download
from tests.live.servers import Server

__all__ = ["ask", "download"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def file(front_desk: Session, download: Callable[..., Opened], tmp_path: Path) -> Path:
    path = tmp_path / "front-desk.zip"
    path.write_bytes(download(front_desk).content)
    Session.objects.all().delete()
    return path


@pytest.fixture
def import_page(owners_page: Page, portal: Server, file: Path) -> Page:
    """Reached from the list of sessions."""
    owners_page.goto(portal.url + reverse("observability:session-list", args=["acme"]))
    owners_page.get_by_role("link", name="Import").click()
    expect(owners_page.get_by_role("heading", name="Import sessions")).to_be_visible()
    return owners_page


def test_zip_that_is_chosen_becomes_a_session_that_can_be_opened(import_page: Page, file: Path) -> None:
    page = import_page
    page.get_by_label("Files to import").set_input_files(file)
    expect(page.get_by_role("list", name="Chosen")).to_contain_text("front-desk.zip, ")

    page.get_by_role("button", name="Import", exact=True).press("Enter")

    expect(page.get_by_text("Imported: front-desk.zip")).to_be_visible()
    expect(page.locator("[data-told]")).to_be_focused()
    expect(page.locator("[data-progress]")).to_be_hidden()
    page.get_by_role("link", name="Open").click()
    expect(page.locator(".session-head__meta")).to_contain_text("Imported")


def test_files_can_be_dropped(import_page: Page) -> None:
    page = import_page
    dropped = page.evaluate_handle(
        """() => {
          const dropped = new DataTransfer();
          dropped.items.add(new File(["hello"], "hello.txt"));
          return dropped;
        }"""
    )
    page.dispatch_event("[data-drop]", "dragover", {"dataTransfer": dropped})
    expect(page.locator("[data-drop][data-over]")).to_be_attached()
    page.dispatch_event("[data-drop]", "drop", {"dataTransfer": dropped})
    expect(page.locator("[data-drop][data-over]")).to_have_count(0)
    expect(page.get_by_role("list", name="Chosen")).to_have_text("hello.txt, 5 bytes")

    page.get_by_role("button", name="Import", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("hello.txt is nothing that can be imported")


def test_while_it_lasts_the_page_says_so_and_a_server_that_is_gone_too(
    import_page: Page, file: Path, complaints: Complaints
) -> None:
    complaints.grant("Failed to load resource", "htmx:")  # of the connection that is cut
    page, held = import_page, list[Route]()

    def hold(route: Route) -> None:
        held.append(route)

    page.route("**/sessions/import/", hold)
    page.get_by_label("Files to import").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_role("status").filter(has_text="Sending")).to_be_visible()
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_disabled()

    held[0].abort("connectionreset")

    expect(page.get_by_role("alert")).to_contain_text("The server did not answer")
    expect(page.get_by_role("button", name="Import", exact=True)).to_be_enabled()


def test_what_is_too_much_is_not_sent(import_page: Page, file: Path) -> None:
    page = import_page
    page.locator("import-files").evaluate("page => page.dataset.maxBytes = 10")
    page.get_by_label("Files to import").set_input_files(file)

    page.get_by_role("button", name="Import", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("Import them in parts")


def test_everybody_can_use_the_page(import_page: Page, file: Path) -> None:
    page = import_page
    found = Findings(page)
    found.look_at("the page")
    page.get_by_label("Files to import").set_input_files(file)
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("Imported: front-desk.zip")).to_be_visible()
    found.look_at("what became of it")

    assert found.grave == []
