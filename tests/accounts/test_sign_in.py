import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse

from accounts.models import User
from projects.models import Project
from tests.pages.reading import words
from tests.people import PASSWORD


def sign_in(client: Client, email: str, password: str) -> object:
    return client.post(reverse("account_login"), {"login": email, "password": password}, follow=True)


@pytest.fixture
def person(owner: User) -> User:
    owner.set_password(PASSWORD)
    owner.save()
    return owner


def test_one_signs_in_by_e_mail_in_any_case(client: Client, person: User, project: Project) -> None:
    assert "No session has arrived yet" in words(sign_in(client, "Owner@ACME.example", PASSWORD))


@pytest.mark.parametrize(
    "email", ["owner@acme.example", "nobody@acme.example"], ids=["wrong password", "unknown"]
)
def test_a_wrong_sign_in_does_not_tell_who_has_an_account(client: Client, person: User, email: str) -> None:
    page = words(sign_in(client, email, "not the password"))

    assert "The email address and/or password you specified are not correct." in page


def test_guessing_is_stopped_after_five_tries(client: Client, person: User) -> None:
    for _ in range(5):
        sign_in(client, person.email, "a guess")

    page = words(sign_in(client, person.email, PASSWORD))

    assert "Too many failed login attempts" in page


def test_signing_out_needs_a_post(owner_client: Client) -> None:
    owner_client.get(reverse("account_logout"))
    assert owner_client.get("/").status_code == 200

    owner_client.post(reverse("account_logout"))
    assert owner_client.get("/").status_code == 302


def test_nobody_signs_up_on_their_own(client: Client, db: None) -> None:
    form = {"email": "me@example.org", "password1": PASSWORD, "password2": PASSWORD}

    page = words(client.post(reverse("account_signup"), form))

    assert "Accounts are made by invitation" in page
    assert not User.objects.exists()


def test_a_forgotten_password_brings_a_mail_with_a_link(client: Client, person: User) -> None:
    client.post(reverse("account_reset_password"), {"email": person.email})

    assert person.email in mail.outbox[0].to
    assert "/account/password/reset/key/" in mail.outbox[0].body


def test_a_name_is_changed_on_the_account_page(owner_client: Client, owner: User) -> None:
    response = owner_client.post(reverse("accounts:account-edit"), {"name": "Olivia O."}, follow=True)

    assert "Your name is saved." in words(response)
    owner.refresh_from_db()
    assert owner.name == "Olivia O."


@pytest.mark.parametrize(
    "name", ["account_change_password", "account_reset_password", "account_email", "account_signup"]
)
def test_every_account_page_is_one_of_ours(owner_client: Client, name: str) -> None:
    html = owner_client.get(reverse(name), follow=True).content.decode()

    assert "css/playhead.css" in html
    assert "Menu:" not in html
