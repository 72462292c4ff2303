"""What is only for speed stops nothing."""

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import NoReturn

import pytest

from config import cores

TAKES_A_CORE = """
import os, sys
from config import cores
cores.PLACES += sys.argv[1]
getattr(cores, sys.argv[2])()
print(*os.sched_getaffinity(0), flush=True)
input()
"""


@pytest.mark.parametrize("what", [cores.keep_to_one, cores.keep_to_own, cores.use_all, cores.give_way])
def test_where_a_sandbox_forbids_it_nothing_is_done(what, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> NoReturn:
        raise PermissionError

    for name in ("sched_setaffinity", "setpriority"):
        monkeypatch.setattr(os, name, forbidden)

    what()


EVERYTHING = os.sched_getaffinity(0)


def test_each_process_has_a_core_of_its_own_as_long_as_there_are_any() -> None:
    with ExitStack() as life:
        taken = [life.enter_context(process_with(cores.keep_to_own)) for _ in EVERYTHING]

        assert sorted(taken, key=min) == [{core} for core in sorted(EVERYTHING)]
        assert life.enter_context(process_with(cores.keep_to_own)) == EVERYTHING
        assert len(life.enter_context(process_with(cores.keep_to_one))) == 1


def test_what_begins_next_takes_the_core_of_what_ended() -> None:
    with ExitStack() as life:
        for _ in EVERYTHING:
            last = life.enter_context(ExitStack())
            core = last.enter_context(process_with(cores.keep_to_one))
        last.close()

        assert life.enter_context(process_with(cores.keep_to_one)) == core


@contextmanager
def process_with(keep: Callable[[], None]) -> Iterator[set[int]]:
    """Its cores. It shares them with those of this test alone."""
    command = [sys.executable, "-W", "error", "-c", TAKES_A_CORE, f"/{os.getpid()}", keep.__name__]
    pipes: dict[str, int] = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT}
    with subprocess.Popen(command, **pipes, text=True) as process:
        assert process.stdout
        yield set(map(int, process.stdout.readline().split()))
        process.kill()
