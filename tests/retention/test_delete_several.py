"""Deleting the sessions that are chosen in the list: the question names their number, the receipt what went."""

from collections.abc import Callable
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Job, Recording, Session
from projects.models import Project
from tests.pages.reading import HTMX, words
from tests.people import SessionFactory


@pytest.fixture
def chosen(project: Project) -> dict[str, list[str]]:
    three = SessionFactory.create_batch(3, project=project, span_count=10)
    for session in three[:2]:
        Recording.objects.create(
            session=session, revision=1, sha256="a", size_bytes=2048, name="x", place="storage"
        )
    return {"session": [str(session.public_id) for session in three]}


@pytest.fixture
def page(project: Project) -> str:
    return reverse("observability:sessions-delete", args=["acme"])


def test_the_question_says_how_many_and_what_goes(
    owner_client: Client, page: str, chosen: dict[str, list[str]]
) -> None:
    for headers in ({}, HTMX):
        asked = words(owner_client.get(page, chosen, headers=headers))

        assert "Delete 3 sessions?" in asked
        assert "30 records" in asked
        assert "2 recordings, 4.0" in asked
        assert "It cannot be undone." in asked
    assert Session.objects.filter(deleted_at=None).count() == 3


def test_whoever_deletes_gets_one_receipt_and_each_is_in_the_audit_trail(
    owner_client: Client, page: str, chosen: dict[str, list[str]], project: Project
) -> None:
    SessionFactory(project=project)

    answer = words(owner_client.post(page, chosen, follow=True))

    assert "3 sessions deleted, with 30 records and 2 recordings." in answer
    assert Session.objects.for_project(project).count() == 1
    assert Job.objects.filter(kind="erase-session").count() == 3
    events = project.audit_events.filter(verb="session.deleted").values_list("target", flat=True)
    assert sorted(events) == sorted(chosen["session"])


def test_what_is_gone_already_keeps_nobody_from_deleting_the_rest(
    owner_client: Client, page: str, chosen: dict[str, list[str]]
) -> None:
    owner_client.post(page, {"session": chosen["session"][:1]})

    assert "2 sessions deleted" in words(owner_client.post(page, chosen, follow=True))
    assert "None of the chosen sessions is here any more." in words(
        owner_client.post(page, chosen, follow=True)
    )


def test_a_strangers_session_is_not_touched(
    owner_client: Client, page: str, other_project: Project, chosen: dict[str, list[str]]
) -> None:
    theirs = SessionFactory(project=other_project)

    owner_client.post(page, {"session": [*chosen["session"], str(theirs.public_id)]})

    assert list(Session.objects.filter(deleted_at=None)) == [theirs]


def test_members_viewers_and_strangers_cannot(
    teammate_client: Client, stranger_client: Client, page: str, chosen: dict[str, list[str]]
) -> None:
    answers = [client.post(page, chosen).status_code for client in (teammate_client, stranger_client)]

    assert answers == [404, 404]
    assert Session.objects.filter(deleted_at=None).count() == 3


def test_only_those_who_may_are_offered_it(
    owner_client: Client, teammate_client: Client, chosen: dict[str, list[str]]
) -> None:
    address = reverse("observability:session-list", args=["acme"])

    offered = ["Delete …" in words(client.get(address)) for client in (owner_client, teammate_client)]

    assert offered == [True, False]


@pytest.mark.parametrize("ids", [["nonsense"], [str(UUID(int=n)) for n in range(51)]])
def test_no_id_and_more_than_a_page_are_not_found(
    owner_client: Client, page: str, chosen: Callable[..., object], ids: list[str]
) -> None:
    assert owner_client.post(page, {"session": ids}).status_code == 404
