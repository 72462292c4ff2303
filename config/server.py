"""The one process of `manage.py up`: websockets and HTTP on one port, and an orderly end."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

DRAIN_S = 3.5
"""How long requests may go on after the signal; with the workers' end the whole stop stays below five seconds."""
KEEP_ALIVE_S = 75
"""Longer than the pauses between an agent's uploads, or each of them could meet a connection that is just closing."""
MAX_MESSAGE_BYTES = 64 * 1024
STOP_SIGNALS = [signal.SIGINT, signal.SIGTERM, signal.SIGHUP]


class HttpProtocol(HttpToolsProtocol):
    """A websocket begins with GET (RFC 6455 §4.1). uvicorn hands any method over, and a POST then has no answer."""

    def _should_upgrade(self) -> bool:
        return bool(self.scope["method"] == "GET" and super()._should_upgrade())


class Server(uvicorn.Server):
    def __init__(self, application: Any, *, on_stop: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                application,
                loop="uvloop",
                http=HttpProtocol,
                ws="websockets-sansio",
                ws_max_size=MAX_MESSAGE_BYTES,
                ws_per_message_deflate=False,
                lifespan="off",
                log_config=None,
                access_log=False,
                server_header=False,
                proxy_headers=False,  # which addresses are believed is ours to say (accounts/client_address.py)
                timeout_keep_alive=KEEP_ALIVE_S,
                timeout_graceful_shutdown=DRAIN_S,  # type: ignore[arg-type]  # annotated int, used as seconds
            )
        )
        self.on_stop = on_stop

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self.on_stop()
        await super().shutdown(sockets)

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first signal lets requests finish, a second one does not wait; neither ends in a traceback."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {each: signal.signal(each, self.handle_exit) for each in STOP_SIGNALS}
        yield
        for each, handler in before.items():
            signal.signal(each, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        self.force_exit = self.should_exit
        self.should_exit = True


def bound_socket(host: str, port: int) -> socket.socket:
    """Taken before anything else is done, so that a busy port is told at once. Raises OSError."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    return listener


def url_of(listener: socket.socket) -> str:
    """An address that a browser on this machine can open, also for a server that listens everywhere."""
    host, port = listener.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104
    return f"http://{host}:{port}"
