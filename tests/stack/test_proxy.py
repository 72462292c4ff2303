"""What the proxy promises agents while web is begun anew, and strangers at any time."""

import os
import signal
import socket
import threading
import time
from urllib.parse import urlsplit

import pytest

from benchmarks.processes import command_of, descendants
from tests.captured import captured
from tests.sdk.playhead import eventually
from tests.sending import spans, token
from tests.stack.agents import RECORDINGS, TRACES, SteadyAgent, bearer, replayed
from tests.stack.production import Stack

pytestmark = [pytest.mark.stack, pytest.mark.timeout(300)]
EXPORTERS_GIVE_UP_AFTER_S = 10


def names_of(stack: Stack, job: str) -> set[str]:
    [session] = stack.api(f"sessions/?text={job}")["results"]
    return {span["name"] for span in stack.every(f"sessions/{session['id']}/spans/")}


def test_restart_of_web_costs_no_upload(stack):
    with SteadyAgent(stack, "AJ_restart") as agent:
        time.sleep(1)
        stack.control("restart", "web")
        time.sleep(3)

    assert set(agent.statuses) == {200}
    assert agent.slowest_s < EXPORTERS_GIVE_UP_AFTER_S
    assert names_of(stack, "AJ_restart") == {f"span {n}" for n in range(1, len(agent.statuses) + 1)}


def test_reload_of_web_makes_every_process_anew_and_costs_no_upload(stack):
    before = set(descendants(stack.pid_of("web")))

    with SteadyAgent(stack, "AJ_reload") as agent:
        time.sleep(1)
        stack.control("signal", "HUP", "web")
        eventually(lambda: has_others(stack, before), within_s=60, what="made anew: web's processes")
        time.sleep(1)

    assert set(agent.statuses) == {200}
    assert names_of(stack, "AJ_reload") == {f"span {n}" for n in range(1, len(agent.statuses) + 1)}


def has_others(stack: Stack, before: set[int]) -> bool:
    return not before & {pid for pid in descendants(stack.pid_of("web")) if is_serving(pid)}


def is_serving(pid: int) -> bool:
    """Python's own helper of a process that was started anew serves nobody."""
    return "resource_tracker" not in command_of(pid)


def test_killed_web_processes_cost_no_upload(stack):
    with SteadyAgent(stack, "AJ_killed") as agent:
        time.sleep(1)
        os.killpg(stack.pid_of("web"), signal.SIGKILL)
        time.sleep(6)

    assert set(agent.statuses) == {200}
    assert names_of(stack, "AJ_killed") == {f"span {n}" for n in range(1, len(agent.statuses) + 1)}


def test_recording_is_held_until_web_is_back(stack):
    [recording] = [request for request in captured("python/1.5.1") if request.signal == "recordings"]
    stack.control("stop", "web")
    starting = threading.Timer(4, stack.control, ["start", "web"])
    starting.start()

    answer = replayed(stack, recording)

    starting.join()
    assert answer.status == 200
    assert answer.seconds > 4


@pytest.mark.parametrize("path", [TRACES, RECORDINGS])
def test_body_of_a_stranger_is_not_taken(stack, path):
    strangers = "Bearer " + token(key=stack.project["api_key"], secret="a secret that somebody guessed at")

    answer, written = begin_large_upload(stack, path, strangers)

    assert answer.startswith(b"HTTP/1.1 401 ")
    assert "The token is not signed with the secret" in answer.decode(errors="replace")
    assert written == []


@pytest.mark.parametrize("path", [TRACES, RECORDINGS])
def test_body_of_an_agent_is_taken_off_the_line_before_web_is_kept_busy(stack, path):
    answer, written = begin_large_upload(stack, path, bearer(stack))

    assert answer == b""
    assert len(written) == 1


def begin_large_upload(stack: Stack, path: str, authorization: str) -> tuple[bytes, list[str]]:
    """Sends 1 MB of 20; what was answered by then, and the files that the proxy writes."""
    where = urlsplit(stack.url)
    head = [
        f"POST /p/demo{path} HTTP/1.1",
        f"Host: {where.netloc}",
        f"Authorization: {authorization}",
        "Content-Type: application/x-protobuf",
        "Content-Length: 20000000",
    ]
    with socket.create_connection((where.hostname, where.port)) as line:
        line.sendall("\r\n".join(head).encode() + b"\r\n\r\n")
        line.settimeout(2)
        answer = received(line)
        if not answer:
            line.sendall(bytes(1_000_000))
            time.sleep(0.5)
        return answer, stack.bodies_held()


def received(line: socket.socket) -> bytes:
    try:
        return line.recv(65536)
    except TimeoutError:
        return b""


def test_body_beyond_every_limit_is_refused_before_it_is_sent(stack):
    where = urlsplit(stack.url)
    with socket.create_connection((where.hostname, where.port), timeout=20) as line:
        head = (
            f"POST /p/demo{RECORDINGS} HTTP/1.1\r\nHost: {where.netloc}\r\nAuthorization: {bearer(stack)}\r\n"
        )
        line.sendall(head.encode() + b"Content-Length: 900000000\r\n\r\n")
        answer = received(line)

    assert answer.startswith(b"HTTP/1.1 413 ")
    assert b"larger than any limit" in answer


def test_question_for_admission_is_the_proxys_own(stack):
    assert stack.ask("/admission/p/demo" + TRACES, Authorization=bearer(stack)).status == 404


def test_upload_that_web_has_begun_to_read_is_finished_before_it_stops(stack):
    """Straight to web, since the proxy holds a body until it is whole."""
    host, _, port = stack.environment["WEB"].partition(":")
    body = spans("begun before the end", job="AJ_drained")
    head = [
        f"POST /p/demo{TRACES} HTTP/1.1",
        f"Host: {host}:{port}",
        f"Authorization: {bearer(stack)}",
        "Content-Type: application/x-protobuf",
        f"Content-Length: {len(body)}",
    ]
    with socket.create_connection((host, int(port)), timeout=30) as line:
        line.sendall("\r\n".join(head).encode() + b"\r\n\r\n" + body[:20])
        time.sleep(0.5)
        restart = threading.Thread(target=stack.control, args=["restart", "web"])
        restart.start()
        time.sleep(1)
        line.sendall(body[20:])
        answer = line.recv(4096)
    restart.join()
    stack.await_ready()

    assert answer.startswith(b"HTTP/1.1 200 ")
    assert names_of(stack, "AJ_drained") == {"begun before the end"}
