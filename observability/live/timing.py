import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def timed(do: Callable[[], T]) -> Callable[[], tuple[T, float]]:
    """The result, and the seconds of processor time it took this thread: waiting for others' work is no cost."""

    def call() -> tuple[T, float]:
        began_s = time.thread_time()
        return do(), time.thread_time() - began_s

    return call
