"""The front desk's session, made once for all tests of a module that look at it, instead of anew for each.

A module that imports these fixtures has them in the place of those of the same names. Each of its tests finds the rows
and files as they were made, and nothing that is kept in memory, whatever the ones before did.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from observability.models import Session
from observability.queries.records import forget_timeline
from projects.models import Project
from tests.api.conftest import received
from tests.lasting import keep_files, lasting_rows, put_files_back
from tests.pages.conftest import FRONT_DESK, summarised
from tests.people import OWNER, TEAMMATE, UserFactory, make_acme


@dataclass(frozen=True, slots=True)
class Desk:
    owner: int
    teammate: int
    session: int
    files: Path


@pytest.fixture(scope="module")
def desk(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Desk]:
    files = tmp_path_factory.mktemp("desk")
    with lasting_rows(django_db_blocker):
        owner, teammate = UserFactory(**OWNER), UserFactory(**TEAMMATE)
        session = summarised(received(FRONT_DESK, make_acme(owner, teammate)))
        keep_files(files)
        yield Desk(owner.pk, teammate.pk, session.pk, files)


@pytest.fixture
def owner(desk: Desk, db: None) -> User:
    return User.objects.get(pk=desk.owner)


@pytest.fixture
def teammate(desk: Desk, db: None) -> User:
    return User.objects.get(pk=desk.teammate)


@pytest.fixture
def project(desk: Desk, db: None) -> Project:
    return Project.objects.get(slug="acme")


@pytest.fixture
def front_desk(desk: Desk, db: None) -> Session:
    put_files_back(desk.files)
    session = Session.objects.get(pk=desk.session)
    forget_timeline(session)
    return session
