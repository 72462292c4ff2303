"""The documentation in the portal: all of docs/, for everybody, with links that lead to pages of the portal."""

from html.parser import HTMLParser
from typing import Any
from urllib.parse import urldefrag, urljoin

import pytest
from django.contrib.staticfiles import finders
from django.test import Client
from django.urls import reverse

from tests.documents import DOCS, ROOT

pytestmark = pytest.mark.django_db
INDEX = "/docs/"


class Seen(HTMLParser):
    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def all(self, name: str) -> list[str]:
        return [value for _, attributes in self.tags if (value := attributes.get(name)) is not None]


def opened(client: Client, address: str) -> Seen:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return Seen(answer.content.decode())


def pages(client: Client) -> dict[str, Seen]:
    """All that can be reached from the first one, by their addresses."""
    found: dict[str, Seen] = {}
    waiting = [INDEX]
    while waiting:
        address = waiting.pop()
        found[address] = opened(client, address)
        links = {urldefrag(urljoin(address, link)).url for link in found[address].all("href")}
        waiting += [link for link in links if link.startswith(INDEX) and link not in {*found, *waiting}]
    return found


@pytest.fixture(scope="module")
def all_pages(django_db_setup: None, django_db_blocker: Any) -> dict[str, Seen]:
    """Read once, by a stranger."""
    with django_db_blocker.unblock():
        return pages(Client())


def test_strangers_read_every_page_of_the_documentation(all_pages):
    below = {str(file.relative_to(DOCS).with_suffix("")) for file in DOCS.rglob("*.md")} - {"README"}
    addresses = {f"{INDEX}{name}/" for name in below | {"security", "changelog", "contributing"}}

    assert addresses | {INDEX} == set(all_pages)


def test_every_link_to_a_heading_leads_to_one(all_pages):
    dead = []
    for address, page in all_pages.items():
        for link in page.all("href"):
            where, anchor = urldefrag(urljoin(address, link))
            if where in all_pages and anchor and anchor not in all_pages[where].all("id"):
                dead.append(f"{address}: {link}")

    assert dead == []


def test_pictures_are_among_the_static_files(all_pages):
    sources = {
        attributes["src"] for page in all_pages.values() for tag, attributes in page.tags if tag == "img"
    }

    assert sources
    assert all(finders.find(str(source).removeprefix("/static/")) for source in sources)


def test_where_a_text_names_a_file_the_link_bears_the_title_of_its_page(client):
    page = client.get(f"{INDEX}settings/").content.decode()

    assert '<a class="link" href="/docs/install/">Installing on a server</a>' in page


def test_a_file_without_a_page_here_is_named_and_leads_nowhere(client):
    page = client.get(INDEX).content.decode()

    assert "<span>benchmarks</span>" in page
    assert ".md" not in "".join(Seen(page).all("href"))


@pytest.mark.parametrize(
    "name", ["no-such-page", "../README", "../config/settings", "decisions", "images/session.png", "README"]
)
def test_nothing_else_has_a_page(client, name):
    assert client.get(f"{INDEX}{name}/").status_code == 404


def test_the_page_that_one_reads_is_marked_in_the_list_and_named_in_the_title(client):
    answer = client.get(f"{INDEX}retention/").content.decode()

    current = [attributes["href"] for _, attributes in Seen(answer).tags if attributes.get("aria-current")]
    assert current == [f"{INDEX}retention/"]
    assert "<title>The end of the data&#x27;s life · Playhead</title>" in answer


def test_pages_need_no_style_of_their_own_which_the_policy_forbids(all_pages):
    assert [address for address, page in all_pages.items() if page.all("style")] == []


def test_lines_to_be_used_can_be_copied_and_drawings_are_only_shown(client):
    commands, drawings = opened(client, f"{INDEX}install/"), opened(client, f"{INDEX}architecture/")

    assert "copy-button" in [tag for tag, _ in commands.tags]
    assert "copy-button" not in [tag for tag, _ in drawings.tags]
    assert "pre" in [tag for tag, _ in drawings.tags]


def test_whoever_is_signed_in_finds_it_in_the_menu(owner_client, project):
    page = owner_client.get(reverse("observability:session-list", args=[project.slug])).content.decode()

    assert INDEX in Seen(page).all("href")


def test_the_image_holds_it():
    kept = (ROOT / ".dockerignore").read_text().split()
    copied = (ROOT / "docker" / "Dockerfile").read_text()

    assert {"!docs", "!SECURITY.md", "!CHANGELOG.md", "!CONTRIBUTING.md"} <= set(kept)
    assert "COPY docs docs\n" in copied
    assert "CHANGELOG.md CONTRIBUTING.md SECURITY.md" in copied
