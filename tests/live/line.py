"""A network line between a browser and a server that a test may cut."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress


class Line:
    """Passes bytes on until it is cut: then it still takes them, and nothing arrives, as behind a dead router."""

    def __init__(self, server_port: int) -> None:
        self.server_port = server_port
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.listener.settimeout(None)  # celery's workers leave a default timeout behind when they stop
        self.port = int(self.listener.getsockname()[1])
        self.is_whole = threading.Event()
        self.is_whole.set()
        self.sockets: list[socket.socket] = []
        self.threads = [self.begin(self.take_connections)]

    def cut(self) -> None:
        self.is_whole.clear()

    def mend(self) -> None:
        """What was under way is gone; new connections pass."""
        for each in list(self.sockets):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
        self.is_whole.set()

    def close(self) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.mend()
        for thread in self.threads:
            thread.join(10)
        for each in self.sockets:
            each.close()

    def begin(self, work: Callable[..., None], *arguments: object) -> threading.Thread:
        thread = threading.Thread(target=work, args=arguments, daemon=True)
        thread.start()
        return thread

    def take_connections(self) -> None:
        with suppress(OSError):
            while True:
                here, _ = self.listener.accept()
                here.settimeout(None)
                self.sockets.append(here)
                self.threads.append(self.begin(self.connect, here))

    def connect(self, here: socket.socket) -> None:
        try:
            there = socket.create_connection(("127.0.0.1", self.server_port))
        except OSError:
            here.shutdown(socket.SHUT_RDWR)
            return
        there.settimeout(None)
        self.sockets.append(there)
        back = self.begin(self.pump, there, here)
        self.pump(here, there)
        back.join()

    def pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while data := source.recv(65536):
                self.is_whole.wait()
                target.sendall(data)
        with suppress(OSError):
            target.shutdown(socket.SHUT_WR)


@contextmanager
def line_to(server_port: int) -> Iterator[Line]:
    line = Line(server_port)
    try:
        yield line
    finally:
        line.close()
