"""`POST …/imports/`: who may, and what they are told."""

import io
from contextlib import ExitStack, contextmanager
from types import SimpleNamespace

import pytest
from django.test import Client
from django.utils import timezone

from observability.api import imports
from observability.imports.turn import turn
from observability.limits import MAX_IMPORTS_AT_ONCE
from observability.models import Session
from projects.actions import create_access_token
from projects.models import AccessToken, AuditEvent, Role
from tests.people import MembershipFactory, UserFactory, signed_in

ADDRESS = "/api/v1/projects/acme/imports/"


@pytest.fixture
def content(replay, zip_of, project):
    """Of a session that is not here any more, and has left no tombstone."""
    content = zip_of(replay("python/1.8.9_second_session"))
    Session.objects.all().delete()
    return content


@pytest.fixture
def sender(project, owner):
    """With a token that may import."""
    token = create_access_token(project, "mover", ["read", "ingest"], by=owner)
    return Client(headers={"Authorization": f"Bearer {token.secret}"})


def send(client, content, *, name="talk.zip", address=ADDRESS, **more):
    return client.post(address, {"file": named(content, name)}, **more)


def named(content, name):
    file = io.BytesIO(content)
    file.name = name
    return file


@contextmanager
def all_turns_taken():
    with ExitStack() as stack:
        for _ in range(MAX_IMPORTS_AT_ONCE):
            stack.enter_context(turn())
        yield


def spool_is_empty(settings):
    return not [path for path in settings.SPOOL_DIR.rglob("*") if path.is_file()]


def test_script_imports_a_zip_and_then_finds_it_here(sender, content, settings, project):
    first, second = send(sender, content), send(sender, content)

    [told], [again] = first.json()["sessions"], second.json()["sessions"]
    assert (first.status_code, told["state"], told["recordings"]) == (201, "imported", 1)
    assert (second.status_code, again["state"], again["id"]) == (200, "already-here", told["id"])
    fields = sender.get(f"/api/v1/projects/acme/sessions/{told['id']}/").json()
    assert (fields["imported_at"] is not None, fields["job_id"]) == (True, told["job_id"])
    assert spool_is_empty(settings)
    events = AuditEvent.objects.filter(verb="session.imported")
    assert [(event.target, event.token.name) for event in events] == [(told["id"], "mover")]


def test_several_files_are_one_import(sender, replay, download):
    opened = download(replay("python/1.8.9_second_session"))
    Session.objects.all().delete()

    answer = sender.post(
        ADDRESS, {"file": [named(opened.bytes(name), name) for name in ("traces.json", "logs.jsonl")]}
    )

    [told] = answer.json()["sessions"]
    session = Session.objects.get()
    assert told["records"] == session.span_count + session.log_count


def test_token_that_may_only_read_is_told_what_it_lacks(script, content):
    answer = script.client.post(ADDRESS, {"file": named(content, "x")}, headers=script.headers)

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert "may only read" in answer.json()["error"]["message"]
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("role", "status"), [(Role.VIEWER, 403), (Role.MEMBER, 201), (Role.ADMIN, 201), (Role.OWNER, 201)]
)
def test_members_may_import_and_viewers_not(project, content, role, status):
    person = UserFactory()
    MembershipFactory(project=project, user=person, role=role)

    assert send(signed_in(person), content).status_code == status


def test_strangers_are_told_what_they_are_told_of_nothing(content, stranger_client, other_project, stranger):
    token = create_access_token(other_project, "mover", ["ingest"], by=stranger)
    theirs = Client(headers={"Authorization": f"Bearer {token.secret}"})

    answers = [send(stranger_client, content), send(theirs, content)]

    nowhere = send(stranger_client, content, address="/api/v1/projects/nowhere/imports/")
    assert [(each.status_code, each.json()) for each in answers] == [(404, nowhere.json())] * 2
    assert send(Client(), content).status_code == 401


@pytest.fixture
def unread():
    """A body that fails whoever reads it."""

    class Body(io.BytesIO):
        def read(self, *_):
            raise AssertionError("The body was read.")

    return {
        "wsgi.input": Body(),
        "CONTENT_LENGTH": "30000000",
        "CONTENT_TYPE": "multipart/form-data; boundary=x",
    }


