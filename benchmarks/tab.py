"""A tab of Chromium before a session's page: when its timeline is painted, what it fetched, what its frames cost."""

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, BrowserContext, CDPSession, Page, sync_playwright

from benchmarks.servers import Server

NOTE_FIRST_PAINT = """addEventListener("timeline-ready", () => requestAnimationFrame(() => {
  const channel = new MessageChannel();
  channel.port1.onmessage = () => { window.paintedMs = performance.now(); };
  channel.port2.postMessage(null);
}));"""
"""The end of the frame in which the lanes are painted first, counted from the navigation."""
IS_PAINTED = """() => {
  const lanes = document.querySelector("session-timeline canvas");
  const { data } = lanes.getContext("2d").getImageData(0, 0, lanes.width, lanes.height);
  return data.some((value) => value > 0);
}"""
HELD = """() => {
  const { model } = document.querySelector("session-timeline");
  return [model.spans.count, model.logs.size];
}"""
SETTLED_AFTER_MS = 40_000
"""Chromium gives back what a page needed to load when nothing has happened for about half a minute."""
STEPS = 40


@dataclass(frozen=True, slots=True)
class Look:
    painted_ms: float
    document_ms: float
    """Until the page's first byte."""
    snapshot_kb: float
    document_kb: float
    spans: int
    logs: int


@dataclass(frozen=True, slots=True)
class Memory:
    heap_mb: float
    tab_mb: float
    """Private memory of the tab's process."""


@contextmanager
def chromium(server: Server) -> Iterator["Tab"]:
    """Signed in; what all pages share is in its cache."""
    path = os.environ.get("CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        context.add_init_script(NOTE_FIRST_PAINT)
        sign_in(context.new_page(), server)
        yield Tab(server, browser, context)
        browser.close()


def sign_in(page: Page, server: Server) -> None:
    page.goto(server.url)
    page.get_by_label("Email").fill(server.credentials["email"])
    page.get_by_label("Password").fill(server.credentials["password"])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/sessions/")
    page.close()


class Tab:
    def __init__(self, server: Server, browser: Browser, context: BrowserContext) -> None:
        self.server, self.browser, self.context = server, browser, context
        self.page: Page | None = None

    def look(self, session_id: str) -> Look:
        """Opens the session in a tab of its own; the one before is closed."""
        if self.page:
            self.page.close()
        self.page = page = self.context.new_page()
        received = bytes_by_address(self.context.new_cdp_session(page))
        address = f"/projects/{self.server.credentials['project']}/sessions/{session_id}/"
        page.goto(self.server.url + address, wait_until="commit")
        painted_ms = await_paint(page)
        assert page.evaluate(IS_PAINTED), "nothing is painted"
        spans, logs = page.evaluate(HELD)
        [document_ms] = page.evaluate(
            "performance.getEntriesByType('navigation').map((entry) => entry.responseStart)"
        )
        return Look(
            painted_ms,
            document_ms,
            received[f"{address}snapshot/"] / 1e3,
            received[address] / 1e3,
            spans,
            logs,
        )

    def script_ms_per_frame(self) -> list[float]:
        """Processor time of script, input included, for each frame of zooming in, panning, and zooming out again."""
        assert self.page
        self.page.wait_for_timeout(3000)  # what comes after the first picture
        self.browser.start_tracing(page=self.page, categories=["devtools.timeline"])
        zoom_and_pan(self.page)
        return script_by_frame(json.loads(self.browser.stop_tracing())["traceEvents"])

    def memory(self, *, is_settled: bool) -> Memory:
        assert self.page
        self.page.wait_for_timeout(SETTLED_AFTER_MS if is_settled else 5000)
        cdp = self.context.new_cdp_session(self.page)
        cdp.send("Performance.enable")
        metrics = {each["name"]: each["value"] for each in cdp.send("Performance.getMetrics")["metrics"]}
        return Memory(metrics["JSHeapUsedSize"] / 1e6, largest_renderer_mb(self.browser))


def bytes_by_address(cdp: CDPSession) -> Counter[str]:
    """As they came over the wire, compressed."""
    addresses: dict[str, str] = {}
    received: Counter[str] = Counter()

    def begin(event: dict[str, Any]) -> None:
        addresses[event["requestId"]] = "/" + event["response"]["url"].split("/", 3)[3]

    def end(event: dict[str, Any]) -> None:
        received[addresses.get(event["requestId"], "")] += event["encodedDataLength"]

    cdp.on("Network.responseReceived", begin)
    cdp.on("Network.loadingFinished", end)
    cdp.send("Network.enable")
    return received


def await_paint(page: Page) -> float:
    for _ in range(1200):
        if painted_ms := page.evaluate("window.paintedMs ?? 0"):
            return float(painted_ms)
        page.wait_for_timeout(50)
    raise TimeoutError("The timeline is not painted within a minute.")


def zoom_and_pan(page: Page) -> None:
    box = page.locator(".timeline__stage").bounding_box()
    assert box
    x, y = box["x"] + box["width"] * 0.6, box["y"] + 200
    page.mouse.move(x, y)
    for sideways, down in [(0, -90), (60, 0), (0, 90), (-60, 0)]:
        for _ in range(STEPS):
            page.mouse.wheel(sideways, down)
            page.wait_for_timeout(16)


def script_by_frame(events: list[dict[str, Any]]) -> list[float]:
    """All outermost calls of functions between the end of one frame's callbacks and the end of the next one's."""
    calls = [
        event
        for event in events
        if event.get("ph") == "X" and event["name"] in {"FunctionCall", "FireAnimationFrame"}
    ]
    thread = Counter((event["pid"], event["tid"]) for event in calls).most_common(1)[0][0]
    frames, script_ms, until = [], 0.0, 0.0
    for event in sorted(calls, key=lambda event: (event["ts"], -event["dur"])):
        if (event["pid"], event["tid"]) != thread or event["ts"] < until:
            continue
        until = event["ts"] + event["dur"]
        script_ms += event["tdur"] / 1e3
        if event["name"] == "FireAnimationFrame":
            frames.append(script_ms)
            script_ms = 0.0
    return frames


def largest_renderer_mb(browser: Browser) -> float:
    processes = browser.new_browser_cdp_session().send("SystemInfo.getProcessInfo")["processInfo"]
    return max(private_mb(int(each["id"])) for each in processes if each["type"] == "renderer")


def private_mb(pid: int) -> float:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return sum(int(line.split()[1]) for line in lines if line.startswith(("RssAnon:", "VmSwap:"))) / 1024
