"""Importing from the page of a project."""

from contextlib import contextmanager

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from observability.pages import imports as pages
from projects.models import AuditEvent, Membership, Role
from tests.imports.test_api import content, named, spool_is_empty
from tests.imports.test_files import span, traces
from tests.pages.reading import HTMX, open_page, words
from tests.people import MembershipFactory, UserFactory, signed_in

__all__ = ["content"]


@pytest.fixture
def address(project):
    return reverse("observability:session-import", args=["acme"])


def send(client, address, content, *, name="talk.zip", **headers):
    return client.post(address, {"file": named(content, name)}, headers=headers)


def test_member_imports_and_is_led_to_the_session(teammate_client, teammate, address, content, settings):
    answer = send(teammate_client, address, content, **HTMX)

    session = Session.objects.get()
    assert "Imported: talk.zip" in words(answer)
    assert "1 recording added." in words(answer)
    assert reverse("observability:session-show", args=["acme", session.public_id]) in answer.content.decode()
    events = AuditEvent.objects.filter(verb="session.imported")
    assert [(event.target, event.actor) for event in events] == [(str(session.public_id), teammate)]
    assert spool_is_empty(settings)


def test_session_says_that_it_was_imported(owner_client, address, content):
    send(owner_client, address, content)

    session = Session.objects.get()
    assert "Imported" in open_page(owner_client, "observability:session-show", "acme", session.public_id)
    assert "Imported" in open_page(owner_client, "observability:session-rows", "acme")


def test_session_of_an_agent_does_not_say_so(owner_client, talk, project):
    assert "Imported" not in open_page(owner_client, "observability:session-show", "acme", talk.public_id)
    assert "Imported" not in open_page(owner_client, "observability:session-rows", "acme")


def test_page_works_without_scripts(owner_client, address, content):
    assert "Files to import" in words(owner_client.get(address))

    assert "Imported: talk.zip" in words(send(owner_client, address, content))
    assert "Here already: talk.zip" in words(send(owner_client, address, content))


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["page", "part"])
def test_what_is_wrong_stands_where_the_files_were_chosen(owner_client, address, headers):
    answer = send(owner_client, address, b"<script>alert(1)</script>", name="<b>x</b>.txt", **headers)

    assert answer.status_code == (200 if headers else 422)
    assert "Nothing was imported" in words(answer)
    assert "is nothing that can be imported. Choose a zip" in words(answer)
    assert "<b>x" not in answer.content.decode()


def test_records_that_name_no_job_are_not_laid_to_the_privacy_settings(owner_client, address):
    body = traces(span(1, job_id="AJ_1"), span(2, job_id="AJ_2"), span(3))

    said = words(send(owner_client, address, body, name="traces.json", **HTMX))

    assert "1 record names no job" in said
    assert "privacy" not in said


def test_viewers_may_not_import_and_are_not_asked_to(project, content, address):
    viewer = UserFactory()
    MembershipFactory(project=project, user=viewer, role=Role.VIEWER)
    client = signed_in(viewer)

    assert client.get(address).status_code == send(client, address, content).status_code == 404
    assert address not in client.get(reverse("observability:session-list", args=["acme"])).content.decode()
    assert not Session.objects.exists()


def test_members_find_it_at_the_list(teammate_client, address):
    assert (
        address in teammate_client.get(reverse("observability:session-list", args=["acme"])).content.decode()
    )


def test_strangers_find_nothing_and_nobody_is_sent_to_sign_in(
    stranger_client, other_project, address, content
):
    assert (
        stranger_client.get(address).status_code == send(stranger_client, address, content).status_code == 404
    )
    assert Client().get(address).headers["Location"] == f"{reverse('account_login')}?next={address}"


def test_form_that_another_site_has_forged_is_refused(owner, address, content, settings):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    assert send(client, address, content).status_code == 403
    assert not Session.objects.exists()
    assert spool_is_empty(settings)


def test_nobody_fills_the_disk_before_it_is_known_who_sends(address, content, settings, monkeypatch):
    written = []
    monkeypatch.setattr(
        "observability.imports.upload.ImportUpload.new_file", lambda *_, **__: written.append(1)
    )

    assert send(Client(), address, content).status_code == 302
    assert written == []


def test_files_that_are_announced_as_too_large_are_not_read(owner_client, address, content, monkeypatch):
    monkeypatch.setattr("observability.imports.upload.MAX_IMPORT_BYTES", 10)
    monkeypatch.setattr("observability.imports.upload.SPARE_BYTES", 0)

    assert "MAX_IMPORT_BYTES" in words(send(owner_client, address, content, **HTMX))


def test_who_has_left_while_the_files_came_adds_nothing(
    teammate_client, teammate, address, content, monkeypatch
):
    monkeypatch.setattr(pages, "sources_in", leaving(pages.sources_in, teammate))

    assert send(teammate_client, address, content).status_code == 404

    assert not Session.objects.exists()


def leaving(sources_in, member):
    @contextmanager
    def sources(*given):
        with sources_in(*given) as found:
            Membership.objects.filter(user=member).delete()
            yield found

    return sources
