"""Admins read who did or saw what, find it by person, action and time, and take it along as CSV."""

import csv
import re
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.actions import NewSecret
from projects.audit import record_event
from projects.leaving import delete_account
from projects.models import AccessToken, AuditEvent, Membership, Project
from projects.trail import CHUNK_SIZE, PAGE_SIZE, SERVERS_VERBS, Wanted, all_of, events_of
from projects.trail_words import ACTIONS
from tests.pages.reading import open_page
from tests.people import SessionFactory, UserFactory

SHOW, EXPORT = "projects:trail-show", "projects:trail-export"
NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)


def happened(
    project: Project, who: User | None, verb: str, target: str = "", *, at: datetime = NOON
) -> AuditEvent:
    record_event(project, who, verb, target, "203.0.113.7" if who else None)
    event = AuditEvent.objects.latest("pk")
    AuditEvent.objects.filter(pk=event.pk).update(at=at)
    return event


def targets(client: Client, **query: str) -> list[str]:
    response = client.get(reverse(SHOW, args=["acme"]), query)
    return [row.event.target for row in response.context["rows"]]


def leads(client: Client) -> list[str]:
    response = client.get(reverse(SHOW, args=["acme"]))
    return [row.href for row in response.context["rows"]]


def exported(client: Client, **query: str) -> list[dict[str, str]]:
    response = client.get(reverse(EXPORT, args=["acme"]), query)
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.DictReader(StringIO(text)))


def test_each_line_tells_who_what_about_what_and_from_where(
    owner_client: Client, owner: User, project: Project
) -> None:
    session = SessionFactory(project=project, agent_name="front-desk", room_name="lobby")
    happened(project, owner, "recording.played", str(session.public_id))
    happened(project, None, "session.erased", "x")

    page = open_page(owner_client, SHOW, "acme")

    assert "owner@acme.example Played a recording front-desk, lobby 203.0.113.7" in page
    assert "this server Erased a session x" in page
    assert leads(owner_client) == [
        "",
        reverse("observability:session-show", args=["acme", session.public_id]),
    ]


def test_a_session_that_is_gone_has_its_id_and_leads_nowhere(
    owner_client: Client, owner: User, other_project: Project, project: Project
) -> None:
    gone = "0190aaaa-0000-7000-8000-000000000000"
    elsewhere = SessionFactory(project=other_project, agent_name="secret-agent")
    happened(project, owner, "session.viewed", gone)
    happened(project, owner, "session.viewed", str(elsewhere.public_id))

    page = open_page(owner_client, SHOW, "acme")

    assert "Looked at a session a session that is gone, 0190aaaa…" in page
    assert "secret-agent" not in page
    assert leads(owner_client) == ["", ""]


@pytest.mark.parametrize(
    ("verb", "target", "said"),
    [
        ("privacy.changed", "audio: False", "Audio: off"),
        ("privacy.changed", "redaction: True", "Redact personal data: on"),
        ("privacy.changed", "audio_role: member", "Who may hear recordings: Members, admins and owners"),
        ("member.invited", "new@acme.example: member", "new@acme.example, member"),
        (
            "member.role_changed",
            "gone@acme.example: viewer to admin",
            "gone@acme.example, from viewer to admin",
        ),
        ("plan.changed", "build to ship", "from build to ship"),
        ("staff.looked", "sessions/rows/", "the list of sessions"),
        ("api_key.revoked", "APIacme: x", "APIacme: x"),
    ],
)
def test_what_it_was_about_is_said_in_words(
    owner_client: Client, owner: User, project: Project, verb: str, target: str, said: str
) -> None:
    happened(project, owner, verb, target)

    assert f"{ACTIONS[verb]} {said} 203.0.113.7" in open_page(owner_client, SHOW, "acme")
    assert exported(owner_client, verb=verb)[0]["about"] == target


def test_a_member_who_is_still_one_is_a_link_to_the_members(
    owner_client: Client, owner: User, teammate: User, project: Project
) -> None:
    happened(project, owner, "member.removed", "gone@acme.example")
    happened(project, owner, "member.joined", f"{teammate.email}: member")

    place = f"#member-{project.memberships.get(user=teammate).pk}"
    assert leads(owner_client) == [reverse("projects:member-list", args=["acme"]) + place, ""]
    assert (
        f'id="{place[1:]}"'
        in owner_client.get(reverse("projects:member-list", args=["acme"])).content.decode()
    )


