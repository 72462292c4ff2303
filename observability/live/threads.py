"""Threads for what would hold up the event loop: reading the database, building and compressing snapshots."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.db import Error as DatabaseError
from django.db import close_old_connections

from observability.live.limits import (
    BUILD_THREADS,
    CHECK_THREADS,
    LONG_BUILD_THREADS,
    LOOK_AT_CONNECTION_EVERY_S,
)

T = TypeVar("T")

_build = ThreadPoolExecutor(BUILD_THREADS, "live build")
_long_build = ThreadPoolExecutor(LONG_BUILD_THREADS, "live long build")
_check = ThreadPoolExecutor(CHECK_THREADS, "live check")
_looked = threading.local()


async def built(do: Callable[[], T], *, is_long: bool = False) -> T:
    """Of what may take long; what is known to is done elsewhere, so that the rest need not wait for it."""
    threads = _long_build if is_long else _build
    return await asyncio.get_running_loop().run_in_executor(threads, with_database, do)


async def checked(do: Callable[[], T]) -> T:
    """Of what is quick and must not wait for what is long."""
    return await asyncio.get_running_loop().run_in_executor(_check, with_database, do)


def with_database(do: Callable[[], T]) -> T:
    """A connection that broke or grew old is replaced, as between two requests; to ask it takes a round trip."""
    now_s = time.monotonic()
    if now_s - getattr(_looked, "at_s", -LOOK_AT_CONNECTION_EVERY_S) >= LOOK_AT_CONNECTION_EVERY_S:
        _looked.at_s = now_s
        close_old_connections()
    try:
        return do()
    except DatabaseError:
        close_old_connections()
        raise
