from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.links import create_sign_in_link
from accounts.models import SignInLink, User
from projects.models import Project
from tests.pages.reading import words


@pytest.fixture
def address(owner: User, project: Project) -> str:
    return reverse("accounts:link-open", args=[create_sign_in_link(owner, valid_for=timedelta(hours=1))])


def test_the_link_signs_in_once(client: Client, address: str, owner: User) -> None:
    response = client.post(address, follow=True)

    assert response.context["user"] == owner
    assert "This link no longer works" in words(Client().post(address))


def test_looking_at_the_link_does_not_use_it_up(client: Client, address: str) -> None:
    for _ in range(2):
        assert "The link works once" in words(client.get(address))

    assert client.post(address).status_code == 302


def test_only_a_hash_of_the_link_is_kept(address: str) -> None:
    assert SignInLink.objects.get().token_hash not in address


def test_an_expired_link_says_what_to_do(client: Client, owner: User) -> None:
    token = create_sign_in_link(owner, valid_for=timedelta(seconds=-1))
    address = reverse("accounts:link-open", args=[token])

    for response in (client.get(address), client.post(address)):
        assert response.status_code == 410
        assert "Ask whoever gave it to you for a new one" in words(response)


def test_the_link_of_someone_who_left_does_nothing(client: Client, address: str, owner: User) -> None:
    owner.is_active = False
    owner.save()

    assert client.post(address).status_code == 410
