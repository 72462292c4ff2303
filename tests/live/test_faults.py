"""After any fault an open page gets where the database is."""

import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import redis

from observability.live import publish
from tests.live.conftest import Eyes, LiveAgent, bearer, only_session, timeline_of
from tests.live.servers import Server, end, free_port, running
from tests.live.viewer import EVENTUALLY_S
from tests.sending import Agent, spans

NEVER = "100000"
REDIS = shutil.which("redis-server")
LAYERS = ["in the process", "redis"] if REDIS else ["in the process"]


class OwnRedis:
    """A Redis that a test may kill."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.start()

    def start(self) -> None:
        command = [
            str(REDIS),
            "--port",
            str(self.port),
            "--save",
            "",
            "--appendonly",
            "no",
            "--bind",
            "127.0.0.1",
        ]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + EVENTUALLY_S
        while time.monotonic() < deadline:
            try:
                redis.Redis(port=self.port).ping()
            except redis.ConnectionError:
                time.sleep(0.05)
            else:
                return

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


@contextmanager
def environment_of(layer: str) -> Iterator[dict[str, str]]:
    if layer != "redis":
        yield {}
        return
    own = OwnRedis()
    try:
        yield {"REDIS_URL": own.url}
    finally:
        own.kill()


@pytest.mark.parametrize("layer", LAYERS)
def test_a_hint_alone_brings_an_upload(agent: LiveAgent, eyes: Eyes, read_token: Any, layer: str) -> None:
    agent.send("traces", spans("user_turn"))
    with (
        environment_of(layer) as environment,
        running(free_port(), LIVE_TEST_POLL_S=NEVER, **environment) as server,
    ):
        sender = LiveAgent(server, agent.key)
        viewer = eyes.see(only_session(), bearer(read_token), port=server.port)
        sender.send("traces", spans("llm_node", first_id=2))
        viewer.until(lambda snapshot: snapshot["cursor"] >= 2)

        sender.send("traces", spans("tts_node", first_id=3))

        viewer.until(lambda snapshot: snapshot["cursor"] == 3)


@pytest.mark.parametrize("layer", [each for each in LAYERS if each == "redis"])
def test_a_hint_crosses_from_a_process_that_only_takes_uploads(
    agent: LiveAgent, eyes: Eyes, read_token: Any, settings: Any, monkeypatch: pytest.MonkeyPatch, layer: str
) -> None:
    """As in production, where uploads come through WSGI and sockets elsewhere."""
    agent.send("traces", spans("user_turn"))
    with (
        environment_of(layer) as environment,
        running(free_port(), LIVE_TEST_POLL_S=NEVER, **environment) as server,
    ):
        redis_layer = {"BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer"}
        redis_layer["CONFIG"] = {"hosts": [environment["REDIS_URL"]]}  # type: ignore[assignment]
        settings.CHANNEL_LAYERS = {"default": redis_layer}
        monkeypatch.setattr(publish, "_the_messenger", None)
        viewer = eyes.see(only_session(), bearer(read_token), port=server.port)
        viewer.until(lambda _: True)
        wsgi = Agent(key=agent.key)
        wsgi.send("traces", spans("llm_node", first_id=2))
        viewer.until(lambda snapshot: snapshot["cursor"] >= 2)

        assert wsgi.send("traces", spans("tts_node", first_id=3)).status_code == 200

        viewer.until(lambda snapshot: snapshot["cursor"] == 3)


def test_a_killed_server_costs_an_open_page_nothing(
    agent: LiveAgent, eyes: Eyes, server: Server, read_token: Any
) -> None:
    """The agent's uploads go to another process meanwhile, as in production."""
    agent.send("traces", spans("user_turn"))
    port = free_port()
    with running(port) as first:
        before = eyes.see(only_session(), bearer(read_token), port=port)
        before.until(lambda _: True)
        end(first, signal.SIGKILL)
        assert before.until_closed() == 1006
        agent.send("traces", spans("llm_node", first_id=2))

    with running(port):
        again = eyes.see(only_session(), bearer(read_token), before.version, port=port)
        again.until(lambda snapshot: snapshot["cursor"] == 2)

    assert again.snapshot == timeline_of(server, only_session(), read_token.secret)


def test_a_server_that_stops_says_that_it_comes_back(agent: LiveAgent, eyes: Eyes, read_token: Any) -> None:
    agent.send("traces", spans("user_turn"))
    port = free_port()
    with running(port) as server:
        viewer = eyes.see(only_session(), bearer(read_token), port=port)
        viewer.until(lambda _: True)

        end(server)

    assert viewer.until_closed() == 1012


@pytest.mark.parametrize("layer", [each for each in LAYERS if each == "redis"])
def test_a_killed_layer_costs_neither_uploads_nor_viewers(
    agent: LiveAgent, eyes: Eyes, read_token: Any, layer: str
) -> None:
    agent.send("traces", spans("user_turn"))
    own = OwnRedis()
    with running(free_port(), REDIS_URL=own.url) as server:
        sender = LiveAgent(server, agent.key)
        early = eyes.see(only_session(), bearer(read_token), port=server.port)
        early.until(lambda _: True)

        own.kill()
        assert sender.send("traces", spans("llm_node", first_id=2)) == 200
        late = eyes.see(only_session(), bearer(read_token), port=server.port)
        for viewer in (early, late):
            viewer.until(lambda snapshot: snapshot["cursor"] == 2)

        own.start()
        assert sender.send("traces", spans("tts_node", first_id=3)) == 200
        for viewer in (early, late):
            viewer.until(lambda snapshot: snapshot["cursor"] == 3)
    own.kill()


def test_a_broken_line_shows_nothing_twice(agent: LiveAgent, eyes: Eyes, read_token: Any) -> None:
    """The reader comes back in the middle of a stream of uploads, again and again."""
    agent.send("traces", spans("user_turn"))
    version, snapshot = "", None

    for number in range(2, 12):
        agent.send("traces", spans("llm_node", first_id=number))
        viewer = eyes.see(only_session(), bearer(read_token), version)
        viewer.version, viewer.snapshot = version, snapshot
        viewer.until(lambda seen, number=number: seen["cursor"] >= number)
        version, snapshot = viewer.version, viewer.snapshot
        viewer.close()

    assert len(snapshot["timeline"]["spans"]) == 11
