"""On which processors threads run, and which of them first (docs/decisions/0027-one-process-keeps-to-one-core.md).

Threads that begin others hand both on to them. Linux only. Elsewhere, and where a sandbox forbids it, nothing is done:
it is only for speed.
"""

import os
import random
import socket
import threading
from contextlib import ExitStack, suppress
from functools import cache

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
"""That this process was allowed when it started."""
PLACES = "\0playhead/core"
BEHIND = 10
"""Niceness: beside threads that want the processor, one that gives way gets a tenth of it."""


def keep_to_one() -> None:
    """This thread, and those that it begins from now on: on a core that no other process of ours has, else any one."""
    if ALL:
        keep_to(own()[0] or {random.choice(sorted(ALL))})  # noqa: S311


def keep_to_own() -> None:
    """Likewise, and wherever there is time if others have all: so no two meet on one core, also while new ones begin
    beside those that end."""
    if ALL:
        keep_to(own()[0] or ALL)


@cache
def own() -> tuple[set[int], socket.socket | None]:
    """
    The core, and the socket whose name stands for it: the kernel gives a name to one process, and takes it back when
    that ends. Other containers have names of their own, so cores are tried in any order. None if each has been given.
    """
    cores = sorted(ALL)
    random.shuffle(cores)
    for core in cores:
        with suppress(OSError), ExitStack() as closing:
            place = closing.enter_context(socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM))
            place.bind(f"{PLACES}/{core}")
            closing.pop_all()  # the name is ours for as long as the socket is open
            return {core}, place
    return set(), None


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
