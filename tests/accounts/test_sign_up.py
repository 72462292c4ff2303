"""Who may make an account, and what proves that an address is theirs."""

import re
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings as server
from django.core import mail
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from accounts.adapter import INVITED_ADDRESS
from accounts.models import User
from tests.live.servers import free_port
from tests.pages.reading import words
from tests.people import PASSWORD

FORM = {"email": "new@acme.example", "password1": PASSWORD, "password2": PASSWORD}
CLOSED = "Accounts are made by invitation"


@pytest.fixture
def mail_server(settings: Any) -> None:
    settings.SENDS_EMAIL = True
    settings.ACCOUNT_EMAIL_VERIFICATION = "mandatory"


@pytest.fixture
def open_to_all(settings: Any, db: None) -> None:
    settings.SIGN_UP = "open"


@pytest.fixture
def invited_client(client: Client, db: None) -> Client:
    """As an invitation's link leaves a browser."""
    session = client.session
    session[INVITED_ADDRESS] = "new@acme.example"
    session.save()
    return client


def sign_up(client: Client, **other: str) -> str:
    return words(client.post(reverse("account_signup"), FORM | other, follow=True))


def link_in_the_mail() -> str:
    found = re.search(re.escape(server.BASE_URL) + r"(/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_where_sign_up_is_open_the_sign_in_page_leads_to_it(client: Client, open_to_all: None) -> None:
    assert "Make an account" in words(client.get(reverse("account_login")))


@pytest.mark.parametrize("setting", ["invited", "off"])
def test_elsewhere_a_stranger_finds_no_form(client: Client, db: None, settings: Any, setting: str) -> None:
    settings.SIGN_UP = setting

    assert "Make an account" not in words(client.get(reverse("account_login")))
    assert CLOSED in sign_up(client)
    assert not User.objects.exists()


def test_without_a_mail_server_an_account_opens_at_once(client: Client, open_to_all: None) -> None:
    assert "You are in no project yet" in sign_up(client)


def test_with_one_it_opens_with_the_link_that_was_sent(
    client: Client, open_to_all: None, mail_server: None
) -> None:
    assert "Look into your mail" in sign_up(client)
    assert client.get("/").status_code == 302

    link = link_in_the_mail()
    assert "Is new@acme.example yours" in words(client.get(link))
    client.post(link)

    assert EmailAddress.objects.get(email="new@acme.example").verified
    assert client.get("/").status_code == 200


def test_an_address_that_has_an_account_is_not_told_to_strangers(
    client: Client, open_to_all: None, mail_server: None, owner: User
) -> None:
    assert "Look into your mail" in sign_up(client, email=owner.email)
    assert User.objects.count() == 1


def test_who_is_invited_signs_up_for_that_address_alone(invited_client: Client) -> None:
    page = sign_up(invited_client, email="other@acme.example")
    assert "You are invited as new@acme.example." in page
    assert not User.objects.exists()

    assert "You are in no project yet" in sign_up(invited_client)


def test_an_invitation_proves_the_address(invited_client: Client, mail_server: None) -> None:
    assert "You are in no project yet" in sign_up(invited_client)
    assert EmailAddress.objects.get().verified


def test_an_invitation_is_used_up(invited_client: Client) -> None:
    sign_up(invited_client)
    invited_client.post(reverse("account_logout"))

    assert CLOSED in sign_up(invited_client, email="another@acme.example")


def test_invitations_make_no_account_where_sign_up_is_off(invited_client: Client, settings: Any) -> None:
    settings.SIGN_UP = "off"

    assert CLOSED in sign_up(invited_client)


def test_a_mail_server_that_is_down_breaks_no_page(
    client: Client, open_to_all: None, mail_server: None, settings: Any, owner: User
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()

    asked = client.post(reverse("account_reset_password"), {"email": owner.email}, follow=True)

    assert "Look into your mail" in words(asked)
    assert "Look into your mail" in sign_up(client)


def test_people_whom_an_operator_made_need_no_mail_to_sign_in(
    client: Client, db: None, mail_server: None
) -> None:
    User.objects.create_user("made@acme.example", PASSWORD)

    client.post(reverse("account_login"), {"login": "made@acme.example", "password": PASSWORD})

    assert client.get("/").status_code == 200
    assert mail.outbox == []


def test_a_forgotten_password_is_replaced_by_the_link_once(
    client: Client, owner: User, mail_server: None
) -> None:
    client.post(reverse("account_reset_password"), {"email": owner.email})
    form = client.get(link_in_the_mail(), follow=True).request["PATH_INFO"]
    new = {"password1": "entirely another one", "password2": "entirely another one"}

    assert "Your new password is saved" in words(client.post(form, new, follow=True))
    assert client.login(email=owner.email, password="entirely another one")
    assert "This link no longer works" in words(Client().get(link_in_the_mail(), follow=True))


def test_mails_lead_to_this_server_whatever_host_a_request_names(
    open_to_all: None, mail_server: None, owner: User, settings: Any
) -> None:
    settings.BASE_URL = "https://playhead.example.org"
    client = Client(headers={"Host": "elsewhere.localhost:9999"})

    client.post(reverse("account_reset_password"), {"email": owner.email})
    sign_up(client)
    sign_up(client, email=owner.email)

    forgotten, proof, known = [message.body for message in mail.outbox]
    assert "https://playhead.example.org/account/password/reset/key/" in forgotten
    assert "https://playhead.example.org/account/confirm-email/" in proof
    assert "https://playhead.example.org/account/password/reset/" in known
    assert "elsewhere" not in forgotten + proof + known


def test_a_server_without_mail_says_how_to_get_in_instead(client: Client, db: None) -> None:
    page = words(client.get(reverse("account_reset_password")))

    assert "This server sends no email" in page
    assert "manage.py sign-in-link" in page


def test_a_stranger_who_asks_for_a_new_password_makes_us_send_nothing(
    client: Client, db: None, mail_server: None
) -> None:
    page = words(
        client.post(reverse("account_reset_password"), {"email": "nobody@acme.example"}, follow=True)
    )

    assert "Look into your mail" in page
    assert mail.outbox == []


def test_a_new_address_takes_effect_once_it_is_proved(
    owner_client: Client, owner: User, mail_server: None
) -> None:
    owner_client.post(reverse("account_email"), {"action_add": "", "email": "moved@acme.example"})
    owner.refresh_from_db()
    assert owner.email == "owner@acme.example"

    owner_client.post(link_in_the_mail())
    owner.refresh_from_db()
    assert owner.email == "moved@acme.example"


def test_without_a_mail_server_nobody_takes_an_address_that_is_not_proved(
    owner_client: Client, owner: User
) -> None:
    for action in ["action_add", "action_primary"]:
        owner_client.post(reverse("account_email"), {action: "", "email": "boss@acme.example"})

    owner.refresh_from_db()
    assert owner.email == "owner@acme.example"


def test_an_open_door_without_mail_is_pointed_out_to_the_operator(
    settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.SIGN_UP = "open"

    call_command("check", "--tag", "security")

    assert "whoever comes first can claim any address" in capsys.readouterr().err
