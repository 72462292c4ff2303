"""Bounds the memory that all uploads in this process take together."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from observability.ingest.refusals import Unavailable
from observability.limits import MAX_IN_FLIGHT_BYTES

Reserve = Callable[[int], None]


class Budget:
    def __init__(self, total_bytes: int) -> None:
        self._free_bytes = total_bytes
        self._lock = threading.Lock()

    @contextmanager
    def reservation(self) -> Iterator[Reserve]:
        """Yields a function that reserves so many bytes more; all of them are free again at the end.

        It raises Unavailable at once instead of waiting: exporters retry, and a waiting thread helps nobody.
        """
        held_bytes = 0

        def reserve(size_bytes: int) -> None:
            nonlocal held_bytes
            with self._lock:
                if size_bytes > self._free_bytes:
                    raise Unavailable("Too many large uploads at once; please repeat this one.")
                self._free_bytes -= size_bytes
                held_bytes += size_bytes

        try:
            yield reserve
        finally:
            with self._lock:
                self._free_bytes += held_bytes


in_flight = Budget(MAX_IN_FLIGHT_BYTES)
