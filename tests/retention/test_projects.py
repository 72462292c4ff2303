"""Deleting a project: by an owner who types its name; then nobody reaches it, and nothing of it is left."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models
from django.urls import reverse
from django.utils import timezone

from observability.models import Session
from observability.retention.projects import MoreToErase, erase_project
from observability.tasks import sweep_retention
from projects.actions import create_access_token, create_project, delete_project
from projects.models import Membership, Project, Role
from tests.ops.working import run_all_jobs
from tests.pages.reading import open_page, words
from tests.people import MembershipFactory, SessionFactory, UserFactory, signed_in
from tests.recordings.left import stored_files
from tests.sending import spans

pytestmark = pytest.mark.django_db
PAGE = reverse("projects:project-delete", args=["acme"])


@pytest.fixture(autouse=True)
def no_worker_but_ours(monkeypatch):
    from observability import tasks

    for task in (tasks.purge, tasks.reconcile):
        monkeypatch.setattr(task, "apply_async", lambda **options: None)


def rows_of(project):
    """How many rows every model that points to projects has of this one."""
    counts = {}
    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, models.ForeignKey) and field.related_model is Project:
                rows = model._base_manager.filter(**{field.name: project.pk}).count()
                counts[model.__name__] = rows
    return {name: count for name, count in counts.items() if count}


def test_an_owner_deletes_it_by_typing_its_name(owner_client, project):
    answer = owner_client.post(PAGE, {"name": "Acme"}, follow=True)

    assert "Acme is deleted. Nobody can reach it any more" in words(answer)
    assert "You are in no project yet" in words(answer)
    project.refresh_from_db()
    assert project.deleted_at is not None


def test_another_name_deletes_nothing(owner_client, project):
    answer = owner_client.post(PAGE, {"name": "acme"})

    assert answer.status_code == 422
    assert "This project’s name is “Acme”. Nothing was deleted." in words(answer)
    assert Project.objects.get(pk=project.pk).deleted_at is None


def test_only_owners_find_the_page(project, owner_client, teammate_client, stranger_client):
    admin = UserFactory()
    MembershipFactory(project=project, user=admin, role=Role.ADMIN)
    others = [teammate_client, stranger_client, signed_in(admin)]

    assert [client.post(PAGE, {"name": "Acme"}).status_code for client in others] == [404, 404, 404]
    assert "Delete project" not in open_page(others[2], "projects:privacy-edit", "acme")
    assert "Delete project" in open_page(owner_client, "projects:general-show", "acme")


def test_from_then_on_nobody_reaches_it(project, talk, owner, owner_client, agent):
    token = create_access_token(project, "script", ["read"], by=owner)
    by_token = {"Authorization": f"Bearer {token.secret}"}

    delete_project(project, by=owner)

    pages = [f"/projects/acme/sessions/{talk.public_id}/", "/projects/acme/settings/keys/", PAGE]
    api = f"/api/v1/projects/acme/sessions/{talk.public_id}/"
    assert [owner_client.get(path).status_code for path in [*pages, api]] == [404] * 4
    assert owner_client.get(api, headers=by_token).status_code == 401
    assert agent.send("traces", spans("late")).status_code == 401


def test_its_address_is_free_at_once(project, owner):
    delete_project(project, by=owner)

    assert create_project("Acme again", "acme", owner=owner).slug == "acme"


def test_the_worker_erases_all_of_it_and_nothing_of_another(project, other_project, talk, owner, api_key):
    other = SessionFactory(project=other_project)
    create_access_token(project, "script", ["read"], by=owner)
    delete_project(project, by=owner)

    sweep_retention()
    run_all_jobs()

    assert not Project.objects.filter(pk=project.pk).exists()
    assert (rows_of(project), stored_files()) == ({}, {})
    assert list(Session.objects.all()) == [other]
    assert Membership.objects.get().project == other_project


def test_a_project_that_lives_is_not_erased(project, talk):
    before = rows_of(project)

    erase_project(project.pk)

    assert rows_of(project) == before


def test_its_sessions_are_not_waited_for(project, talk, owner):
    Session.objects.update(expires_at=timezone.now() + timedelta(days=30))
    delete_project(project, by=owner)

    erase_project(project.pk)

    assert Session.objects.count() == 0


def test_a_session_out_of_reach_keeps_no_other_waiting(project, talk, owner):
    talk.recordings.update(place="spool", name="on-another-server.ogg")
    SessionFactory(project=project)
    delete_project(project, by=owner)

    with pytest.raises(MoreToErase, match="1 sessions are left"):
        erase_project(project.pk)

    assert list(Session.objects.all()) == [talk]
