"""A Playhead of the test's own: `manage.py up` on a free port and an empty data folder, seen from outside."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from http.client import HTTPResponse
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, Request, build_opener, urlopen

from tests.sdk.environments import ROOT

KEPT_VARIABLES = ("PATH", "HOME", "LANG", "TMPDIR")
"""None of the machine's own settings: a DATABASE_URL would lead this server to somebody's data."""


class Playhead:
    def __init__(self, data_dir: Path) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.log = data_dir / "up.log"
        kept = {name: os.environ[name] for name in KEPT_VARIABLES if name in os.environ}
        self.environment = kept | {"DATA_DIR": str(data_dir), "BASE_URL": self.url, "PLAYHEAD_IN_VENV": "1"}

    def start(self) -> None:
        port = self.url.rpartition(":")[2]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                self._manage("up", "--port", port), env=self.environment, stdout=log, stderr=subprocess.STDOUT
            )
        eventually(
            lambda: "Playhead is ready" in self.log.read_text(), within_s=60, what=f"ready, see {self.log}"
        )
        self.project = json.loads(self.manage("bootstrap", "--json", "--project", "demo"))

    def stop(self) -> None:
        self.process.terminate()
        self.process.wait(timeout=30)

    def api(self, path: str) -> dict:
        with self.open(path) as response:
            return json.load(response)

    def every(self, path: str) -> list[dict]:
        """All results of a list, page by page."""
        results: list[dict] = []
        link: str | None = path
        while link:
            page = self.api(link)
            results += page["results"]
            link = page["next"]
        return results

    def open(self, path: str, **headers: str) -> HTTPResponse:
        address = urljoin(f"{self.url}/api/v1/projects/{self.project['project']}/", path)
        return urlopen(
            Request(address, headers={"Authorization": f"Bearer {self.project['read_token']}"} | headers)
        )

    def page(self, path: str) -> str:
        """What a member of the project gets in the browser."""
        browser = build_opener(HTTPCookieProcessor(cookies := CookieJar()))
        sign_in = f"{self.url}/account/login/"
        browser.open(sign_in).close()
        token = next(cookie.value for cookie in cookies if cookie.name == "csrftoken")
        who = {
            "login": self.project["email"],
            "password": self.project["password"],
            "csrfmiddlewaretoken": token,
        }
        browser.open(Request(sign_in, urlencode(who).encode(), {"Referer": sign_in})).close()
        with browser.open(self.url + path) as response:
            return response.read().decode()

    def manage(self, *arguments: str) -> str:
        """What a management command of this Playhead prints."""
        return subprocess.check_output(self._manage(*arguments), env=self.environment, text=True)

    def _manage(self, *arguments: str) -> list[str]:
        return [sys.executable, str(ROOT / "manage.py"), *arguments]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def eventually(happens: Callable[[], object], *, within_s: float, what: str) -> None:
    deadline = time.monotonic() + within_s
    while not happens():
        assert time.monotonic() < deadline, f"not {what} within {within_s} s"
        time.sleep(0.2)
