"""Tests marked `browser` drive Debian's Chromium through Playwright."""

import os
import re
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, expect

from tests.live.servers import Server, begin, collect_static_files, end, free_port
from tests.live.viewer import EVENTUALLY_S

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser")
"""The first is the same engine without windows, which take half of the processor time of a test."""
CHROMIUM = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), None)
LEFT_OUT: pytest.StashKey[int] = pytest.StashKey()
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
]

expect.set_options(timeout=EVENTUALLY_S * 1000)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


@dataclass
class Complaints:
    """What the browsers of one test hold against our pages: errors and warnings in any console."""

    found: list[str] = field(default_factory=list)
    granted: list[str] = field(default_factory=list)

    def grant(self, *patterns: str) -> None:
        """A test that breaks something says what is heard of it."""
        self.granted += patterns

    def listen(self, context: BrowserContext) -> None:
        context.on("console", self.hear)
        context.on("weberror", lambda error: self.found.append(str(error.error)))

    def hear(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.found.append(f"{message.text} ({message.page.url if message.page else 'no page'})")

    @property
    def unexpected(self) -> list[str]:
        return [said for said in self.found if not any(re.search(pattern, said) for pattern in self.granted)]


@pytest.fixture
def complaints() -> Iterator[Complaints]:
    complaints = Complaints()
    yield complaints
    assert complaints.unexpected == [], complaints.unexpected


@pytest.fixture
def new_context(
    new_context: Callable[..., BrowserContext], complaints: Complaints
) -> Callable[..., BrowserContext]:
    """Every browser of every test: nothing may be heard in its console."""

    def opened(**options: Any) -> BrowserContext:
        context = new_context(**options)
        complaints.listen(context)
        return context

    return opened


@pytest.fixture(scope="session")
def portal(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """Pages and websockets on one port, on the tests' database; static files hashed and mapped, as in production."""
    with django_db_blocker.unblock():
        begun = begin(free_port(), **collect_static_files())
    yield begun
    end(begun)


def signed_in(context: BrowserContext, client: Client, server: Server) -> Page:
    """A page of a browser in which the client's user is signed in."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": server.url}])
    return context.new_page()


def wait_until(page: Page, expression: str, arg: Any = None, *, within_s: float = EVENTUALLY_S) -> None:
    """Until it is true in the page. Playwright's own way asks again by `eval`, which our pages forbid."""
    deadline = time.monotonic() + within_s
    while not page.evaluate(expression, arg):
        assert time.monotonic() < deadline, f"It never came: {expression}"
        page.wait_for_timeout(50)


def deselect_browser_tests(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Browser tests come last, because Playwright's loop stays in the main thread; without a browser they are left out.

    REQUIRE_BROWSER=1 (the CI) makes a missing browser an error instead.
    """
    browser = [item for item in items if item.get_closest_marker("browser")]
    others = [item for item in items if not item.get_closest_marker("browser")]
    if not browser:
        return
    if CHROMIUM:
        items[:] = others + browser
        return
    if os.environ.get("REQUIRE_BROWSER") == "1":
        raise pytest.UsageError(
            "Browser tests need Chromium (Debian: apt install chromium-headless-shell), or CHROMIUM=/path/to/it."
        )
    items[:] = others
    config.hook.pytest_deselected(items=browser)
    config.stash[LEFT_OUT] = len(browser)


def say_what_was_left_out(config: pytest.Config, write_line: Callable[[str], None]) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        write_line(
            f"{count} browser tests were left out: there is no Chromium (Debian: apt install chromium-headless-shell)."
        )
