from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from observability.models import Refusal, Session
from observability.pages.session_rows import row_of
from observability.queries.arrivals import arrivals_of
from observability.records import DEMO_JOB_PREFIX
from projects.models import ApiKey, Membership, Project, Role
from tests.pages.reading import open_page
from tests.people import MembershipFactory, SessionFactory, UserFactory

CONNECT, CHECK = "observability:connect", "observability:connect-check"


def test_the_lines_to_copy_name_this_projects_address_and_key(
    owner_client: Client, api_key: ApiKey, settings: object
) -> None:
    settings.BASE_URL = "https://insights.example.org"  # type: ignore[attr-defined]

    page = open_page(owner_client, CONNECT, "acme")

    for line in [
        "export LIVEKIT_OBSERVABILITY_URL=https://insights.example.org/p/acme",
        "# LIVEKIT_API_KEY=APIacme",
        "agents: enable_user_data_recording: true",
        "record=True",
        "curl https://insights.example.org/livez",
    ]:
        assert line in page


def test_the_check_stands_between_what_an_agent_needs_and_what_is_optional(
    owner_client: Client, api_key: ApiKey
) -> None:
    page = open_page(owner_client, CONNECT, "acme")

    places = [page.index(each) for each in ("Switch recording on", "Waiting for the first", "Other services")]
    assert places == sorted(places)


def test_what_is_copied_has_words_and_no_dots_where_a_secret_belongs(
    owner_client: Client, api_key: ApiKey
) -> None:
    page = open_page(owner_client, CONNECT, "acme")

    assert "•" not in page
    assert "# LIVEKIT_API_SECRET=your LiveKit API secret" in page
    assert "authorization=Bearer%20YOUR-INGEST-TOKEN" in page


@pytest.mark.parametrize(
    ("base_url", "in_a_container"),
    [
        ("http://127.0.0.1:8000", "http://host.docker.internal:8000"),
        ("http://localhost", "http://host.docker.internal"),
        ("http://[::1]:8000", "http://host.docker.internal:8000"),
        ("https://insights.example.org", "https://insights.example.org"),
    ],
)
def test_the_lines_for_docker_name_this_server_as_a_container_sees_it(
    owner_client: Client, api_key: ApiKey, settings: Any, base_url: str, in_a_container: str
) -> None:
    settings.BASE_URL = base_url

    page = open_page(owner_client, CONNECT, "acme")

    is_here = "host.docker.internal" in in_a_container
    assert f"-e LIVEKIT_OBSERVABILITY_URL={in_a_container}/p/acme " in page
    assert ("--add-host host.docker.internal:host-gateway" in page) is is_here
    assert ("manage.py up --host 0.0.0.0" in page) is is_here


def test_a_project_without_a_key_is_told_that_uploads_would_be_refused(
    owner_client: Client, teammate_client: Client, project: Project
) -> None:
    assert "Register or generate a key pair" in open_page(owner_client, CONNECT, "acme")
    assert "An admin registers it: ask Olivia Owner" in open_page(teammate_client, CONNECT, "acme")


def test_whoever_generated_the_pair_is_told_where_else_it_goes(
    owner_client: Client, project: Project, api_key: ApiKey
) -> None:
    assert "are the ones the agent connects to LiveKit with already" in open_page(
        owner_client, CONNECT, "acme"
    )

    ApiKey.objects.update(is_generated=True)

    assert "goes under keys: in livekit-server’s configuration" in open_page(owner_client, CONNECT, "acme")


def test_a_viewer_is_told_whom_to_ask_and_nothing_that_takes_a_key(
    teammate_client: Client, project: Project, api_key: ApiKey
) -> None:
    add_admins(project, "Ada Admin", "")
    Membership.objects.filter(user__email="teammate@acme.example").update(role=Role.VIEWER)

    page = open_page(teammate_client, CONNECT, "acme")

    assert "Tell Ada Admin, second@acme.example or Olivia Owner which agent" in page.replace(" ,", ",")
    assert "LIVEKIT_API_KEY" not in page
    assert "APIacme" not in page


def test_the_check_waits_until_something_comes(owner_client: Client, project: Project) -> None:
    assert "Waiting for the first data" in open_page(owner_client, CHECK, "acme")


def test_the_check_says_per_signal_what_has_come(owner_client: Client, front_desk: Session) -> None:
    page = open_page(owner_client, CHECK, "acme")

    assert "Data has arrived" in page
    assert "front-desk, room-0-1795336557" in page
    assert "Traces 270 spans" in page


