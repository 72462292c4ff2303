"""The button on a session's page, and what is told until the zip is there."""

from uuid import uuid4

import pytest
from django.urls import reverse

from observability import jobs
from observability.exports.sweep import sweep_exports
from observability.models import Export
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.exports.conftest import Opened, body_of, work
from tests.pages.reading import words
from tests.people import SessionFactory
from tests.recordings.test_bucket import DOWN, server, use_bucket

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "server", "talk", "teammate", "use_bucket"]
START = "/projects/acme/downloads/"


def start(client, *sessions):
    return client.post(START, {"session": [str(session.public_id) for session in sessions]})


def state_of(client, export=None):
    export = export or Export.objects.get()
    return client.get(reverse("observability:download-state", args=["acme", export.public_id]))


def test_page_of_a_session_offers_its_data(owner_client, talk):
    page = owner_client.get(reverse("observability:session-show", args=["acme", talk.public_id]))

    assert "Download data" in words(page)
    assert f'name="session" value="{talk.public_id}"' in page.content.decode()


def test_whoever_asked_hears_how_far_it_is_and_gets_the_file(owner_client, talk):
    asked = start(owner_client, talk)
    Export.objects.update(state="running", progress_percent=40)
    halfway = state_of(owner_client)
    work()
    ready = state_of(owner_client)

    assert "Preparing the zip 0 %" in words(asked)
    assert ('value="40"' in halfway.content.decode(), "every 1s" in halfway.content.decode()) == (True, True)
    assert ("The zip is ready" in words(ready), "every 1s" in ready.content.decode()) == (True, False)
    file = owner_client.get(
        reverse("observability:download-file", args=["acme", Export.objects.get().public_id])
    )
    assert Opened(body_of(file)).json("session.json")["id"] == str(talk.public_id)
    assert file["Content-Disposition"].startswith("attachment")


def test_storage_that_is_down_is_said_to_be_waited_for(owner_client, talk, use_bucket):
    use_bucket(DOWN)
    start(owner_client, talk)

    work()

    assert "Waiting The storage cannot be reached." in words(state_of(owner_client))


def test_failure_says_what_to_do_and_offers_to_try_again(owner_client, talk, settings, tmp_path):
    settings.SPOOL_DIR = tmp_path / "file"
    settings.SPOOL_DIR.write_text("no folder")
    start(owner_client, talk)
    for _ in range(jobs.MAX_ATTEMPTS):
        work()
    sweep_exports()

    told = state_of(owner_client)

    assert "Nothing was downloaded The zip could not be made. Try again; if it fails again, ask" in words(
        told
    )
    assert "data-again" in told.content.decode()


def test_file_says_that_the_storage_is_down(owner_client, talk, server, use_bucket):
    use_bucket(server.url)
    start(owner_client, talk)
    work()
    Export.objects.update(state="ready", size_bytes=3, sha256="0" * 64)
    use_bucket(DOWN)

    file = owner_client.get(
        reverse("observability:download-file", args=["acme", Export.objects.get().public_id])
    )

    assert (file.status_code, words(file)) == (503, "The storage cannot be reached. Try again in a moment.")


@pytest.mark.parametrize("name", ["download-state", "download-file"])
def test_stranger_finds_nothing(name, owner_client, stranger_client, talk, other_project):
    start(owner_client, talk)
    work()
    at = reverse(f"observability:{name}", args=["acme", Export.objects.get().public_id])
    unknown = reverse(f"observability:{name}", args=["acme", uuid4()])

    theirs = [stranger_client.get(at), stranger_client.get(at.replace("/acme/", "/other/"))]
    nothing = owner_client.get(unknown)

    assert [(answer.status_code, words(answer)) for answer in theirs] == [(404, words(nothing))] * 2


def test_stranger_cannot_ask_for_a_session_of_others(stranger_client, talk, other_project):
    own = SessionFactory(project=other_project)

    answers = [
        start(stranger_client, talk),
        stranger_client.post("/projects/other/downloads/", {"session": [str(talk.public_id)]}),
        stranger_client.post(
            "/projects/other/downloads/", {"session": [str(own.public_id), str(talk.public_id)]}
        ),
    ]

    assert [answer.status_code for answer in answers] == [404] * 3
    assert not Export.objects.exists()


@pytest.mark.parametrize("ids", [[], ["x"], [str(uuid4())]])
def test_what_is_no_session_is_nothing(owner_client, project, ids):
    assert owner_client.post(START, {"session": ids}).status_code == 404


def test_too_many_sessions_are_refused_with_the_number(owner_client, project):
    sessions = [SessionFactory.build(public_id=uuid4()) for _ in range(51)]

    assert "Choose at most 50 sessions." in words(start(owner_client, *sessions))


def test_nobody_in_particular_is_sent_to_sign_in(client, talk):
    assert start(client, talk).status_code == 302
    assert not Export.objects.exists()
