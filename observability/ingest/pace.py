"""How many uploads of one project a process takes: what its plan allows in a minute at once, then as time goes by.

In memory: no cache stands between an agent and the database. 1 to 2 µs an upload (benchmarks/pace.py).
"""

import threading
import time
from collections.abc import Callable

from observability.ingest.refusals import TooManyUploads
from projects.models import Project

MAX_PROJECTS = 10_000
"""Remembered by a process; each is some 200 bytes. Whoever is forgotten begins with a full minute."""


class Pace:
    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._left: dict[int, tuple[float, float]] = {}
        """By project: uploads that it has left, and at which second that was so."""
        self._lock = threading.Lock()

    def take(self, project: Project) -> None:
        """One upload. Raises TooManyUploads."""
        most = project.plan.requests_per_minute
        now_s = self._clock()
        with self._lock:
            left, at_s = self._left.get(project.pk) or self._first(now_s, most)
            left = min(left + (now_s - at_s) * most / 60, most)
            self._left[project.pk] = (max(left - 1, 0), now_s)
        if left < 1:
            raise TooManyUploads(
                f"The project’s plan allows {most} uploads a minute; please repeat this one."
            )

    def _first(self, now_s: float, most: int) -> tuple[float, float]:
        if len(self._left) >= MAX_PROJECTS:
            self._left.clear()
        return float(most), now_s

    def forget(self) -> None:
        with self._lock:
            self._left.clear()


pace = Pace()
