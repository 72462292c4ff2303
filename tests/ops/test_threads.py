import threading
import time
from collections.abc import Iterable, Iterator
from functools import partial
from typing import Any

import pytest

from config.threads import SMALL_BODY_BYTES, OnThreads
from tests.ops.wire import answer_on, chunked_request, connected, request, serving

LARGE = SMALL_BODY_BYTES * 4


def answered(
    start_response: Any, body: bytes, *headers: tuple[str, str], status: str = "200 OK"
) -> list[bytes]:
    start_response(status, [("Content-Length", str(len(body))), *headers])
    return [body]


def body_size(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Answers with the length of the body as announced, and as received."""
    received = 0
    left = int(environ.get("CONTENT_LENGTH") or LARGE * 10)
    while left and (chunk := environ["wsgi.input"].read(min(left, 8192))):
        received += len(chunk)
        left -= len(chunk)
    return answered(start_response, f"{environ.get('CONTENT_LENGTH')} {received}".encode())


@pytest.mark.parametrize(
    ("sent", "answer"),
    [
        (request("GET", "/"), b"0 0"),
        (request("POST", "/", b"x" * 10), b"10 10"),
        (request("POST", "/", b"x" * LARGE), b"%d %d" % (LARGE, LARGE)),
        (chunked_request("/", [b"x" * 10, b"y" * 5]), b"15 15"),
        (chunked_request("/", [b"x" * 50_000] * 10), b"None 500000"),
    ],
    ids=["no body", "small", "large", "small and chunked", "large and chunked"],
)
def test_body_arrives_whole(sent, answer):
    with serving(body_size) as port, connected(port) as connection:
        connection.sendall(sent)

        status, _, body = answer_on(connection)

    assert (status, body) == (200, answer)


@pytest.mark.parametrize("name", ["X_Forwarded_For", "X_FORWARDED-FOR", "x-forwarded_for"])
def test_no_other_header_passes_for_the_one_that_a_proxy_sets(name: str) -> None:
    """WSGI knows both as HTTP_X_FORWARDED_FOR, and the later one would be the proxy's word."""

    def forwarded_for(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return answered(start_response, environ.get("HTTP_X_FORWARDED_FOR", "").encode())

    head = (
        f"GET / HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.5\r\n{name}: 198.51.100.1\r\n\r\n"
    )
    with serving(forwarded_for) as port, connected(port) as connection:
        connection.sendall(head.encode())

        status, _, body = answer_on(connection)

    assert (status, body) == (200, b"203.0.113.5")


def test_half_a_body_is_an_error_and_not_the_end_of_it():
    errors: list[Exception] = []

    def reading(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        try:
            while environ["wsgi.input"].read(8192):
                pass
        except OSError as error:
            errors.append(error)
        return answered(start_response, b"")

    with serving(reading) as port:
        with connected(port) as connection:
            connection.sendall(chunked_request("/", [b"x" * LARGE], is_whole=False))
            time.sleep(0.1)
        until(lambda: errors)

    assert [type(error).__name__ for error in errors] == ["SenderGone"]


def test_refusal_does_not_wait_for_the_body_and_the_connection_goes_on():
    def refusing(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] == "POST":
            return answered(start_response, b"no", status="401 Unauthorized")
        return answered(start_response, b"yes")

    with serving(refusing) as port, connected(port) as connection:
        head = f"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: {LARGE}\r\n\r\n"
        connection.sendall(head.encode())
        refused, _, _ = answer_on(connection)
        connection.sendall(b"x" * LARGE + request("GET", "/"))

        status, _, body = answer_on(connection)

    assert refused == 401
    assert (status, body) == (200, b"yes")


def test_slow_senders_of_small_bodies_hold_no_thread():
    with serving(body_size, threads=1) as port, connected(port) as slow, connected(port) as quick:
        slow.sendall(request("POST", "/", b"x" * 10)[:-5])
        quick.sendall(request("POST", "/", b"x" * 10))

        quick_status, _, _ = answer_on(quick)
        slow.sendall(b"x" * 5)
        slow_status, _, _ = answer_on(slow)

    assert (quick_status, slow_status) == (200, 200)


def test_slow_uploads_delay_no_other_requests():
    with (
        serving(body_size, threads=1, upload_threads=1) as port,
        connected(port) as slow,
        connected(port) as quick,
    ):
        slow.sendall(request("POST", "/", b"x" * LARGE)[:-5])
        quick.sendall(request("GET", "/"))

        status, _, _ = answer_on(quick)

    assert status == 200


def test_silent_senders_of_large_bodies_give_their_threads_back(monkeypatch):
    monkeypatch.setattr("tests.ops.wire.OnThreads", partial(OnThreads, upload_silence_s=0.2))
    errors: list[Exception] = []

    def reading(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        for _ in range(20):
            try:
                return body_size(environ, start_response)
            except OSError as error:
                errors.append(error)
        return answered(start_response, b"", status="503 Service Unavailable")

    with serving(reading, upload_threads=1) as port, connected(port) as silent, connected(port) as honest:
        silent.sendall(request("POST", "/", b"x" * LARGE)[:-5])
        time.sleep(0.05)
        began = time.monotonic()
        honest.sendall(request("POST", "/", b"x" * LARGE))

        status, _, body = answer_on(honest)
        waited_s = time.monotonic() - began
        silent_status, _, _ = answer_on(silent)

    assert (status, body, silent_status) == (200, b"%d %d" % (LARGE, LARGE), 503)
    assert waited_s < 2
    assert [type(error).__name__ for error in errors] == ["SenderGone"] * 20


def test_large_body_may_take_its_time_as_long_as_it_comes(monkeypatch):
    monkeypatch.setattr("tests.ops.wire.OnThreads", partial(OnThreads, upload_silence_s=0.4))
    sent = request("POST", "/", b"x" * LARGE)

    with serving(body_size) as port, connected(port) as slow:
        for piece in (sent[:100_000], sent[100_000:200_000], sent[200_000:-5], sent[-5:]):
            slow.sendall(piece)
            time.sleep(0.2)

        status, _, body = answer_on(slow)

    assert (status, body) == (200, b"%d %d" % (LARGE, LARGE))


def test_slow_readers_hold_no_thread():
    closed = threading.Event()

    class Endless:
        def __iter__(self) -> Iterator[bytes]:
            while not closed.is_set():
                yield b"x" * 8192

        def close(self) -> None:
            closed.set()

    def endless_or_short(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        if environ["PATH_INFO"] == "/short":
            return answered(start_response, b"short")
        start_response("200 OK", [])
        return Endless()

    with serving(endless_or_short, threads=1) as port:
        with connected(port) as stalled, connected(port) as quick:
            stalled.sendall(request("GET", "/endless"))
            time.sleep(0.2)
            quick.sendall(request("GET", "/short"))

            _, _, body = answer_on(quick)
        until(closed.is_set)

    assert body == b"short"


def test_held_answer_comes_late_without_holding_a_thread():
    def held(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        hold = [("Playhead-Hold-Ms", "400")] if environ["PATH_INFO"] == "/held" else []
        return answered(start_response, b"", *hold)

    with serving(held, threads=1) as port, connected(port) as waiting, connected(port) as quick:
        began = time.monotonic()
        waiting.sendall(request("GET", "/held"))
        quick.sendall(request("GET", "/"))

        answer_on(quick)
        quick_s = time.monotonic() - began
        _, headers, _ = answer_on(waiting)
        waiting_s = time.monotonic() - began

    assert quick_s < 0.3 < 0.4 <= waiting_s
    assert "playhead-hold-ms" not in headers


def test_held_answer_goes_out_when_the_server_ends():
    def held(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        return answered(start_response, b"kept", ("Playhead-Hold-Ms", "60000"))

    with serving(held) as port:
        connection_to_end = connected(port)
        connection = connection_to_end.__enter__()
        connection.sendall(request("GET", "/"))
        time.sleep(0.1)

    _, _, body = answer_on(connection)
    connection.close()

    assert body == b"kept"


def until(condition: Any) -> None:
    deadline = time.monotonic() + 5
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.01)
