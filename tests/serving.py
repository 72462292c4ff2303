"""HTTP servers of tests' own, each in a thread."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import HTTPServer
from typing import TypeVar

LOOKS_EVERY_S = 0.01
"""Whether it is to end: with Python's own half a second, each test would wait for that."""
Kind = TypeVar("Kind", bound=HTTPServer)


@contextmanager
def serving(server: Kind) -> Iterator[Kind]:
    with server:
        threading.Thread(target=server.serve_forever, args=[LOOKS_EVERY_S], daemon=True).start()
        try:
            yield server
        finally:
            server.shutdown()
