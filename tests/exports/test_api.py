"""A script asks for a zip, watches it and fetches it."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from observability.models import Export, Job, Session
from projects.models import Membership, Role
from tests.api.conftest import address
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.api.test_access import NOT_FOUND
from tests.exports.conftest import Opened, body_of, work
from tests.people import MembershipFactory, SessionFactory, UserFactory, signed_in

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "talk", "teammate"]


@pytest.fixture
def asked(talk, script):
    return script.post(address(talk, "download"))


@pytest.fixture
def ready(asked, script):
    work()
    return script.get(asked.json()["url"]).json()


def refusal(answer):
    return answer.status_code, answer.json()


def test_asking_is_accepted_with_the_address_of_its_state(asked, talk, script):
    told = asked.json()

    assert asked.status_code == 202
    assert (told["state"], told["progress_percent"], told["file_url"]) == ("waiting", 0, None)
    assert told["url"].endswith(f"{address(talk, 'download')}{told['id']}/")
    assert script.get(told["url"]).json() == told


def test_ready_zip_is_fetched_by_its_address(ready, talk, script):
    answer = script.get(ready["file_url"])

    content = body_of(answer)
    day = talk.first_received_at.strftime("%Y-%m-%d")
    headers = {name: answer[name] for name in ("Content-Length", "Content-Type", "Cache-Control", "ETag")}
    assert (answer.status_code, headers) == (
        200,
        {
            "Content-Length": str(len(content)),
            "Content-Type": "application/zip",
            "Cache-Control": "private, no-store",
            "ETag": f'"{ready["sha256"]}"',
        },
    )
    assert answer["Content-Disposition"].startswith('attachment; filename="')
    assert answer["Content-Disposition"].endswith(f'-{day}.zip"')
    assert Opened(content).json("session.json")["id"] == str(talk.public_id)
    assert (ready["size_bytes"], ready["progress_percent"]) == (len(content), 100)


def test_download_that_broke_off_goes_on(ready, script):
    whole = body_of(script.get(ready["file_url"]))

    rest = script.get(ready["file_url"], Range="bytes=1000-")

    assert (rest.status_code, body_of(rest)) == (206, whole[1000:])


def test_zip_that_is_not_ready_is_no_file(asked, talk, script):
    answer = script.get(address(talk, "download") + asked.json()["id"] + "/file/")

    assert refusal(answer) == (404, NOT_FOUND)


def test_zip_is_kept_for_an_hour(ready, script):
    export = Export.objects.get()
    kept_s = (export.expires_at - export.built_at).total_seconds()

    Export.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert kept_s == 3600
    assert [refusal(script.get(ready[at])) for at in ("url", "file_url")] == [(404, NOT_FOUND)] * 2


def test_expired_session_takes_its_zip_along(ready, talk, script):
    Session.objects.filter(pk=talk.pk).update(expires_at=timezone.now() - timedelta(seconds=1))

    answers = [
        script.get(ready["url"]),
        script.get(ready["file_url"]),
        script.post(address(talk, "download")),
    ]

    assert [refusal(answer) for answer in answers] == [(404, NOT_FOUND)] * 3


def test_stranger_is_told_what_he_is_told_of_nothing(ready, talk, stranger_client, other_project):
    theirs = SessionFactory(project=other_project)
    through_own = ready["file_url"].replace("/acme/", "/other/")
    of_own_session = through_own.replace(str(talk.public_id), str(theirs.public_id))

    answers = [
        *(stranger_client.get(ready[at]) for at in ("url", "file_url")),
        stranger_client.post(address(talk, "download")),
        *(stranger_client.get(at) for at in (through_own, of_own_session)),
    ]

    assert [refusal(answer) for answer in answers] == [(404, NOT_FOUND)] * 5


def test_zip_of_one_session_is_none_of_another(ready, talk, project, script):
    other = SessionFactory(project=project)

    answers = [
        script.get(ready["file_url"].replace(str(talk.public_id), str(other.public_id))),
        script.get(address(talk, "download") + f"{uuid4()}/file/"),
    ]

    assert [refusal(answer) for answer in answers] == [(404, NOT_FOUND)] * 2


def test_who_leaves_the_project_leaves_its_zips(ready, teammate_client, teammate):
    before = teammate_client.get(ready["file_url"]).status_code

    Membership.objects.filter(user=teammate).delete()

    assert (before, refusal(teammate_client.get(ready["file_url"]))) == (200, (404, NOT_FOUND))


def test_zip_with_audio_is_for_those_who_may_hear_it(ready, project, teammate_client, owner_client, talk):
    project.privacy.audio_role = Role.ADMIN
    project.privacy.save()

    theirs = teammate_client.get(ready["file_url"])
    own = teammate_client.post(address(talk, "download")).json()
    work()
    file_url = teammate_client.get(own["url"]).json()["file_url"]

    assert refusal(theirs) == (404, NOT_FOUND)
    assert owner_client.get(ready["file_url"]).status_code == 200
    assert "recording.ogg" not in Opened(body_of(teammate_client.get(file_url))).names


def test_browser_that_was_lured_asks_for_nothing(talk, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    answer = client.post(address(talk, "download"))

    assert (answer.status_code, Job.objects.filter(kind="build-export").count()) == (403, 0)


def test_asking_and_fetching_are_in_the_audit_trail(ready, talk, project, script, read_token):
    script.get(ready["file_url"])

    trail = project.audit_events.order_by("pk").values_list("verb", "target", "token")
    assert list(trail) == [
        ("download.asked", str(talk.public_id), read_token.row.pk),
        ("session.downloaded", str(talk.public_id), read_token.row.pk),
    ]


def test_viewer_may_download(talk, project):
    viewer = UserFactory()
    MembershipFactory(project=project, user=viewer, role=Role.VIEWER)

    assert signed_in(viewer).post(address(talk, "download")).status_code == 202


def test_zip_whose_file_is_lost_is_said_to_be_lost(ready, script, settings):
    for path in settings.MEDIA_ROOT.rglob("*.zip"):
        path.unlink()

    answer = script.get(ready["file_url"])

    assert (answer.status_code, answer.json()["error"]["code"]) == (410, "gone")


def test_who_waits_for_many_is_asked_to_wait(project, script):
    sessions = [SessionFactory(project=project) for _ in range(11)]

    answers = [script.post(address(session, "download")) for session in sessions]

    assert [answer.status_code for answer in answers] == [202] * 10 + [429]
    assert answers[-1]["Retry-After"] == "10"
    assert answers[-1].json()["error"] == {
        "code": "too-many-requests",
        "message": "This project waits for other downloads. Try again when one of them is ready.",
    }