@pytest.mark.parametrize("address", [ADDRESS, "/api/v1/projects/nowhere/imports/"])
def test_body_of_a_stranger_is_never_read(project, stranger, stranger_client, other_project, unread, address):
    token = create_access_token(other_project, "mover", ["ingest"], by=stranger)
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(stranger)

    for client, headers in [
        (stranger_client, {}),
        (checked, {}),
        (Client(), {"Authorization": f"Bearer {token.secret}"}),
    ]:
        assert client.post(address, headers=headers, **unread).status_code == 404


def test_body_of_somebody_who_may_not_import_is_never_read(project, script, unread):
    viewer = UserFactory()
    MembershipFactory(project=project, user=viewer, role=Role.VIEWER)

    assert signed_in(viewer).post(ADDRESS, **unread).status_code == 403
    assert script.client.post(ADDRESS, headers=script.headers, **unread).status_code == 403
    assert Client().post(ADDRESS, **unread).status_code == 401


def test_who_comes_while_others_import_is_told_before_the_files_come(sender, owner_client, unread):
    with all_turns_taken():
        for client in (sender, owner_client):
            assert client.post(ADDRESS, **unread).status_code == 503


def test_room_that_another_import_was_promised_is_not_given_twice(sender, content, settings, monkeypatch):
    """The disk has room for one of the two."""
    from observability.imports import upload

    settings.SPOOL_DIR.mkdir(parents=True, exist_ok=True)
    free = upload.MAX_RECORDING_BYTES + 1_000_000
    monkeypatch.setattr(upload, "disk_usage", lambda _: SimpleNamespace(free=free))

    with upload.room_for(1_000_000):
        assert send(sender, content).status_code == 503
    assert send(sender, content).status_code == 201


def test_request_that_another_site_has_forged_is_refused(owner, content, project):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    assert send(client, content).status_code == 403
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [(b"PK nonsense", 400, "invalid"), (b"", 400, "invalid"), (b"hello", 400, "invalid")],
)
def test_what_is_wrong_is_said(sender, settings, content, status, code):
    answer = send(sender, content)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"].endswith(".")
    assert spool_is_empty(settings)


@pytest.mark.parametrize("body", [b"", b"{}", b"--x\r\n\r\n"])
@pytest.mark.parametrize(
    "kind", ["application/json", "multipart/form-data; boundary=x", "multipart/form-data"]
)
def test_body_that_is_no_form_is_refused(sender, body, kind):
    answer = sender.post(ADDRESS, body, content_type=kind)

    assert answer.status_code in {400, 415}
    assert "message" in answer.json()["error"]


def test_form_of_very_many_fields_is_refused(sender):
    answer = sender.post(ADDRESS, {str(number): "x" for number in range(2000)})

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "invalid")


def test_session_that_was_deleted_here_is_a_conflict(sender, content, project, settings):
    from observability.retention.delete import delete_session

    send(sender, content)
    delete_session(Session.objects.get())

    answer = send(sender, content)

    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "conflict")
    assert "40 days" in answer.json()["error"]["message"]


@pytest.mark.parametrize("is_announced", [True, False])
def test_files_that_are_too_large_are_refused_and_gone(sender, settings, monkeypatch, is_announced):
    monkeypatch.setattr("observability.imports.upload.MAX_IMPORT_BYTES", 1000)
    if is_announced:
        monkeypatch.setattr("observability.imports.upload.SPARE_BYTES", 0)

    answer = send(sender, b"PK" + b"x" * 200_000)

    assert (answer.status_code, answer.json()["error"]["code"]) == (413, "too-large")
    assert "MAX_IMPORT_BYTES" in answer.json()["error"]["message"]
    assert spool_is_empty(settings)


def test_more_files_than_may_come_are_refused(sender, settings, monkeypatch):
    monkeypatch.setattr("observability.imports.upload.MAX_IMPORT_FILES", 2)

    answer = sender.post(ADDRESS, {"file": [named(b"x", str(number)) for number in range(3)]})

    assert (answer.status_code, "MAX_IMPORT_FILES" in answer.json()["error"]["message"]) == (413, True)
    assert spool_is_empty(settings)


def test_who_comes_while_others_import_is_told_to_wait(sender, content):
    with all_turns_taken():
        answer = send(sender, content)

    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert send(sender, content).status_code == 201


def test_token_that_is_revoked_while_the_files_come_adds_nothing(sender, content, monkeypatch):
    sources_in = imports.sources_in

    @contextmanager
    def revoking(*given):
        with sources_in(*given) as found:
            AccessToken.objects.update(revoked_at=timezone.now())
            yield found

    monkeypatch.setattr(imports, "sources_in", revoking)

    assert send(sender, content).status_code == 401

    assert not Session.objects.exists()
