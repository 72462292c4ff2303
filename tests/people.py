"""Three people: the owner of a project, a teammate in it, and a stranger from another project."""

import secrets
from datetime import timedelta
from typing import Any

import factory
import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from observability.models import Session
from projects.actions import NewSecret, create_access_token, register_api_key
from projects.models import AccessToken, ApiKey, Membership, Plan, PrivacySwitches, Project, Role

API_KEY = "APIacme"
API_SECRET = "acme-secret-of-thirty-two-bytes!!"
PASSWORD = "correct horse battery"
OWNER = {"email": "owner@acme.example", "name": "Olivia Owner"}
TEAMMATE = {"email": "teammate@acme.example", "name": "Timo Teammate"}
STRANGER = {"email": "stranger@other.example", "name": "Sam Stranger"}


class UserFactory(factory.django.DjangoModelFactory[User]):
    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda n: f"person{n}@example.org")
    password = PASSWORD

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **kwargs: Any) -> User:
        """As an operator makes people."""
        return model_class.objects.create_user(*args, **kwargs)


class ProjectFactory(factory.django.DjangoModelFactory[Project]):
    class Meta:
        model = Project
        skip_postgeneration_save = True

    name = factory.Sequence(lambda n: f"Project {n}")
    slug = factory.Sequence(lambda n: f"project-{n}")
    plan = factory.LazyFunction(lambda: Plan.objects.get(slug="build"))
    privacy = factory.RelatedFactory("tests.people.PrivacySwitchesFactory", factory_related_name="project")


class PrivacySwitchesFactory(factory.django.DjangoModelFactory[PrivacySwitches]):
    class Meta:
        model = PrivacySwitches

    project = factory.SubFactory(ProjectFactory, privacy=None)


class MembershipFactory(factory.django.DjangoModelFactory[Membership]):
    class Meta:
        model = Membership

    project = factory.SubFactory(ProjectFactory)
    user = factory.SubFactory(UserFactory)
    role = Role.MEMBER


class SessionFactory(factory.django.DjangoModelFactory[Session]):
    """A session that ended without a record; the journal adds what it receives."""

    class Meta:
        model = Session

    project = factory.SubFactory(ProjectFactory)
    job_id = factory.LazyFunction(lambda: "AJ_" + secrets.token_hex(6))
    room_id = factory.LazyFunction(lambda: "RM_" + secrets.token_hex(6))
    room_name = factory.Sequence(lambda n: f"room-{n}")
    agent_name = "receptionist"
    status = Session.Status.ENDED
    expires_at = factory.LazyFunction(lambda: timezone.now() + timedelta(days=30))


def make_acme(owner: User, teammate: User) -> Project:
    acme = ProjectFactory(name="Acme", slug="acme")
    MembershipFactory(project=acme, user=owner, role=Role.OWNER)
    MembershipFactory(project=acme, user=teammate, role=Role.MEMBER)
    return acme


def make_other(stranger: User) -> Project:
    other = ProjectFactory(name="Other", slug="other")
    MembershipFactory(project=other, user=stranger, role=Role.OWNER)
    return other


@pytest.fixture
def owner(db: None) -> User:
    return UserFactory(**OWNER)


@pytest.fixture
def teammate(db: None) -> User:
    return UserFactory(**TEAMMATE)


@pytest.fixture
def stranger(db: None) -> User:
    return UserFactory(**STRANGER)


@pytest.fixture
def project(owner: User, teammate: User) -> Project:
    return make_acme(owner, teammate)


@pytest.fixture
def other_project(stranger: User) -> Project:
    return make_other(stranger)


@pytest.fixture
def api_key(project: Project, owner: User) -> ApiKey:
    """Of `project`; signs with API_KEY and API_SECRET."""
    return register_api_key(project, API_KEY, API_SECRET, by=owner)


@pytest.fixture
def read_token(project: Project, owner: User) -> NewSecret[AccessToken]:
    return create_access_token(project, "script", ["read"], by=owner)


@pytest.fixture
def session(project: Project) -> Session:
    return SessionFactory(project=project)


@pytest.fixture
def live_session(project: Project) -> Session:
    return SessionFactory(project=project, status=Session.Status.LIVE)


@pytest.fixture
def owner_client(owner: User) -> Client:
    return signed_in(owner)


@pytest.fixture
def teammate_client(teammate: User) -> Client:
    return signed_in(teammate)


@pytest.fixture
def stranger_client(stranger: User) -> Client:
    return signed_in(stranger)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client
