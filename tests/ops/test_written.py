"""Queries that are written once find what Django's own would, and know nothing from the last time."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session as SignedIn
from django.db import connection
from django.http import Http404
from django.utils import timezone

from accounts.models import User
from config.statements import fetched
from observability.models import Recording, Session, Waveform
from observability.queries.records import best_recording
from observability.queries.sessions import session_by_id, session_in
from projects.access import project_for_viewer, project_joined
from projects.actions import create_access_token
from projects.authentication import token_in_use
from projects.models import AccessToken, Membership, Project, Role
from tests.people import ProjectFactory, SessionFactory, UserFactory, signed_in

SPEECH = {"user": [[1, 2]], "agent": None}


def values_of(model: Any) -> dict[str, Any]:
    return {field.attname: getattr(model, field.attname) for field in model._meta.concrete_fields}


def test_a_project_and_what_comes_with_it_are_as_django_reads_them(
    owner: User, project: Project, django_assert_num_queries: Any
) -> None:
    known = Project.objects.select_related("plan", "privacy").get(pk=project.pk)

    with django_assert_num_queries(1):
        found = project_joined(Role.VIEWER).first(user=owner.pk, slug=project.slug)
        assert found is not None
        assert [values_of(each) for each in (found, found.plan, found.privacy)] == [
            values_of(each) for each in (known, known.plan, known.privacy)
        ]
        assert found.privacy.project is found
        assert not found._state.adding


def test_a_session_is_as_django_reads_it(project: Project) -> None:
    session = SessionFactory(project=project, part_problems={"audio": "late"}, ended_ns=2**62, is_sealed=True)

    found = session_by_id().first(project=project.pk, public_id=session.public_id)

    assert values_of(found) == values_of(Session.objects.get(pk=session.pk))


def test_a_token_is_as_django_reads_it(owner: User, project: Project) -> None:
    made = create_access_token(project, "script", ["read"], by=owner)

    found = token_in_use().first(digest=made.row.token_hash)

    assert found is not None
    assert values_of(found) == values_of(AccessToken.objects.get())
    assert values_of(found.project.plan) == values_of(project.plan)


def test_a_recording_comes_with_its_waveform_or_with_none(session: Session) -> None:
    bare = Recording.objects.create(session=session, revision=1, size_bytes=1, duration_ms=5, channels=2)

    without = best_recording().first(session=session.pk)
    Waveform.objects.create(recording=bare, version=1, speech=SPEECH)
    found = best_recording().first(session=session.pk)

    assert without is not None
    assert not hasattr(without, "waveform")
    assert found is not None
    assert found.waveform.speech == SPEECH
    assert values_of(found) == values_of(Recording.objects.get())


@pytest.mark.parametrize("role", [Role.VIEWER, Role.MEMBER, Role.ADMIN, Role.OWNER])
def test_each_role_opens_what_it_is_enough_for_and_nothing_else(project: Project, role: Role) -> None:
    person = UserFactory()
    Membership.objects.create(project=project, user=person, role=role)

    opened = [least for least in Role if project_joined(least).first(user=person.pk, slug=project.slug)]

    assert opened == [*Role][[*Role].index(role) :]


def test_whoever_is_removed_is_out_with_the_next_request(project: Project, teammate: User) -> None:
    assert project_for_viewer(teammate, project.slug) == project

    Membership.objects.filter(user=teammate).delete()

    with pytest.raises(Http404):
        project_for_viewer(teammate, project.slug)


def test_one_persons_project_is_not_found_for_the_next(project: Project, owner: User) -> None:
    other = ProjectFactory()
    assert project_for_viewer(owner, project.slug) == project

    with pytest.raises(Http404):
        project_for_viewer(owner, other.slug)
    with pytest.raises(Http404):
        project_for_viewer(UserFactory(), project.slug)


def test_a_session_is_gone_from_the_moment_at_which_it_expires(project: Project) -> None:
    session = SessionFactory(project=project)
    assert session_in(project, session.public_id) == session

    Session.objects.filter(pk=session.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    with pytest.raises(Http404):
        session_in(project, session.public_id)


@pytest.mark.django_db(transaction=True)
def test_threads_share_what_is_written_and_ask_on_their_own_connections(
    project: Project, owner: User
) -> None:
    found: list[Project | None] = []

    def ask() -> None:
        try:
            found.append(project_joined(Role.VIEWER).first(user=owner.pk, slug=project.slug))
        finally:
            connection.close()

    for _ in range(2):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()

    assert found == [project, project]


def test_a_person_is_as_django_reads_them(owner: User) -> None:
    found = User.objects.get(pk=owner.pk)

    assert values_of(found) == values_of(User.objects.filter(pk=owner.pk).get())
    assert not found._state.adding
    with pytest.raises(User.DoesNotExist):
        User.objects.get(pk=0)


def test_members_are_looked_for_among_members_alone(project: Project, owner: User, stranger: User) -> None:
    assert project.members.get(pk=owner.pk) == owner
    with pytest.raises(User.DoesNotExist):
        project.members.get(pk=stranger.pk)


def test_a_browser_is_signed_out_once_its_time_is_over_or_its_session_gone(owner: User) -> None:
    for change in (
        lambda sessions: sessions.update(expire_date=timezone.now() - timedelta(seconds=1)),
        lambda sessions: sessions.delete(),
    ):
        browser = signed_in(owner)
        assert browser.get("/projects/").wsgi_request.user == owner

        change(SignedIn.objects.filter(pk=browser.session.session_key))

        assert browser.get("/projects/").wsgi_request.user.is_anonymous


def test_a_percent_sign_is_one_and_no_placeholder(db: None) -> None:
    assert fetched("SELECT '100 %%', %s", [1])[0] == ("100 %", 1)
