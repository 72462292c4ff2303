"""Acme and its people, made once for all tests of a module that has these fixtures for those of the same names."""

from pathlib import Path

import pytest

from accounts.models import User
from projects.models import Project
from tests.people import OWNER, TEAMMATE, UserFactory, make_acme


@pytest.fixture(scope="module")
def lasting_acme(lasting: Path) -> Project:
    return make_acme(UserFactory(**OWNER), UserFactory(**TEAMMATE))


@pytest.fixture
def owner(lasting_acme: Project, db: None) -> User:
    return User.objects.get(email=OWNER["email"])


@pytest.fixture
def teammate(lasting_acme: Project, db: None) -> User:
    return User.objects.get(email=TEAMMATE["email"])


@pytest.fixture
def project(lasting_acme: Project, db: None) -> Project:
    return Project.objects.get(pk=lasting_acme.pk)
