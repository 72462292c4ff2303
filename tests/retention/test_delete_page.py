"""Deleting a session by hand: what goes is said before, what went after."""

import pytest
from django.urls import reverse

from observability.models import Job, Session
from observability.pages.session_rows import name_of, place_of
from tests.ops.working import run_all_jobs
from tests.pages.reading import HTMX, open_page, words
from tests.recordings.left import stored_files


@pytest.fixture
def page(talk):
    return reverse("observability:session-delete", args=["acme", talk.public_id])


def test_the_question_says_what_goes(owner_client, page):
    asked = words(owner_client.get(page))

    assert "Delete this session?" in asked
    assert "records: transcript, spans, logs and metrics" in asked
    assert "1 recording, " in asked
    assert "It cannot be undone." in asked


def test_within_the_sessions_page_it_comes_as_a_dialog(owner_client, page):
    dialog = owner_client.get(page, headers=HTMX).content.decode()

    assert dialog.lstrip().startswith("<modal-question")
    assert "<html" not in dialog


def test_whoever_deletes_gets_a_receipt_and_the_session_is_gone(owner_client, page, talk, project, owner):
    answer = owner_client.post(page, follow=True)

    assert f"Session {name_of(talk)}, {place_of(talk)}, is deleted, with" in words(answer)
    assert "its bytes are gone from this server within 15 minutes" in words(answer)
    assert owner_client.get(page).status_code == 404
    assert list(project.audit_events.filter(verb="session.deleted").values_list("target", "actor")) == [
        (str(talk.public_id), owner.pk)
    ]


def test_the_worker_erases_it_right_after(owner_client, page, talk):
    owner_client.post(page)
    assert Job.objects.filter(kind="erase-session").values_list("object_id").get() == (talk.pk,)

    run_all_jobs()

    assert (Session.objects.count(), stored_files()) == (0, {})


def test_a_second_click_finds_nothing(owner_client, page):
    assert [owner_client.post(page).status_code for _ in range(2)] == [302, 404]


def test_members_and_strangers_cannot(teammate_client, stranger_client, page, talk):
    assert [client.post(page).status_code for client in (teammate_client, stranger_client)] == [404, 404]
    assert Session.objects.get().deleted_at is None


def test_only_those_who_may_are_offered_it(owner_client, teammate_client, talk):
    offered = [
        "Delete session …" in open_page(client, name, "acme", talk.public_id)
        for client in (owner_client, teammate_client)
        for name in ("observability:session-show", "observability:session-refresh")
    ]

    assert offered == [True, True, False, False]
