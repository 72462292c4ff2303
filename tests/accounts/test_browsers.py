"""Where somebody is signed in, and ending that from afar."""

from datetime import timedelta
from typing import Any

import pytest
from allauth.usersessions.models import UserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.links import create_sign_in_link
from accounts.models import User
from accounts.signed_in import browser_name
from tests.pages.reading import open_page, words
from tests.people import PASSWORD

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:131.0) Gecko/20100101 Firefox/131.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) "
    "Version/18.0 Mobile/15E148 Safari/604.1"
)
NAMES = {
    FIREFOX: "Firefox 131 on Linux",
    PHONE: "Safari 18 on iOS",
    f"Mozilla/5.0 (Windows NT 10.0) {WEBKIT} Chrome/130.0.0.0 Safari/537.36 Edg/130.0.0.0": "Edge 130 on Windows",
    f"Mozilla/5.0 (Linux; Android 14) {WEBKIT} Chrome/130.0.0.0 Mobile Safari/537.36": "Chrome 130 on Android",
    "curl/8.5": "Unknown browser",
    "": "Unknown browser",
}


def browser(owner: User, user_agent: str, address: str = "127.0.0.1") -> Client:
    client = Client(headers={"User-Agent": user_agent}, REMOTE_ADDR=address)
    client.post(reverse("account_login"), {"login": owner.email, "password": PASSWORD})
    return client


@pytest.fixture
def desk(owner: User) -> Client:
    return browser(owner, FIREFOX)


@pytest.fixture
def phone(owner: User) -> Client:
    return browser(owner, PHONE, "203.0.113.7")


@pytest.mark.parametrize("user_agent", NAMES)
def test_a_browser_is_called_by_its_name(user_agent: str) -> None:
    assert browser_name(user_agent) == NAMES[user_agent]


def test_the_list_says_where_and_marks_this_one(desk: Client, phone: Client) -> None:
    page = open_page(desk, "usersessions_list")

    assert "Firefox 131 on Linux this one from 127.0.0.1" in page
    assert "Safari 18 on iOS from 203.0.113.7" in page


def test_signing_out_elsewhere_leaves_this_one_alone(desk: Client, phone: Client) -> None:
    page = words(desk.post(reverse("usersessions_list"), follow=True))

    assert "You are signed out everywhere else." in page
    assert "You are signed in nowhere else." in page
    assert phone.get("/")["Location"].startswith(reverse("account_login"))


def end(client: Client, ended: UserSession) -> Any:
    return client.post(reverse("accounts:browser-end", args=[ended.pk]), follow=True)


def of(client: Client) -> UserSession:
    return UserSession.objects.get(session_key=client.session.session_key)


def test_one_browser_is_signed_out_and_the_others_stay(desk: Client, phone: Client, owner: User) -> None:
    tablet = browser(owner, FIREFOX)

    page = words(end(desk, of(phone)))

    assert "Safari 18 on iOS is signed out." in page
    assert "Signed out elsewhere" in page
    assert "Safari 18 on iOS from" not in page
    assert phone.get("/")["Location"].startswith(reverse("account_login"))
    assert [client.get("/").status_code for client in (desk, tablet)] == [200, 200]


def test_a_browser_ends_neither_itself_nor_one_that_is_gone(desk: Client, phone: Client) -> None:
    gone = of(phone)
    UserSession.objects.filter(pk=gone.pk).delete()

    assert [end(desk, each).status_code for each in (of(desk), gone)] == [404, 404]
    assert desk.get("/").status_code == 200


def test_a_stranger_signs_out_nobody(desk: Client, phone: Client, stranger_client: Client) -> None:
    answers = [end(stranger_client, of(client)).status_code for client in (desk, phone)]

    assert answers == [404, 404]
    assert [client.get("/").status_code for client in (desk, phone)] == [200, 200]


def test_nobody_ends_what_is_not_theirs(desk: Client, stranger_client: Client) -> None:
    desk.post(reverse("usersessions_list"))

    assert stranger_client.get("/").status_code == 200


def test_a_changed_password_signs_out_elsewhere(desk: Client, phone: Client) -> None:
    new = {"oldpassword": PASSWORD, "password1": "entirely another one", "password2": "entirely another one"}

    desk.post(reverse("account_change_password"), new)

    assert desk.get("/").status_code == 200
    assert phone.get("/").status_code == 302
    assert "Safari" not in open_page(desk, "usersessions_list")


def test_one_who_came_by_a_link_is_on_the_list(client: Client, owner: User) -> None:
    client.post(
        reverse("accounts:link-open", args=[create_sign_in_link(owner, valid_for=timedelta(hours=1))])
    )

    assert "this one" in open_page(client, "usersessions_list")


def test_looking_at_pages_is_noted_every_five_minutes(desk: Client) -> None:
    noted = UserSession.objects.get().last_seen_at
    other_process = Client()
    other_process.cookies = desk.cookies
    other_process.get("/")
    assert UserSession.objects.get().last_seen_at == noted

    UserSession.objects.update(last_seen_at=timezone.now() - timedelta(minutes=6))
    later_process = Client()
    later_process.cookies = desk.cookies
    later_process.get("/")
    assert UserSession.objects.get().last_seen_at > noted
