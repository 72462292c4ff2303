"""On which processors threads run (docs/decisions/0027-one-process-keeps-to-one-core.md).

Threads that begin others hand their processors on to them. Linux only; elsewhere nothing is done.
"""

import os
import random

ALL = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
"""That this process was allowed when it started."""


def keep_to_one() -> None:
    """This thread, and those that it begins from now on. Which one is left to chance: there may be other processes."""
    if ALL:
        os.sched_setaffinity(0, {random.choice(sorted(ALL))})  # noqa: S311


def use_all() -> None:
    """This thread, and those that it begins from now on."""
    if ALL:
        os.sched_setaffinity(0, ALL)
