"""What is only for speed stops nothing."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn

import pytest

from config import cores

TAKES_A_CORE = """
import os, sys
from config import cores
cores.PLACES += sys.argv[1]
cores.keep_to_one()
print(*os.sched_getaffinity(0), flush=True)
input()
"""


@pytest.mark.parametrize("what", [cores.keep_to_one, cores.use_all, cores.give_way])
def test_where_a_sandbox_forbids_it_nothing_is_done(what, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> NoReturn:
        raise PermissionError

    for name in ("sched_setaffinity", "setpriority"):
        monkeypatch.setattr(os, name, forbidden)

    what()


def test_processes_share_the_cores_evenly() -> None:
    everything = sorted(os.sched_getaffinity(0))
    with ExitStack() as life:
        taken = [life.enter_context(process_on_a_core()) for _ in 2 * everything]

        assert sorted(taken) == sorted(2 * everything)


def test_what_begins_next_takes_the_core_of_what_ended() -> None:
    with ExitStack() as life:
        for _ in os.sched_getaffinity(0):
            last = life.enter_context(ExitStack())
            core = last.enter_context(process_on_a_core())
        last.close()

        assert life.enter_context(process_on_a_core()) == core


@contextmanager
def process_on_a_core() -> Iterator[int]:
    """Shares cores with those of this test alone."""
    command = [sys.executable, "-c", TAKES_A_CORE, f"/{os.getpid()}"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        yield int(process.stdout.readline())
        process.kill()
