"""Who may call the API, and what everybody else is told: never whether a thing exists."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import get_resolver
from django.utils import timezone

from observability.exports.ask import ask_for_export
from observability.exports.build import build_export
from observability.recordings.waveform import analyse_recording
from projects.actions import create_access_token
from projects.audit import Onlooker
from projects.models import Role
from tests.api.conftest import BASE, Script, address
from tests.api.lasting_talk import lasting_acme, lasting_talk, owner, project, talk, teammate
from tests.ops.working import run_all_jobs
from tests.people import MembershipFactory, SessionFactory, UserFactory, signed_in

__all__ = ["lasting_acme", "lasting_talk", "owner", "project", "talk", "teammate"]

THINGS = ["", "timeline", "transcript", "spans", "logs", "metrics", "chat-items", "audio", "peaks"]
DOWNLOADS = ["download/", "download/<uuid:export>/", "download/<uuid:export>/file/"]
SETTINGS = {
    "members/": "members",
    "invitations/": "admins",
    "api-keys/": "admins",
    "access-tokens/": "admins",
    "privacy/": "admins",
    "usage/": "admins",
    "audit-trail/": "admins",
}
"""Who among the project's people reads them."""
NOT_FOUND = {"error": {"code": "not-found", "message": "There is no such thing, or it is not yours to see."}}
NOBODY = {"error": {"code": "unauthenticated", "message": "Authentication credentials were not provided."}}


def routes():
    """Every address of the API that names a project."""
    return [
        str(pattern.pattern) if not below else f"{pattern.pattern}{below.pattern}"
        for pattern in get_resolver("observability.api.urls").url_patterns
        for below in getattr(pattern, "url_patterns", [None])
        if "<slug:project>" in str(pattern.pattern)
    ]


def opened(route, session):
    named = {
        "<slug:project>": "acme",
        "<uuid:session>": session.public_id,
        "<uuid:export>": export_of(session),
    }
    for name, value in named.items():
        route = route.replace(name, str(value))
    return "/api/" + route


def export_of(session):
    """A zip of it that is ready; of a session that is none, an id that is none."""
    if session.pk is None:
        return uuid4()
    export = session.exports.first() or ask_for_export(
        session.project, [session], asker=Onlooker(None, None, None), may_hear=True
    )
    build_export(export.pk)
    return export.public_id


def test_every_thing_of_a_session_is_among_the_routes():
    of_the_project = [
        "",
        "views/",
        *SETTINGS,
        "sessions/",
        "imports/",
        "insights/",
        "downloads/",
        "downloads/{export}/",
        "downloads/{export}/file/",
    ]
    assert len(routes()) == len(of_the_project) + len(THINGS) + len(DOWNLOADS)


@pytest.mark.parametrize("route", routes())
def test_a_stranger_is_told_what_he_is_told_of_nothing(route, talk, stranger_client, owner_client):
    unknown = SessionFactory.build(public_id=uuid4())
    unknown_project = opened(route, talk).replace("/acme/", "/acmf/")

    answers = [stranger_client.get(opened(route, talk)), owner_client.get(unknown_project)]
    if "<uuid:session>" in route:
        answers.append(owner_client.get(opened(route, unknown)))

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, NOT_FOUND)] * len(answers)


