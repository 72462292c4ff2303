"""Somebody who looks: a websocket, and what it has shown so far."""

import gzip
import json
import socket
import time
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from tests.live.applying import applied

EVENTUALLY_S = 25.0
"""Far beyond what is promised: the machine may be busy, and speed is measured by benchmarks/live.py."""


class Closed(Exception):
    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


class Viewer:
    def __init__(self, url: str, *, line: socket.socket | None = None, **headers: str) -> None:
        self.life = ExitStack()
        if line is not None:
            self.life.enter_context(line)
        self.socket: ClientConnection = self.life.enter_context(
            connect(
                url,
                additional_headers=headers,
                open_timeout=EVENTUALLY_S,
                max_size=None,
                compression=None,
                max_queue=1,
            )
        )
        self.version = ""
        self.snapshot: Any = None
        self.frames: list[dict[str, Any]] = []
        self.binary_frames = 0

    def close(self) -> None:
        self.life.close()

    def next_frame(self, timeout_s: float = EVENTUALLY_S) -> dict[str, Any]:
        """Raises Closed, or TimeoutError."""
        try:
            data = self.socket.recv(timeout_s)
        except ConnectionClosed as closed:
            raise Closed(closed.rcvd.code if closed.rcvd else 1006) from None
        self.binary_frames += isinstance(data, bytes)
        text = gzip.decompress(data) if isinstance(data, bytes) else data
        frame: dict[str, Any] = json.loads(text)
        self.take(frame)
        self.frames.append(frame)
        return frame

    def take(self, frame: dict[str, Any]) -> None:
        if frame["type"] == "snapshot":
            self.snapshot, self.version = frame["snapshot"], frame["version"]
        if frame["type"] == "changes":
            assert frame["from"] == self.version, "a gap"
            self.snapshot, self.version = applied(self.snapshot, frame["changes"]), frame["to"]

    def until(self, is_so: Callable[[Any], Any]) -> Any:
        """Reads on until the snapshot is as wanted."""
        deadline = time.monotonic() + EVENTUALLY_S
        while self.snapshot is None or not is_so(self.snapshot):
            self.next_frame(deadline - time.monotonic())
        return self.snapshot

    def until_closed(self) -> int:
        deadline = time.monotonic() + EVENTUALLY_S
        try:
            while time.monotonic() < deadline:
                self.next_frame(deadline - time.monotonic())
        except Closed as closed:
            return closed.code
        raise TimeoutError("The socket stays open.")

    def kinds(self) -> list[str]:
        return [frame["type"] for frame in self.frames]

    def first_kind(self) -> str:
        try:
            return str(self.next_frame()["type"])
        except Closed as closed:
            return str(closed.code)


def narrow_line(port: int) -> socket.socket:
    """A connection that holds little: what is not read soon fills the server's side."""
    line = socket.socket()
    line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 64 * 1024)
    line.connect(("127.0.0.1", port))
    return line
