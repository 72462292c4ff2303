"""Tests marked `browser` drive Debian's Chromium through Playwright."""

import os
import shutil
from collections.abc import Callable
from typing import Any

import pytest

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
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


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": FLAGS}


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
            "Browser tests need Chromium (Debian: apt install chromium), or CHROMIUM=/path/to/it."
        )
    items[:] = others
    config.hook.pytest_deselected(items=browser)
    config.stash[LEFT_OUT] = len(browser)


def say_what_was_left_out(config: pytest.Config, write_line: Callable[[str], None]) -> None:
    if count := config.stash.get(LEFT_OUT, 0):
        write_line(
            f"{count} browser tests were left out: there is no Chromium here (Debian: apt install chromium)."
        )
