import pytest

from accounts.models import User
from tests.people import UserFactory
from tests.sending import agent

__all__ = ["agent"]


@pytest.fixture
def operator(db: None) -> User:
    return UserFactory(email="operator@server.example", is_staff=True, is_superuser=True)
