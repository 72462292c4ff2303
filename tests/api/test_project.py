"""What a project's own pages show, the API tells too."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from observability.models import SavedView
from projects.audit import record_event
from projects.invitations import invite
from projects.leaving import delete_account
from projects.models import AuditEvent, Project, Role, UsageDay
from projects.staff import begin_grant
from tests.api.conftest import Script
from tests.people import MembershipFactory, ProjectFactory, UserFactory

PROJECT = "/api/v1/projects/acme/"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


@pytest.fixture(autouse=True)
def acme(project: Project) -> Project:
    return project


def told(client: Any, thing: str = "", **query: Any) -> Any:
    answer = client.get(PROJECT + thing, query)
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_people_see_their_projects_and_a_script_its_own(
    owner_client: Client, script: Script, other_project: Project
) -> None:
    [theirs] = owner_client.get("/api/v1/projects/").json()["results"]
    [its] = script.get("/api/v1/projects/").json()["results"]

    assert (theirs["slug"], theirs["role"], its["slug"], its["role"]) == ("acme", "owner", "acme", None)
    assert told(owner_client) == theirs


def test_roles_in_many_projects_take_as_many_queries_as_in_one(
    owner_client: Client, owner: Any, django_assert_num_queries: Any
) -> None:
    owner_client.get("/api/v1/projects/")
    with django_assert_num_queries(4):
        owner_client.get("/api/v1/projects/")
    for role in Role.values:
        MembershipFactory(project=ProjectFactory(name=role), user=owner, role=role)

    with django_assert_num_queries(4):
        told = owner_client.get("/api/v1/projects/").json()["results"]

    assert [(each["name"], each["role"]) for each in told[1:]] == [
        (role, role) for role in sorted(Role.values)
    ]


def test_a_former_address_opens_the_project_still(owner_client: Client, acme: Project) -> None:
    acme.former_slugs.create(slug="before")

    assert owner_client.get("/api/v1/projects/before/").json()["slug"] == "acme"
    assert owner_client.get("/api/v1/projects/before/usage/").status_code == 200


def test_saved_views_are_told_with_the_query_that_the_list_takes(owner_client: Client, acme: Project) -> None:
    SavedView.objects.create(project=acme, name="Slow", query="slow=1500&sort=errors")

    [view] = told(owner_client, "views/")["results"]

    assert view == {"name": "Slow", "query": "slow=1500&sort=errors"}
    assert owner_client.get(f"{PROJECT}sessions/?{view['query']}").status_code == 200


def test_members_and_invitations_are_told(
    owner_client: Client, owner: Any, teammate: Any, acme: Project
) -> None:
    invite(acme, "new@example.org", Role.VIEWER, by=owner)

    members = told(owner_client, "members/")["results"]
    [invitation] = told(owner_client, "invitations/")["results"]

    assert {each["email"]: each["role"] for each in members} == {
        owner.email: "owner",
        teammate.email: "member",
    }
    assert (invitation["email"], invitation["role"], invitation["invited_by"]) == (
        "new@example.org",
        "viewer",
        owner.email,
    )


def test_keys_and_tokens_are_told_without_what_opens_anything(
    owner_client: Client, api_key: Any, read_token: Any
) -> None:
    keys, tokens = (owner_client.get(PROJECT + thing) for thing in ("api-keys/", "access-tokens/"))

    assert [each["key"] for each in keys.json()["results"]] == [api_key.key]
    [token] = tokens.json()["results"]
    assert (token["prefix"], token["scopes"]) == (read_token.row.prefix, ["read"])
    assert read_token.secret not in tokens.content.decode()
    assert "secret" not in keys.content.decode() + tokens.content.decode()


def test_privacy_is_told_as_it_is_set(owner_client: Client, acme: Project) -> None:
    acme.privacy.logs = False
    acme.privacy.save()

    switches = told(owner_client, "privacy/")

    assert (switches["logs"], switches["audio"], switches["audio_role"]) == (False, True, "viewer")
    assert switches["retention_days"] == acme.plan.retention_days


def test_usage_is_told_by_months_beside_what_the_plan_allows(owner_client: Client, acme: Project) -> None:
    today = timezone.now().date()
    UsageDay.objects.create(
        project=acme, day=today, sessions=2, events=5_000, recording_ms=61_000, stored_bytes=9
    )

    usage = told(owner_client, "usage/")

    assert usage["plan"]["events_per_month"] == acme.plan.events_per_month
    assert usage["months"][0] == {
        "month": f"{today:%Y-%m}",
        "sessions": 2,
        "events": 5_000,
        "recording_minutes": 2,
        "stored_bytes": 9,
    }
    assert len(usage["months"]) == 12


def test_the_audit_trail_comes_newest_first_and_page_by_page(
    owner_client: Client, owner: Any, acme: Project
) -> None:
    for number in range(5):
        record_event(acme, owner, "session.viewed", str(number), "203.0.113.7")
    AuditEvent.objects.update(at=NOON)

    seen, url = [], PROJECT + "audit-trail/?limit=2&verb=session.viewed"
    while url:
        page = owner_client.get(url).json()
        seen += [event["target"] for event in page["results"]]
        url = page["next"]

    assert seen == ["4", "3", "2", "1", "0"]
    assert page["results"][0] == {
        "at": "2026-11-28T12:00:00+00:00",
        "actor": owner.email,
        "actor_is_deleted": False,
        "token": None,
        "verb": "session.viewed",
        "target": "0",
        "address": "203.0.113.7",
        "operators_reason": None,
    }


def test_what_an_operator_looked_at_is_told_apart_with_their_reason(
    owner_client: Client, acme: Project
) -> None:
    operator = UserFactory(is_staff=True)
    begin_grant("acme", operator, reason="Their request 1234", minutes=5)
    record_event(acme, operator, "session.viewed", "a session")

    events = told(owner_client, "audit-trail/", verb="session.viewed")["results"]

    assert [(each["actor"], each["operators_reason"]) for each in events] == [
        (operator.email, "Their request 1234")
    ]


def test_what_was_done_by_somebody_without_an_account_now_is_not_taken_for_the_servers(
    owner_client: Client, acme: Project
) -> None:
    gone = UserFactory()
    record_event(acme, gone, "session.viewed", "theirs", "203.0.113.7")
    record_event(acme, None, "session.erased", "the server's")
    delete_account(gone)

    events = told(owner_client, "audit-trail/")["results"]

    assert [(each["target"], each["actor"], each["actor_is_deleted"]) for each in events] == [
        ("the server's", None, False),
        ("theirs", None, True),
    ]


def test_the_audit_trail_is_narrowed_by_action_and_day(
    owner_client: Client, owner: Any, acme: Project
) -> None:
    for days, verb in enumerate(("session.viewed", "session.viewed", "privacy.changed")):
        record_event(acme, owner, verb, str(days))
        AuditEvent.objects.filter(target=str(days)).update(at=NOON - timedelta(days=days))

    found = told(owner_client, "audit-trail/", first_day="2026-11-27", last_day="2026-11-27")

    assert [event["target"] for event in found["results"]] == ["1"]
    assert len(told(owner_client, "audit-trail/", verb="privacy.changed")["results"]) == 1


@pytest.mark.parametrize(
    "query",
    [
        {"verb": "no.such"},
        {"first_day": "soon"},
        {"last_day": "9999-12-31"},
        {"cursor": "x"},
        {"cursor": "0001-01-01T00:00:00+14:00~1"},
        {"cursor": "9999-12-31T23:59:59-14:00~1"},
        {"limit": "0"},
    ],
)
def test_a_trail_that_cannot_be_asked_for_is_a_clear_refusal(
    owner_client: Client, query: dict[str, str]
) -> None:
    answer = owner_client.get(PROJECT + "audit-trail/", query)

    assert answer.status_code == 400
    assert next(iter(query)) in answer.json()["error"]["message"]
