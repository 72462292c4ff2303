"""The session with everything, made once for all tests of a module that ask for it, instead of anew for each.

A module that imports these fixtures has them in the place of those of the same names. Each of its tests finds the rows
and files as they were made, and nothing that is kept in memory, whatever the ones before did.
"""

from pathlib import Path

import pytest

from observability.models import Session
from observability.queries.records import forget_timeline
from projects.models import Project
from tests.api.conftest import TALK, received
from tests.lasting import keep_files, put_files_back
from tests.lasting_acme import lasting_acme, owner, project, teammate

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "talk", "teammate"]


@pytest.fixture(scope="module")
def lasting_talk(lasting: Path, lasting_acme: Project) -> Session:
    session = received(TALK, lasting_acme)
    keep_files(lasting)
    return session


@pytest.fixture
def talk(lasting: Path, lasting_talk: Session, db: None) -> Session:
    return as_made(lasting_talk, lasting)


def as_made(session: Session, files: Path) -> Session:
    put_files_back(files)
    forget_timeline(session)
    return Session.objects.get(pk=session.pk)
