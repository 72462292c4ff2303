"""What it costs an upload to be counted against its project's rate; exactly the plan's uploads are taken.

python benchmarks/pace.py
"""

import os
import sys
import time
from pathlib import Path
from threading import Thread
from types import SimpleNamespace
from typing import Any

import django

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

UPLOADS = 200_000
THREADS = 16


def main() -> None:
    django.setup()
    from observability.ingest.pace import Pace

    project: Any = SimpleNamespace(pk=1, plan=SimpleNamespace(requests_per_minute=UPLOADS))
    alone = Pace(clock=lambda: 0.0)
    print(f"one thread:  {us_each(lambda: take(alone, project, UPLOADS), UPLOADS):.2f} µs an upload")
    assert take(alone, project, 1) == 0
    shared = Pace(clock=lambda: 0.0)
    each = UPLOADS // THREADS
    print(f"{THREADS} threads: {us_each(lambda: at_once(shared, project, each), UPLOADS):.2f} µs an upload")
    assert take(shared, project, 1) == 0


def us_each(work: Any, count: int) -> float:
    began_s = time.perf_counter()
    work()
    return (time.perf_counter() - began_s) / count * 1e6


def take(pace: Any, project: Any, count: int) -> int:
    from observability.ingest.refusals import TooManyUploads

    taken = 0
    for _ in range(count):
        try:
            pace.take(project)
        except TooManyUploads:
            return taken
        taken += 1
    return taken


def at_once(pace: Any, project: Any, count: int) -> None:
    threads = [Thread(target=take, args=(pace, project, count)) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main()