def test_what_scripts_do_bears_their_tokens_name(
    owner_client: Client, project: Project, read_token: NewSecret[AccessToken]
) -> None:
    AuditEvent.objects.create(project=project, token=read_token.row, verb="records.viewed", target="x")

    assert "token script Looked at records x" in open_page(owner_client, SHOW, "acme")


def test_it_is_for_admins_and_of_their_own_project(
    teammate_client: Client, stranger_client: Client, other_project: Project, project: Project, owner: User
) -> None:
    happened(project, owner, "session.viewed", "secret")

    for name in (SHOW, EXPORT):
        assert teammate_client.get(reverse(name, args=["acme"])).status_code == 404
        assert stranger_client.get(reverse(name, args=["acme"])).status_code == 404
    assert "secret" not in open_page(stranger_client, SHOW, "other")


def test_it_is_narrowed_by_person_action_and_day(
    owner_client: Client, owner: User, teammate: User, project: Project
) -> None:
    happened(project, owner, "session.viewed", "a", at=NOON - timedelta(days=2))
    happened(project, teammate, "session.viewed", "b", at=NOON - timedelta(days=1))
    happened(project, teammate, "recording.played", "c")
    happened(project, None, "session.erased", "d")

    assert targets(owner_client) == ["d", "c", "b", "a"]
    assert targets(owner_client, who=str(teammate.pk)) == ["c", "b"]
    assert targets(owner_client, who="server") == ["d"]
    assert targets(owner_client, who="scripts") == []
    assert targets(owner_client, verb="session.viewed") == ["b", "a"]
    assert targets(owner_client, first_day="2026-11-27") == ["d", "c", "b"]
    assert targets(owner_client, last_day="2026-11-27") == ["b", "a"]
    assert targets(owner_client, who=str(teammate.pk), verb="session.viewed", last_day="2026-11-27") == ["b"]
    assert [each["about"] for each in exported(owner_client, who=str(teammate.pk))] == ["c", "b"]


def test_somebody_who_has_left_is_still_found(
    owner_client: Client, teammate: User, project: Project, stranger: User
) -> None:
    happened(project, teammate, "session.viewed", "a")
    Membership.objects.filter(user=teammate).delete()

    page = open_page(owner_client, SHOW, "acme")

    assert "teammate@acme.example" in page
    assert stranger.email not in page
    assert targets(owner_client, who=str(teammate.pk)) == ["a"]


def test_what_was_done_by_whoever_deleted_their_account_is_not_taken_for_the_servers(
    owner_client: Client, project: Project
) -> None:
    gone = UserFactory(email="gone@acme.example")
    for verb in ("recording.played", "plan.changed", "staff.granted"):
        happened(project, gone, verb, f"{verb} by a person")
    AuditEvent.objects.filter(verb="staff.granted").update(address=None)  # as by a command
    happened(project, None, "plan.changed", "build to scale")

    delete_account(gone)

    assert targets(owner_client, who="server") == ["build to scale"]
    theirs = ["staff.granted by a person", "plan.changed by a person", "recording.played by a person"]
    assert targets(owner_client, who="deleted") == theirs
    assert "deleted account Played a recording" in open_page(owner_client, SHOW, "acme")
    assert [each["who"] for each in exported(owner_client, last_day="2026-11-28")] == [
        "this server",
        *["deleted account"] * 3,
    ]


@pytest.mark.parametrize(
    "query",
    [
        {"who": "999999999999999999999"},
        {"who": "x"},
        {"verb": "'"},
        {"first_day": "yesterday"},
        {"last_day": "9999-12-31"},
    ],
)
def test_a_choice_that_cannot_be_is_said_and_narrows_nothing(
    owner_client: Client, owner: User, project: Project, query: dict[str, str]
) -> None:
    happened(project, owner, "session.viewed", "a")

    response = owner_client.get(reverse(SHOW, args=["acme"]), query)

    assert response.status_code == 422
    assert 'role="alert"' in response.content.decode()
    assert len(response.context["rows"]) == 1


@pytest.mark.parametrize(
    "after",
    [
        "x",
        "~",
        "2026-11-28T12:00:00~1",
        "2026-11-28T12:00:00+00:00~-1",
        "9~9",
        "0001-01-01T00:00:00+14:00~1",
        "9999-12-31T23:59:59-14:00~1",
    ],
)
def test_a_place_that_is_none_is_the_beginning(
    owner_client: Client, owner: User, project: Project, after: str
) -> None:
    happened(project, owner, "session.viewed", "a")

    assert targets(owner_client, after=after) == ["a"]


