"""Bounds how many imports this process works on at once: each takes a thread, a core and the memory of an upload."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from observability.imports.refusals import NotNow
from observability.limits import MAX_IMPORTS_AT_ONCE

BUSY = "This server is importing other files at this moment. Try again in a minute."

_turns = threading.BoundedSemaphore(max(1, MAX_IMPORTS_AT_ONCE))


@contextmanager
def turn() -> Iterator[None]:
    """Raises NotNow at once instead of waiting."""
    if not _turns.acquire(blocking=False):
        raise NotNow(BUSY)
    try:
        yield
    finally:
        _turns.release()