@pytest.mark.parametrize(
    ("reason", "advice"),
    [
        ("unknown-key", "Register this key under API keys"),
        ("wrong-secret", "revoke the key and register the pair again"),
        ("something-new", "The message above says what the server did not accept"),
    ],
)
def test_a_refusal_is_shown_with_what_to_do(
    owner_client: Client, project: Project, reason: str, advice: str
) -> None:
    refuse(project, reason)

    page = open_page(owner_client, CHECK, "acme")

    assert "The door stayed shut." in page
    assert "7 refused for this reason" in page
    assert advice in page


def test_refused_uploads_of_all_signals_are_counted(owner_client: Client, project: Project) -> None:
    refuse(project, "wrong-secret", signal="logs", count=1_200)
    refuse(project, "wrong-secret", signal="metrics", count=1)
    refuse(project, "unknown-key", at=timezone.now() - timedelta(days=1), signal="logs", count=5)

    page = open_page(owner_client, CHECK, "acme")

    assert "1,201 refused for this reason (1,200 logs, 1 metrics)" in page


def test_a_refusal_says_that_it_came_after_the_data_that_stand_below_it(
    owner_client: Client, project: Project, front_desk: Session
) -> None:
    refuse(project, "unknown-key")

    assert "It came after the data below." in open_page(owner_client, CHECK, "acme")


def test_a_mended_set_up_is_not_blamed_for_what_was(
    owner_client: Client, project: Project, front_desk: Session
) -> None:
    refuse(project, "unknown-key", at=front_desk.first_received_at)

    assert "refused" not in open_page(owner_client, CHECK, "acme")


def test_what_is_switched_off_is_not_waited_for(owner_client: Client, project: Project) -> None:
    session = SessionFactory(project=project, switched_off=["traces", "audio", "transcript"])

    page = open_page(owner_client, CHECK, "acme")

    assert page.count("switched off under Data and privacy") == 2
    assert [letter.state for letter in row_of(session).letters] == [
        "off",
        "off",
        "off",
        "expected",
        "expected",
    ]


def test_of_another_sender_nothing_is_waited_for_that_only_livekits_sdks_send(
    owner_client: Client, project: Project
) -> None:
    nameless = {"agent_name": "", "room_name": "", "room_id": ""}
    SessionFactory(project=project, job_id="order-4711", summary={"service_name": "checkout"}, **nameless)

    page = open_page(owner_client, CHECK, "acme")

    assert "The newest session: checkout" in page
    assert "Recording only LiveKit’s SDKs send one" in page


def test_a_refusal_does_not_come_back_when_the_sessions_after_it_are_deleted(
    owner_client: Client, project: Project, api_key: ApiKey
) -> None:
    refuse(project, "wrong-secret")
    ApiKey.objects.update(last_used_at=timezone.now())

    assert "refused" not in open_page(owner_client, CHECK, "acme")

    refuse(project, "recording-disabled")
    assert "refused" in open_page(owner_client, CHECK, "acme")


def add_admins(project: Project, first: str, second: str) -> None:
    for name, email in ((first, "first@acme.example"), (second, "second@acme.example")):
        MembershipFactory(project=project, user=UserFactory(name=name, email=email), role=Role.ADMIN)


def refuse(
    project: Project, reason: str, at: object = None, *, signal: str = "traces", count: int = 7
) -> None:
    at = at or timezone.now()
    Refusal.objects.create(
        project=project,
        reason=reason,
        signal=signal,
        key="devkey",
        message="The door stayed shut.",
        count=count,
        first_at=at,
        last_at=at,
    )


def test_the_demo_does_not_count_as_data_that_arrived(owner_client: Client, project: Project) -> None:
    SessionFactory(project=project, job_id=DEMO_JOB_PREFIX + "front_desk")

    assert arrivals_of(project).newest_session is None


def test_a_pair_that_was_generated_here_is_done_only_when_an_agent_has_used_it(
    owner_client: Client, api_key: ApiKey
) -> None:
    is_done = 'class="card step step--done" aria-labelledby="step-key"'
    page = reverse(CONNECT, args=["acme"])
    assert is_done in owner_client.get(page).content.decode()

    ApiKey.objects.update(is_generated=True)
    assert is_done not in owner_client.get(page).content.decode()
    assert "no agent has used yet" in open_page(owner_client, CONNECT, "acme")

    ApiKey.objects.update(last_used_at=timezone.now())
    assert is_done in owner_client.get(page).content.decode()
