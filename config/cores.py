"""On which processors threads run, and which of them first (docs/decisions/0027-one-process-keeps-to-one-core.md).

Threads that begin others hand both on to them. Linux only. Elsewhere, and where a sandbox forbids it, nothing is done:
it is only for speed.
"""

import os
import random
import threading
from contextlib import suppress

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
"""That this process was allowed when it started."""
BEHIND = 10
"""Niceness: beside threads that want the processor, one that gives way gets a tenth of it."""


def keep_to_one() -> None:
    """This thread, and those that it begins from now on. Which one is left to chance: there may be other processes."""
    if ALL:
        keep_to({random.choice(sorted(ALL))})  # noqa: S311


def use_all() -> None:
    """This thread, and those that it begins from now on."""
    if ALL:
        keep_to(ALL)


def keep_to(cores: set[int]) -> None:
    with suppress(OSError):
        os.sched_setaffinity(0, cores)


def give_way() -> None:
    """This thread, and those that it begins from now on, to all others."""
    if ALL:
        with suppress(OSError):
            os.setpriority(os.PRIO_PROCESS, threading.get_native_id(), BEHIND)
