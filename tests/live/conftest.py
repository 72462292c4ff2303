import secrets
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.test import Client

from observability.models import Session
from projects.actions import register_api_key
from projects.models import Project
from tests.captured import CapturedRequest
from tests.live.servers import Server, begin, end, free_port
from tests.live.viewer import Viewer
from tests.people import API_SECRET
from tests.sending import token

PROTOBUF = "application/x-protobuf"


@pytest.fixture(scope="session")
def server(django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    """One for all tests of live updates: a real uvicorn in a process of its own, on the tests' database."""
    with django_db_blocker.unblock():
        begun = begin(free_port())
    yield begun
    end(begun)


@pytest.fixture
def acme(transactional_db: None, project: Project) -> Project:
    return project


@dataclass
class LiveAgent:
    """Sends to the server as an SDK does. Its key is new, because the server remembers keys for a moment."""

    server: Server
    key: str

    def send(self, signal_name: str, body: bytes, **headers: str) -> int:
        path = f"/p/acme/observability/{signal_name}/otlp/v0"
        bearer = token(key=self.key, secret=API_SECRET)
        given = {"Content-Type": PROTOBUF, "Authorization": f"Bearer {bearer}", **headers}
        return self.server.post(path, body, **given)


@pytest.fixture
def agent(acme: Project, owner: Any, server: Server) -> LiveAgent:
    key = "API" + secrets.token_hex(6)
    register_api_key(acme, key, API_SECRET, by=owner)
    return LiveAgent(server, key)


class Eyes:
    """Opens sockets and closes them at the end."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.opened: list[Viewer] = []

    def look(
        self, path: str, *, port: int | None = None, line: socket.socket | None = None, **headers: str
    ) -> Viewer:
        base = f"ws://127.0.0.1:{port}/ws" if port else self.server.ws
        viewer = Viewer(base + path, line=line, **headers)
        self.opened.append(viewer)
        return viewer

    def see(
        self, session: Session, headers: dict[str, str], version: str = "", *, port: int | None = None
    ) -> Viewer:
        path = f"/projects/acme/sessions/{session.public_id}/?{urlencode({'cursor': version})}"
        return self.look(path, port=port, **headers)


@pytest.fixture
def eyes(acme: Project, server: Server) -> Iterator[Eyes]:
    """Closed before the tables are emptied, which must not meet the server's reads."""
    eyes = Eyes(server)
    yield eyes
    for viewer in eyes.opened:
        viewer.close()


def cookie_of(client: Client, server: Server, **headers: str) -> dict[str, str]:
    """What the browser of this person sends."""
    cookie = client.cookies[settings.SESSION_COOKIE_NAME].value
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={cookie}", "Origin": server.url, **headers}


@pytest.fixture
def owners_browser(acme: Project, owner_client: Client, server: Server) -> dict[str, str]:
    return cookie_of(owner_client, server)


def bearer(token: Any) -> dict[str, str]:
    return {"Authorization": f"Bearer {token.secret}"}


def timeline_of(server: Server, session: Session, secret: str) -> Any:
    path = f"/api/v1/projects/acme/sessions/{session.public_id}/timeline/"
    return server.get(path, Authorization=f"Bearer {secret}")


def send_captured(agent: LiveAgent, request: CapturedRequest) -> None:
    headers = {"Content-Encoding": "gzip"} if request.header("content-encoding") == "gzip" else {}
    assert agent.send(request.signal, request.body, **headers) == 200


def only_session() -> Session:
    return Session.objects.get()
