"""The front desk's session, made once for all tests of a module that look at it, instead of anew for each.

A module that imports these fixtures has them in the place of those of the same names. Each of its tests finds the rows
and files as they were made, and nothing that is kept in memory, whatever the ones before did.
"""

from pathlib import Path

import pytest

from observability.models import Session
from projects.models import Project
from tests.api.conftest import received
from tests.api.lasting_talk import as_made
from tests.lasting import keep_files
from tests.lasting_acme import lasting_acme, owner, project, teammate
from tests.pages.conftest import FRONT_DESK, summarised

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]


@pytest.fixture(scope="module")
def desk(lasting: Path, lasting_acme: Project) -> Session:
    session = summarised(received(FRONT_DESK, lasting_acme))
    keep_files(lasting)
    return session


@pytest.fixture
def front_desk(lasting: Path, desk: Session, db: None) -> Session:
    return as_made(desk, lasting)
