"""Where a project keeps no audio, the player says so, and leads those who may change it to the switch."""

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from projects.models import Project
from tests.pages.conftest import Replay
from tests.pages.reading import session_args


@pytest.fixture
def mute(replay: Replay, project: Project) -> Session:
    project.privacy.audio = False
    project.privacy.save()
    return replay("python/1.8.9_full")


def test_the_player_says_what_is_switched_off_and_leads_admins_to_the_switch(
    owner_client: Client, teammate_client: Client, mute: Session
) -> None:
    address = reverse("observability:session-show", args=session_args(mute))

    for_owner, for_member = (
        client.get(address).content.decode() for client in (owner_client, teammate_client)
    )

    said = 'data-audio-reason="Audio is switched off in the project&#x27;s privacy settings."'
    assert (said in for_owner, said in for_member) == (True, True)
    link = f'href="{reverse("projects:privacy-edit", args=["acme"])}">Privacy settings</a>'
    assert (link in for_owner, link in for_member) == (True, False)
