"""What the proxy tells of a request to whom it hands it on, and whom it believes about that."""

import json
import os
import socket
import ssl
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from http.client import HTTPConnection, HTTPSConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from tests.sdk.environments import ROOT
from tests.sdk.playhead import eventually, free_port
from tests.serving import serving

pytestmark = pytest.mark.stack
CLAIMED = {"Host": "other.example.org", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
UPLOAD = "/p/demo/observability/traces/otlp/v0"
PATHS = ["/", "/ws/projects/demo/sessions/", UPLOAD]
Started = Callable[..., int]


class Echo(BaseHTTPRequestHandler):
    """Stands where web and live stand: answers with the headers that came, and keeps those of each path."""

    def do_GET(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"] or 0))
        told = {name.lower(): value for name, value in self.headers.items()}
        self.server.met.append((self.path, told))  # type: ignore[attr-defined]
        answer = json.dumps(told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    do_POST = do_GET  # noqa: N815  (the library's name)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def behind() -> Iterator[ThreadingHTTPServer]:
    with echo() as server:
        yield server


@contextmanager
def echo() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.met = []  # type: ignore[attr-defined]
    with serving(server):
        yield server


@pytest.fixture
def proxy(behind: ThreadingHTTPServer, tmp_path: Path) -> Iterator[Started]:
    """Starts one with these variables and returns its port."""
    running: list[subprocess.Popen[bytes]] = []

    def start(**variables: str) -> int:
        port, inner = free_port(), f"127.0.0.1:{behind.server_port}"
        own = {
            "PATH": os.environ["PATH"] + ":/usr/sbin",
            "DATA_DIR": str(tmp_path),
            "WEB": inner,
            "LIVE": inner,
        }
        listen = {"PROXY_LISTEN": f"127.0.0.1:{port}"}
        running.append(subprocess.Popen(["docker/run", "proxy"], cwd=ROOT, env=own | listen | variables))
        eventually(lambda: is_open(port), within_s=10, what="listening: the proxy")
        return port

    yield start
    for each in running:
        each.terminate()
        each.wait(20)


def is_open(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def told(port: int, path: str) -> dict[str, str]:
    body = b"x" * 100_000 if path == UPLOAD else None
    with closing(HTTPConnection("127.0.0.1", port)) as line:
        return asked(line, path, body)


def asked(line: HTTPConnection, path: str, body: bytes | None = None) -> dict[str, str]:
    line.request("POST" if body else "GET", path, body, CLAIMED | {"X-Request-Id": "f" * 32})
    found: dict[str, str] = json.loads(line.getresponse().read())
    return found


@pytest.mark.parametrize("path", PATHS)
def test_nobody_can_claim_an_address_a_scheme_or_an_id(proxy, path):
    headers = told(proxy(), path)

    assert headers["host"] == "other.example.org"
    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("127.0.0.1", "http")
    assert headers["x-request-id"] != "f" * 32


def test_question_for_admission_tells_the_same_as_the_upload(proxy, behind):
    told(proxy(), UPLOAD)

    [(asked, admission), (path, upload)] = behind.met
    assert (asked, path) == ("/admission" + UPLOAD, UPLOAD)
    for name in ["host", "x-forwarded-for", "x-forwarded-proto", "x-request-id"]:
        assert admission[name] == upload[name]


@pytest.mark.parametrize("networks", ["127.0.0.1", "10.0.0.0/8,127.0.0.1", "10.0.0.0/8, 127.0.0.0/8"])
@pytest.mark.parametrize("path", PATHS)
def test_outer_proxy_that_is_named_is_believed(proxy, path, networks):
    headers = told(proxy(OUTER_PROXIES=networks), path)

    assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == ("203.0.113.9", "https")


def test_whom_web_trusts_is_not_whom_the_proxy_trusts(proxy):
    """Of all parts of one machine the variables are the same."""
    headers = told(proxy(TRUSTED_PROXIES="127.0.0.1,10.0.0.0/8"), "/")

    assert headers["x-forwarded-for"] == "127.0.0.1"


def test_tls_is_of_today(proxy, tmp_path):
    made = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=localhost",
        "-days",
        "1",
    ]
    certificate, key = tmp_path / "chain.pem", tmp_path / "key.pem"
    subprocess.run([*made, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    port = proxy(TLS_CERTIFICATE=str(certificate), TLS_KEY=str(key))

    with closing(HTTPSConnection("127.0.0.1", port, context=ssl._create_unverified_context())) as line:
        headers = asked(line, "/")
        assert isinstance(line.sock, ssl.SSLSocket)
        version = line.sock.version()

    assert (version, headers["x-forwarded-proto"]) == ("TLSv1.3", "https")
