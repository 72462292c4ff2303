"""Guessing is stopped, however many processes are asked and whatever a guesser says of where they are."""

import re
from collections.abc import Iterator
from http.cookiejar import CookieJar
from typing import Any
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from accounts.models import AccountEvent, CacheEntry, User
from tests.live.servers import Server, free_port, running
from tests.pages.reading import words
from tests.people import PASSWORD

LOCKED = "Too many failed login attempts"
PROXY = {"HTTP_X_FORWARDED_FOR": "198.51.100.1, 203.0.113.5", "REMOTE_ADDR": "10.0.0.2"}
"""A guesser at 203.0.113.5 who claims to be somebody else, as a proxy at 10.0.0.2 passes that on."""


@pytest.fixture
def two_servers(transactional_db: None) -> Iterator[tuple[Server, Server]]:
    with running(free_port()) as one, running(free_port()) as other:
        yield one, other


def try_at(server: Server, email: str, password: str) -> str:
    """As a browser: the form with its token, then the form filled in."""
    url = server.url + reverse("account_login")
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    form = browser.open(url).read().decode()
    token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
    assert token
    filled = {"login": email, "password": password, "csrfmiddlewaretoken": token[1]}
    with browser.open(Request(url, urlencode(filled).encode())) as answer:
        return str(answer.read().decode())


def sign_in(client: Client, email: str, password: str, **meta: Any) -> Any:
    return client.post(reverse("account_login"), {"login": email, "password": password}, **meta)


def test_tries_at_two_processes_are_counted_together(two_servers: tuple[Server, Server], owner: User) -> None:
    one, other = two_servers
    for server in [one, other, one, other, one]:
        assert LOCKED not in try_at(server, owner.email, "a guess")

    assert LOCKED in try_at(other, owner.email, PASSWORD)


def test_an_account_that_is_guessed_at_locks_nobody_else_out(
    client: Client, owner: User, teammate: User
) -> None:
    for _ in range(6):
        sign_in(client, owner.email, "a guess", REMOTE_ADDR="203.0.113.5")

    assert sign_in(client, teammate.email, PASSWORD, REMOTE_ADDR="203.0.113.6").status_code == 302


def test_another_name_of_this_server_gives_no_more_tries(client: Client, owner: User) -> None:
    for number in range(5):
        sign_in(client, owner.email, "a guess", HTTP_HOST=f"name{number}.localhost")

    assert LOCKED in words(sign_in(client, owner.email, PASSWORD))


def test_one_address_does_not_try_many_accounts(client: Client, owner: User) -> None:
    for number in range(10):
        sign_in(client, f"person{number}@acme.example", "a guess")

    assert LOCKED in words(sign_in(client, owner.email, PASSWORD))


def test_behind_a_proxy_the_browser_is_counted_and_not_what_it_claims(
    client: Client, owner: User, settings: Any
) -> None:
    settings.TRUSTED_PROXY_COUNT = 1

    sign_in(client, owner.email, "a guess", **PROXY)

    assert AccountEvent.objects.get().address == "203.0.113.5"


def test_without_a_proxy_nobody_chooses_the_address_they_are_counted_by(client: Client, owner: User) -> None:
    sign_in(client, owner.email, "a guess", **PROXY)

    assert AccountEvent.objects.get().address == "10.0.0.2"


def test_too_many_forms_are_answered_with_a_page(client: Client, db: None, settings: Any) -> None:
    settings.SIGN_UP = "open"
    for _ in range(10):
        client.post(reverse("account_signup"), {})

    answer = client.post(reverse("account_signup"), {})

    assert answer.status_code == 429
    assert "Too many tries" in words(answer)


def test_counting_needs_no_redis(db: None, settings: Any) -> None:
    if settings.REDIS_URL:
        return
    cache.set("tries", [1.5], 300)

    assert cache.get("tries") == [1.5]
    assert cache.add("tries", []) is False
    assert CacheEntry.objects.count() == 1
