"""Both demo sessions, told once for all tests."""

import pytest

from observability.demo.requests import DEMO_SCRIPTS, demo_uploads
from tests.demo.told import STARTED_NS, Told


@pytest.fixture(scope="session")
def demos() -> dict[str, Told]:
    return {
        script.name: Told(script, list(demo_uploads(STARTED_NS, script=script))) for script in DEMO_SCRIPTS
    }


@pytest.fixture(params=[script.name for script in DEMO_SCRIPTS])
def demo(request: pytest.FixtureRequest, demos: dict[str, Told]) -> Told:
    return demos[request.param]


@pytest.fixture
def front_desk(demos: dict[str, Told]) -> Told:
    return demos["front_desk"]


@pytest.fixture
def parcel_line(demos: dict[str, Told]) -> Told:
    return demos["parcel_line"]
