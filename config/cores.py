"""On which processors threads run, and which of them first (docs/decisions/0027-one-process-keeps-to-one-core.md).

Threads that begin others hand both on to them. Linux only. Elsewhere, and where a sandbox forbids it, nothing is done:
it is only for speed.
"""

import os
import random
import socket
import threading
from contextlib import suppress
from functools import cache

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
"""That this process was allowed when it started."""
PLACES = "\0playhead/core"
MAX_ON_A_CORE = 8
BEHIND = 10
"""Niceness: beside threads that want the processor, one that gives way gets a tenth of it."""


def keep_to_one() -> None:
    """This thread, and those that it begins from now on: on the core that the fewest of our processes have taken."""
    if ALL:
        keep_to({taken_core()})


@cache
def taken_core() -> int:
    """
    Each place on a core is the name of a socket, which the kernel gives to one process and takes back when that ends.
    Other containers have names of their own, so cores are tried in any order.
    """
    cores = sorted(ALL)
    random.shuffle(cores)
    held.append(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
    for place in range(MAX_ON_A_CORE):
        for core in cores:
            with suppress(OSError):
                held[0].bind(f"{PLACES}/{core}/{place}")
                return core
    return cores[0]


held: list[socket.socket] = []
"""What names this process's place, for as long as it lives."""


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
