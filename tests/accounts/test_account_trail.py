"""What happens to an account is written down: with time and address, without a secret."""

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import AccountEvent, User
from tests.pages.reading import open_page
from tests.people import PASSWORD


def verbs(user: User | None) -> list[str]:
    return list(AccountEvent.objects.filter(user=user).order_by("pk").values_list("verb", flat=True))


def sign_in(client: Client, email: str, password: str) -> None:
    client.post(reverse("account_login"), {"login": email, "password": password})


def test_signing_in_and_out_and_failing_to(client: Client, owner: User) -> None:
    sign_in(client, owner.email.upper(), "a guess")
    sign_in(client, owner.email, PASSWORD)
    client.post(reverse("account_logout"))

    assert verbs(owner) == ["account.sign_in_failed", "account.signed_in", "account.signed_out"]
    assert set(AccountEvent.objects.values_list("address", flat=True)) == {"127.0.0.1"}


def test_a_try_with_an_address_that_nobody_has_keeps_no_address_of_mail(client: Client, db: None) -> None:
    sign_in(client, "nobody@acme.example", "a guess")

    assert verbs(None) == ["account.sign_in_failed"]


def test_changing_the_password(owner_client: Client, owner: User) -> None:
    new = {"oldpassword": PASSWORD, "password1": "entirely another one", "password2": "entirely another one"}
    owner_client.post(reverse("account_change_password"), new)

    assert "password.changed" in verbs(owner)


@pytest.mark.django_db(transaction=True)
def test_second_factors(sure_client: Client, app_secret: str, owner: User) -> None:
    sign_in(client := Client(), owner.email, PASSWORD)
    client.post(reverse("mfa_authenticate"), {"code": "000000"})
    sure_client.post(reverse("mfa_generate_recovery_codes"))
    sure_client.post(reverse("mfa_deactivate_totp"))

    assert [verb for verb in verbs(owner) if verb.startswith("second_factor")] == [
        "second_factor.added",
        "second_factor.added",
        "second_factor.failed",
        "second_factor.reset",
        "second_factor.removed",
        "second_factor.removed",
    ]


def test_ending_other_browsers(owner_client: Client, owner: User) -> None:
    sign_in(Client(), owner.email, PASSWORD)
    owner_client.get("/")
    owner_client.post(reverse("usersessions_list"))

    assert verbs(owner)[-1] == "account.ended_elsewhere"


def test_everybody_reads_their_own(owner_client: Client, stranger: User, owner: User) -> None:
    sign_in(Client(REMOTE_ADDR="203.0.113.9"), stranger.email, PASSWORD)
    sign_in(Client(), owner.email, "a guess")

    page = open_page(owner_client, "usersessions_list")

    assert "Sign-in with a wrong password 127.0.0.1" in page
    assert "203.0.113.9" not in page


def test_what_is_older_than_a_year_goes(client: Client, owner: User) -> None:
    sign_in(client, owner.email, "a guess")
    AccountEvent.objects.update(at=timezone.now() - timedelta(days=366))

    sign_in(client, owner.email, PASSWORD)

    assert verbs(owner) == ["account.signed_in"]
