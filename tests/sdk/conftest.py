"""Sessions of the real SDKs against a real Playhead. Run with `-m sdk`; the first run installs the SDKs."""

from collections.abc import Iterator

import pytest

from tests.sdk.environments import node_driver, python_driver
from tests.sdk.playhead import Playhead
from tests.sdk.sessions import Session, hold_session


@pytest.fixture(scope="session")
def playhead(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Playhead]:
    server = Playhead(tmp_path_factory.mktemp("playhead"))
    try:
        server.start()
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def python_session(playhead: Playhead) -> Session:
    return hold_session(playhead, python_driver())


@pytest.fixture(scope="session")
def node_session(playhead: Playhead) -> Session:
    return hold_session(playhead, node_driver())
