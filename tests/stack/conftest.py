"""The whole of production, once for all tests of this folder. Run with `-m stack`."""

from collections.abc import Iterator

import pytest

from tests.stack.production import Stack, production


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    with production(tmp_path_factory.mktemp("stack")) as begun:
        yield begun
