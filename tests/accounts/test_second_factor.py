"""With a second factor, a password alone lets nobody in."""

import re
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from django.urls import reverse

from accounts.links import create_sign_in_link
from accounts.models import User
from projects.secrets import decrypt
from tests.accounts.codes import code_of
from tests.pages.reading import words
from tests.people import PASSWORD


@pytest.fixture
def at_the_second_step(app_secret: str, owner: User) -> Client:
    client = Client()
    answer = client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    assert answer["Location"] == reverse("mfa_authenticate")
    return client


def answer_with(client: Client, code: str) -> str:
    return words(client.post(reverse("mfa_authenticate"), {"code": code}, follow=True))


def recovery_codes(client: Client) -> list[str]:
    page = client.get(reverse("mfa_view_recovery_codes"))
    return list(page.context["unused_codes"])


def test_the_password_is_asked_for_before_anything_changes(owner_client: Client) -> None:
    for name in ["mfa_activate_totp", "mfa_add_webauthn", "mfa_generate_recovery_codes", "account-delete"]:
        answer = owner_client.get(reverse(name))
        assert answer["Location"].startswith(reverse("account_reauthenticate")), name


def test_setting_up_shows_a_picture_and_the_same_secret_as_text(sure_client: Client) -> None:
    page = sure_client.get(reverse("mfa_activate_totp"))

    assert 'src="data:image/svg+xml;base64,' in page.content.decode()
    assert page.context["form"].secret in words(page)


def test_a_wrong_code_switches_nothing_on(sure_client: Client) -> None:
    page = words(sure_client.post(reverse("mfa_activate_totp"), {"code": "000000"}))

    assert "Incorrect code." in page
    assert not Authenticator.objects.exists()


def test_the_right_password_is_not_enough(at_the_second_step: Client) -> None:
    assert at_the_second_step.get("/").status_code == 302


def test_the_apps_code_lets_in(at_the_second_step: Client, app_secret: str) -> None:
    answer_with(at_the_second_step, code_of(app_secret, steps_later=1))

    assert at_the_second_step.get("/").status_code == 200


def test_a_recovery_code_lets_in_once(at_the_second_step: Client, sure_client: Client) -> None:
    code = recovery_codes(sure_client)[0]
    answer_with(at_the_second_step, code)
    assert at_the_second_step.get("/").status_code == 200

    assert code not in recovery_codes(sure_client)
    assert len(recovery_codes(sure_client)) == 9


def test_guessing_codes_is_stopped(at_the_second_step: Client, app_secret: str) -> None:
    for _ in range(5):
        answer_with(at_the_second_step, "000000")

    answer_with(at_the_second_step, code_of(app_secret, steps_later=1))
    assert at_the_second_step.get("/").status_code == 302


def test_recovery_codes_are_downloaded_as_text(sure_client: Client, app_secret: str) -> None:
    answer = sure_client.get(reverse("mfa_download_recovery_codes"))

    assert answer["Content-Disposition"] == 'attachment; filename="recovery-codes.txt"'
    assert set(recovery_codes(sure_client)) == set(
        re.findall(r"^\w{8}$", answer.content.decode(), re.MULTILINE)
    )


def test_a_dump_of_the_database_makes_no_codes(app_secret: str, owner: User) -> None:
    rows = list(Authenticator.objects.filter(user=owner).values_list("data", flat=True))

    assert app_secret not in str(rows)
    assert app_secret in [decrypt(row["secret"]) for row in rows if "secret" in row]


def test_switching_it_off_takes_the_recovery_codes_along(sure_client: Client, app_secret: str) -> None:
    sure_client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()


def test_an_operators_link_is_the_way_back_for_who_lost_it(app_secret: str, owner: User) -> None:
    client = Client()
    client.post(
        reverse("accounts:link-open", args=[create_sign_in_link(owner, valid_for=timedelta(hours=1))])
    )

    client.post(reverse("mfa_deactivate_totp"))

    assert not Authenticator.objects.exists()
