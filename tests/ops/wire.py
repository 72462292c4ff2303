"""A server of our own around any WSGI application, and a client that says what browsers and SDKs never would."""

import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from config.server import Server, bound_socket
from config.threads import Application, OnThreads

DEADLINE_S = 10


@contextmanager
def serving(application: Application, *, threads: int = 2, upload_threads: int = 1) -> Iterator[int]:
    """The port on 127.0.0.1 at which the application answers."""
    http = OnThreads(application, threads=threads, upload_threads=upload_threads)
    server = Server(http, on_stop=http.let_go)
    listener = bound_socket("127.0.0.1", 0)
    port: int = listener.getsockname()[1]
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
    thread.start()
    while not server.started and thread.is_alive():
        time.sleep(0.01)
    try:
        yield port
    finally:
        server.should_exit = True
        thread.join()
        http.close()


@contextmanager
def connected(port: int) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", port), timeout=DEADLINE_S) as connection:
        yield connection


def request(method: str, path: str, body: bytes = b"", **headers: str) -> bytes:
    named = {"Host": "localhost", "Content-Length": str(len(body))} | {
        name.replace("_", "-"): value for name, value in headers.items()
    }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in named.items()), "", ""]
    return "\r\n".join(lines).encode() + body


def chunked_request(path: str, chunks: list[bytes], *, is_whole: bool = True) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
    body = b"".join(b"%x\r\n%s\r\n" % (len(chunk), chunk) for chunk in chunks)
    return head + body + (b"0\r\n\r\n" if is_whole else b"")


def answer_on(connection: socket.socket) -> tuple[int, dict[str, str], bytes]:
    """One answer with a Content-Length; what follows it stays unread."""
    head = b""
    while not head.endswith(b"\r\n\r\n"):
        head += connection.recv(1) or b"\r\n\r\n"
    status_line, *lines = head.decode().strip().split("\r\n")
    headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}
    body = b""
    while len(body) < int(headers.get("content-length", 0)):
        body += connection.recv(65536)
    return int(status_line.split(" ")[1]), headers, body