@pytest.mark.parametrize("route", routes())
def test_a_foreign_token_is_told_the_same(route, talk, other_project, stranger):
    token = create_access_token(other_project, "script", ["read"], by=stranger)

    answer = Script(token.secret).get(opened(route, talk))

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize("route", routes())
def test_nobody_is_asked_who_he_is(route, talk):
    answer = Client().get(opened(route, talk))

    assert (answer.status_code, answer.json()) == (401, NOBODY)
    assert answer["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(("thing", "readers"), SETTINGS.items())
def test_settings_are_told_to_admins_and_to_tokens_that_may_read_them(
    thing, readers, project, owner_client, teammate_client, script
):
    path = f"/api/v1/projects/acme/{thing}"
    token = create_access_token(project, "siem", ["settings"], by=None)

    told = [client.get(path).status_code for client in (owner_client, Script(token.secret))]
    told_to_others = [client.get(path).status_code for client in (teammate_client, script)]

    assert told == [200, 200]
    assert told_to_others == [200 if readers == "members" else 404, 404]


def test_a_token_for_settings_opens_no_session(talk, project):
    token = create_access_token(project, "siem", ["settings"], by=None)

    assert Script(token.secret).get(address(talk, "transcript")).status_code == 404
    assert Script(token.secret).get("/api/v1/projects/").json()["results"] == []


@pytest.mark.parametrize("route", [route for route in routes() if not route.endswith(tuple(SETTINGS))])
def test_a_member_and_a_script_of_the_project_may_read(route, talk, teammate_client, script):
    analyse_recording(talk.recordings.get().pk)

    answers = [teammate_client.get(opened(route, talk)), script.get(opened(route, talk))]

    if route.endswith("/imports/"):  # which takes files, and of scripts only from such as may send
        assert [answer.status_code for answer in answers] == [405, 403]
        return
    told = 405 if route.endswith(("/download/", "/downloads/")) else 200
    assert [answer.status_code for answer in answers] == [told, told]


def test_a_stranger_cannot_reach_a_session_through_a_project_of_his_own(talk, other_project, stranger_client):
    answer = stranger_client.get(address(talk).replace("/acme/", "/other/"))

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_a_token_that_may_only_send_may_not_read(talk, project, owner):
    token = create_access_token(project, "sender", ["ingest"], by=owner)

    answer = Script(token.secret).get(address(talk))

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


@pytest.mark.parametrize(
    "secret", ["", "ph_wrong", "ph_" + "x" * 5000, "wrong", "\u00e9".encode().decode("latin-1")]
)
def test_a_token_that_is_none_is_refused(talk, secret):
    answer = Script(secret).get(address(talk))

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthenticated")


def test_a_revoked_token_is_refused(talk, script, read_token):
    read_token.row.revoked_at = timezone.now()
    read_token.row.save()

    assert script.get(address(talk)).status_code == 401


def test_an_expired_session_is_as_if_it_had_never_been(talk, script):
    talk.expires_at = timezone.now() - timedelta(seconds=1)
    talk.save()

    answers = [script.get(address(talk, thing)) for thing in THINGS]

    assert [(answer.status_code, answer.json()) for answer in answers] == [(404, NOT_FOUND)] * len(THINGS)
    assert script.get(BASE).json()["results"] == []


@pytest.mark.parametrize(
    "path",
    [
        "/api/",
        "/api/v1/",
        "/api/v1/nothing/",
        BASE + "not-an-id/",
        BASE + "%00/",
        "/api/v1/projects/%00/sessions/",
    ],
)
def test_any_other_address_is_the_same_404(path, script):
    answer = script.get(path)

    assert (answer.status_code, answer.json()) == (404, NOT_FOUND)


def test_wrong_method_is_refused_in_the_same_shape(talk, owner_client):
    answer = owner_client.put(address(talk))

    assert (answer.status_code, answer.json()["error"]["code"]) == (405, "method-not-allowed")


def test_answers_are_for_no_cache(talk, script):
    answers = [script.get(address(talk, thing)) for thing in [*THINGS, "nothing"]]

    assert {answer["Cache-Control"] for answer in answers} == {"private, no-store"}


def test_use_of_a_token_is_noted_once_a_minute(talk, script, read_token, django_assert_num_queries):
    script.get(BASE)
    read_token.row.refresh_from_db()
    first = read_token.row.last_used_at

    script.get(BASE)
    read_token.row.refresh_from_db()
    assert read_token.row.last_used_at == first

    read_token.row.last_used_at = first - timedelta(minutes=2)
    read_token.row.save()
    script.get(BASE)
    read_token.row.refresh_from_db()
    assert read_token.row.last_used_at >= first


def test_owner_and_admin_delete_a_session_with_its_audio(talk, project, settings):
    admin = UserFactory()
    MembershipFactory(project=project, user=admin, role=Role.ADMIN)
    client = signed_in(admin)

    answer = client.delete(address(talk))

    assert answer.status_code == 202
    assert client.get(address(talk)).status_code == 404
    run_all_jobs()
    assert [path for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()] == []
    trail = project.audit_events.order_by("pk").values_list("verb", "target", "actor")
    assert list(trail) == [
        ("session.deleted", str(talk.public_id), admin.pk),
        ("session.erased", str(talk.public_id), None),
    ]


def test_whoever_deletes_is_told_what_goes_and_by_when(talk, owner_client):
    audio = talk.recordings.get()

    receipt = owner_client.delete(address(talk)).json()

    deleted_at, gone_by = (datetime.fromisoformat(receipt.pop(name)) for name in ("deleted_at", "gone_by"))
    assert gone_by - deleted_at == timedelta(minutes=15)
    assert receipt == {
        "id": str(talk.public_id),
        "job_id": talk.job_id,
        "records": sum(talk.batches.values_list("record_count", flat=True)) - 1,  # its recording's header
        "recordings": 1,
        "recording_bytes": audio.size_bytes,
    }


def test_member_and_reading_script_delete_nothing(talk, teammate_client, script):
    answers = [teammate_client.delete(address(talk)), script.delete(address(talk))]

    assert [(a.status_code, a.json()["error"]["code"]) for a in answers] == [(403, "forbidden")] * 2
    assert script.get(address(talk)).status_code == 200


def test_a_browser_that_was_lured_deletes_nothing(talk, owner):
    client = Client(enforce_csrf_checks=True)
    client.force_login(owner)

    answer = client.delete(address(talk))

    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")


@pytest.mark.parametrize(
    ("thing", "verb"),
    [
        ("transcript", "transcript.viewed"),
        ("timeline", "session.viewed"),
        ("spans", "records.viewed"),
        ("logs", "records.viewed"),
        ("audio", "recording.played"),
    ],
)
def test_a_look_is_in_the_audit_trail_once(
    thing, verb, talk, project, owner, owner_client, script, read_token
):
    for _ in range(2):
        owner_client.get(address(talk, thing))
        script.get(address(talk, thing))

    trail = project.audit_events.order_by("pk").values_list("verb", "target", "actor", "token", "address")
    assert list(trail) == [
        (verb, str(talk.public_id), owner.pk, None, "127.0.0.1"),
        (verb, str(talk.public_id), None, read_token.row.pk, "127.0.0.1"),
    ]


def test_only_roles_that_may_hear_audio_hear_it(talk, project, owner_client, teammate_client, script):
    project.privacy.audio_role = Role.ADMIN
    project.privacy.save()

    refused = teammate_client.get(address(talk, "audio"))

    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "forbidden")
    assert [client.get(address(talk, "audio")).status_code for client in (owner_client, script)] == [200, 200]
