"""Whoever is removed, leaves or is demoted loses at once what is no longer theirs; a new address costs nothing."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from observability.models import Session
from projects.models import Membership, PrivacySwitches, Project, Role
from tests.live.conftest import Eyes, cookie_of
from tests.live.servers import Server
from tests.people import SessionFactory

NOT_FOUND = 4404
LIST = "/projects/acme/sessions/"


@pytest.fixture
def running(acme: Project) -> Session:
    return SessionFactory(project=acme, status=Session.Status.LIVE)


def be_removed(owner_client: Client, teammate_client: Client, teammate: User) -> None:
    member = Membership.objects.get(user=teammate)
    owner_client.post(reverse("projects:member-remove", args=["acme", member.pk]))


def leave(owner_client: Client, teammate_client: Client, teammate: User) -> None:
    teammate_client.post(reverse("projects:project-leave", args=["acme"]))


def see_the_project_deleted(owner_client: Client, teammate_client: Client, teammate: User) -> None:
    owner_client.post(reverse("projects:project-delete", args=["acme"]), {"name": "Acme"})


@pytest.mark.parametrize("lose", [be_removed, leave, see_the_project_deleted])
def test_whoever_is_out_is_out_on_open_sockets_and_pages_too(
    eyes: Eyes,
    running: Session,
    server: Server,
    owner_client: Client,
    teammate_client: Client,
    teammate: User,
    lose: Callable[[Client, Client, User], None],
) -> None:
    browser = cookie_of(teammate_client, server)
    viewers = [eyes.see(running, browser), eyes.look(LIST, **browser)]
    for viewer in viewers:
        viewer.until(lambda _: True)

    lose(owner_client, teammate_client, teammate)

    assert [viewer.until_closed() for viewer in viewers] == [NOT_FOUND, NOT_FOUND]
    for page in (LIST, f"{LIST}{running.public_id}/", "/projects/acme/settings/members/"):
        assert teammate_client.get(page).status_code == 404


def test_a_demoted_member_no_longer_hears_what_their_role_may_not(
    acme: Project, owner_client: Client, teammate_client: Client, teammate: User
) -> None:
    talk = SessionFactory(project=acme)
    PrivacySwitches.objects.filter(project=acme).update(audio_role=Role.MEMBER)
    audio = f"/api/v1/projects/acme/sessions/{talk.public_id}/audio/"
    before = teammate_client.get(audio).json()["error"]["code"]
    member = Membership.objects.get(user=teammate)

    owner_client.post(reverse("projects:role-change", args=["acme", member.pk]), {"role": "viewer"})

    after = teammate_client.get(audio)
    assert (before, after.status_code, after.json()["error"]["code"]) == ("not-found", 403, "forbidden")


def test_a_socket_survives_a_new_address_and_opens_under_the_former_one(
    eyes: Eyes, running: Session, server: Server, owner_client: Client, owners_browser: dict[str, str]
) -> None:
    viewer = eyes.see(running, owners_browser)
    viewer.until(lambda _: True)

    owner_client.post(reverse("projects:slug-change", args=["acme"]), {"slug": "apex"})

    late = eyes.see(running, owners_browser)
    late.until(lambda _: True)
    running.delete()
    assert [each.until_closed() for each in (viewer, late)] == [NOT_FOUND, NOT_FOUND]
