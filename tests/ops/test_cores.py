"""What is only for speed stops nothing."""

import os
from typing import NoReturn

import pytest

from config import cores


@pytest.mark.parametrize("what", [cores.keep_to_one, cores.use_all, cores.give_way])
def test_where_a_sandbox_forbids_it_nothing_is_done(what, monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*_: object) -> NoReturn:
        raise PermissionError

    for name in ("sched_setaffinity", "setpriority"):
        monkeypatch.setattr(os, name, forbidden)

    what()
