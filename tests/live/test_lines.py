"""Lines that are slow, silent or talkative."""

import json
import secrets
import time
from typing import Any

import pytest

from observability.models import Session
from projects.models import Project
from tests.live.conftest import Eyes, LiveAgent, bearer, only_session
from tests.live.viewer import narrow_line
from tests.people import SessionFactory
from tests.sending import logs, spans


def test_a_ping_is_answered(eyes: Eyes, acme: Project, read_token: Any) -> None:
    viewer = eyes.see(SessionFactory(project=acme), bearer(read_token))
    viewer.until(lambda _: True)

    viewer.socket.send('{"type":"ping"}')

    while viewer.next_frame() != {"type": "pong"}:
        pass


@pytest.mark.parametrize("said", ["", "hello", "[" * 1000, "\x00", b"\xff\x00", '{"type": "snapshot"}'])
def test_whatever_else_is_said_changes_nothing(
    eyes: Eyes, acme: Project, read_token: Any, said: str | bytes
) -> None:
    viewer = eyes.see(SessionFactory(project=acme), bearer(read_token))

    viewer.socket.send(said)

    viewer.until(lambda _: True)
    assert set(viewer.kinds()) == {"beat", "snapshot"}


def test_too_much_said_ends_the_socket(eyes: Eyes, acme: Project, read_token: Any) -> None:
    viewer = eyes.see(SessionFactory(project=acme), bearer(read_token))

    viewer.socket.send("x" * (64 * 1024 + 1))

    assert viewer.until_closed() == 1009


def test_a_live_session_beats_often_and_says_how_often(eyes: Eyes, acme: Project, read_token: Any) -> None:
    viewer = eyes.see(SessionFactory(project=acme, status=Session.Status.LIVE), bearer(read_token))

    while viewer.kinds().count("beat") < 2:
        viewer.next_frame()

    assert viewer.frames[-1] == {"type": "beat", "every_s": 3}


def test_a_reader_who_takes_nothing_is_closed_and_holds_up_nobody(
    eyes: Eyes, agent: LiveAgent, read_token: Any
) -> None:
    agent.send("traces", spans("agent_session"))
    path = f"/projects/acme/sessions/{only_session().public_id}/"
    stuck = eyes.look(path, line=narrow_line(eyes.server.port), **bearer(read_token))
    stuck.until(lambda _: True)
    quick = eyes.see(only_session(), bearer(read_token))

    for number in range(2, 40):
        agent.send("logs", logs(*[secrets.token_urlsafe(20_000) for _ in range(10)]))
        quick.until(lambda snapshot, number=number: snapshot["cursor"] >= number)
    time.sleep(2.5)

    # What the line held already still comes; then comes the end, and not the rest.
    assert stuck.until_closed() in (1006, 4408)
    assert stuck.snapshot["cursor"] < 39
    assert quick.snapshot["cursor"] == 39


def test_frames_are_json_objects_with_a_type(eyes: Eyes, acme: Project, read_token: Any) -> None:
    viewer = eyes.look("/projects/acme/sessions/", **bearer(read_token))

    frame = viewer.next_frame()

    assert json.loads(json.dumps(frame)) == {"type": "beat", "every_s": 15}
