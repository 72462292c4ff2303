"""A project without sessions tells everybody what they themselves can do about it."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from projects.models import ApiKey, Membership, Project, Role, UsageDay
from projects.staff import begin_grant
from tests.pages.reading import words
from tests.people import UserFactory, signed_in

LIST = "/projects/acme/sessions/"
CONNECT = f'href="{reverse("observability:connect", args=["acme"])}"'
ASK = "Its key pair is registered by an admin: ask Olivia Owner"


@pytest.fixture
def viewer_client(teammate_client: Client, project: Project) -> Client:
    Membership.objects.filter(user__email="teammate@acme.example").update(role=Role.VIEWER)
    return teammate_client


def emptiness(client: Client, address: str = LIST) -> str:
    html = client.get(address).content.decode()
    return html[html.index('id="empty-new"') : html.index("</div>", html.index("<h2>No session"))]


def test_a_project_whose_sessions_are_gone_is_not_told_to_begin(
    owner_client: Client, viewer_client: Client, project: Project, api_key: ApiKey
) -> None:
    ApiKey.objects.update(last_used_at=timezone.now())
    assert "No session has arrived yet" in emptiness(owner_client)  # all of it may have been refused

    UsageDay.objects.create(project=project, day=timezone.now().date(), deleted_sessions=1)

    for client in (owner_client, viewer_client):
        told = emptiness(client)
        assert "No session is here any more" in told
        assert "was deleted, or its time was over" in told


def test_who_may_register_keys_is_led_to_connect(owner_client: Client, project: Project) -> None:
    told = emptiness(owner_client)

    assert CONNECT in told
    assert "register its key pair here" in told


def test_a_member_learns_whom_to_ask_and_how_it_is_done(teammate_client: Client, project: Project) -> None:
    assert CONNECT in emptiness(teammate_client)
    assert ASK in words(teammate_client.get(LIST))


def test_a_viewer_learns_whom_to_ask(viewer_client: Client) -> None:
    told = emptiness(viewer_client)

    assert CONNECT not in told
    assert "variable" not in told
    assert ASK in words(viewer_client.get(LIST))


def test_an_operator_who_looks_in_is_led_to_nothing_that_is_closed_to_them(project: Project) -> None:
    operator = UserFactory(is_staff=True)
    begin_grant("acme", operator, reason="Support request 4711", minutes=60)
    client = signed_in(operator)

    assert CONNECT not in emptiness(client)
    assert "Olivia Owner" not in words(client.get(LIST))


def test_a_refresh_says_the_same(viewer_client: Client) -> None:
    assert ASK in words(viewer_client.get(f"{LIST}rows/"))


def test_insights_lead_to_connect_who_may_connect(owner_client: Client, viewer_client: Client) -> None:
    insights = "/projects/acme/insights/"

    assert f"{CONNECT}>Connect an agent" in owner_client.get(insights).content.decode()
    assert ">Connect an agent" not in viewer_client.get(insights).content.decode()