def test_pages_hold_every_event_once_also_those_of_one_moment(
    owner_client: Client, owner: User, project: Project
) -> None:
    total = 2 * PAGE_SIZE + 7
    AuditEvent.objects.bulk_create(
        AuditEvent(project=project, actor=owner, verb="session.viewed", target=str(number))
        for number in range(total)
    )
    AuditEvent.objects.update(at=NOON)
    seen: list[str] = []
    query = ""
    while True:
        response = owner_client.get(f"{reverse(SHOW, args=['acme'])}?{query}")
        seen += [row.event.target for row in response.context["rows"]]
        happened(project, owner, "session.viewed", "meanwhile", at=NOON + timedelta(hours=1))
        query = response.context["next_query"]
        if not query:
            break

    assert seen == [str(number) for number in reversed(range(total))]


def test_the_way_back_to_the_newest_keeps_what_is_wanted(
    owner_client: Client, owner: User, project: Project
) -> None:
    for number in range(PAGE_SIZE + 1):
        happened(project, owner, "session.viewed", str(number))
    first = owner_client.get(reverse(SHOW, args=["acme"]), {"verb": "session.viewed"})

    second = owner_client.get(f"{reverse(SHOW, args=['acme'])}?{first.context['next_query']}")

    assert [row.event.target for row in second.context["rows"]] == ["0"]
    assert "?verb=session.viewed" in second.content.decode()


def test_the_export_names_everything_and_is_written_down(
    owner_client: Client, owner: User, project: Project
) -> None:
    happened(project, owner, "plan.changed", "build to ship")

    assert exported(owner_client)[-1] == {
        "time (UTC)": "2026-11-28 12:00:00.000",
        "who": "owner@acme.example",
        "action": "Changed the plan",
        "verb": "plan.changed",
        "about": "build to ship",
        "address": "203.0.113.7",
        "operator's reason": "",
    }
    assert AuditEvent.objects.latest("pk").verb == "trail.exported"


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1"])
def test_no_name_becomes_a_formula_in_a_spreadsheet(
    owner_client: Client, owner: User, project: Project, text: str
) -> None:
    happened(project, owner, "api_key.registered", text)

    assert exported(owner_client, verb="api_key.registered")[0]["about"] == f"'{text}"


def test_an_export_longer_than_a_chunk_is_whole_and_one_longer_than_allowed_is_cut(
    project: Project, owner: User
) -> None:
    AuditEvent.objects.bulk_create(
        AuditEvent(project=project, actor=owner, verb="session.viewed", target=str(number))
        for number in range(2 * CHUNK_SIZE + 1)
    )
    events = events_of(project, Wanted())

    assert len({event.target for event in all_of(events, at_most=10_000)}) == 2 * CHUNK_SIZE + 1
    assert [event.target for event in all_of(events, at_most=CHUNK_SIZE + 1)][-1] == str(CHUNK_SIZE)


@pytest.mark.parametrize("events", [1, 3])
def test_the_page_takes_as_many_queries_for_many_events_as_for_few(
    owner_client: Client,
    owner: User,
    project: Project,
    read_token: NewSecret[AccessToken],
    django_assert_num_queries: Any,
    events: int,
) -> None:
    for _ in range(events):
        happened(project, owner, "session.viewed", str(SessionFactory(project=project).public_id))
        happened(project, owner, "member.joined", owner.email)
        AuditEvent.objects.create(project=project, token=read_token.row, verb="records.viewed")
    owner_client.get(reverse(SHOW, args=["acme"]))

    with django_assert_num_queries(10):
        owner_client.get(reverse(SHOW, args=["acme"]))


def test_every_action_that_is_recorded_has_its_words() -> None:
    """Verbs stand in the sources as "noun.happened", where they are recorded."""
    recorded = re.compile(
        r'(?:note|note_look|record_event)\([^"()]*(?:\([^()]*\)[^"()]*)*"([a-z_]+\.[a-z_-]+)"'
    )
    verbs = {verb for source in sources() for verb in recorded.findall(source)}

    assert len(verbs) > 20
    assert verbs <= set(ACTIONS)


def test_everything_that_the_server_does_by_itself_is_known_as_the_servers() -> None:
    by_nobody = re.compile(r'record_event\(\w+, None, "([a-z_.-]+)"|record_events\("([a-z_.-]+)"')

    verbs = {first or second for source in sources() for first, second in by_nobody.findall(source)}

    assert len(verbs) > 3
    assert verbs <= SERVERS_VERBS


def sources() -> list[str]:
    root = Path(__file__).resolve().parents[2]
    apps = [root / app for app in ("projects", "observability", "config")]
    return [file.read_text() for app in apps for file in app.rglob("*.py")]
