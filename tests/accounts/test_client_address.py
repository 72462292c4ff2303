"""Whose address is written down, behind proxies and without, whatever a sender claims."""

from ipaddress import ip_network
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.client_address import client_address
from accounts.models import AccountEvent, User
from observability.live.visitor import Credentials
from observability.models import Session
from projects.models import AuditEvent
from tests.people import PASSWORD

PROXY, SECOND_PROXY, BROWSER, CLAIMED = "10.0.0.2", "10.0.0.3", "203.0.113.5", "198.51.100.1"


@pytest.fixture
def one_proxy(settings: Any) -> None:
    settings.TRUSTED_PROXY_COUNT = 1


@pytest.mark.parametrize(
    ("count", "networks", "peer", "forwarded_for", "found"),
    [
        (0, [], BROWSER, CLAIMED, BROWSER),
        (1, [], PROXY, BROWSER, BROWSER),
        (1, [], PROXY, f"{CLAIMED}, {BROWSER}", BROWSER),
        (1, [], PROXY, f"{CLAIMED},{CLAIMED},{CLAIMED}, {BROWSER}", BROWSER),
        (1, [], PROXY, "", PROXY),
        (2, [], PROXY, f"{CLAIMED}, {BROWSER}, {SECOND_PROXY}", BROWSER),
        (2, [], PROXY, BROWSER, PROXY),
        (1, ["10.0.0.0/8"], PROXY, f"{CLAIMED}, {BROWSER}", BROWSER),
        (1, ["10.0.0.0/8"], BROWSER, CLAIMED, BROWSER),
        (1, ["10.0.0.2/32"], SECOND_PROXY, CLAIMED, SECOND_PROXY),
        (1, ["fd00::/8"], "fd00::2", BROWSER, BROWSER),
        (1, ["10.0.0.0/8"], "::ffff:10.0.0.2", BROWSER, BROWSER),
        (1, ["10.0.0.0/8"], "", BROWSER, BROWSER),
        (1, [], None, BROWSER, BROWSER),
        (0, [], None, BROWSER, None),
        (1, [], PROXY, f"{CLAIMED}, not an address", PROXY),
        (1, [], PROXY, "<script>", PROXY),
        (1, [], PROXY, f"{BROWSER}:51034", BROWSER),
        (1, [], PROXY, "[2001:DB8::5]:51034", "2001:db8::5"),
        (1, [], PROXY, "[2001:db8::5]", "2001:db8::5"),
    ],
    ids=[
        "no proxy, and a browser that claims one",
        "one proxy",
        "a browser that claims an address to the proxy",
        "and several",
        "a proxy that says nothing",
        "two proxies",
        "one that came past the first of two",
        "a proxy in its network",
        "a browser that came past the proxy",
        "a neighbour of the proxy",
        "a proxy with an IPv6 address",
        "a proxy that is told as IPv6",
        "a proxy on a Unix socket",
        "a peer without an address",
        "nobody has an address",
        "no address in the header",
        "markup in the header",
        "with a port",
        "IPv6 with a port",
        "IPv6 in brackets",
    ],
)
def test_only_what_trusted_proxies_say_counts(
    settings: Any, count: int, networks: list[str], peer: str | None, forwarded_for: str, found: str | None
) -> None:
    settings.TRUSTED_PROXY_COUNT = count
    settings.TRUSTED_PROXIES = [ip_network(network) for network in networks]

    assert client_address(peer, forwarded_for) == found


def looked_from(client: Client, session: Session, **meta: str) -> str | None:
    client.get(f"/projects/acme/sessions/{session.public_id}/", **meta)  # type: ignore[arg-type]
    return AuditEvent.objects.latest("pk").address


def test_the_audit_trail_names_the_browser_behind_the_proxy(
    one_proxy: None, owner_client: Client, session: Session
) -> None:
    claimed = {"HTTP_X_FORWARDED_FOR": f"{CLAIMED}, {BROWSER}", "REMOTE_ADDR": PROXY}

    assert looked_from(owner_client, session, **claimed) == BROWSER


def test_without_a_proxy_the_header_is_ignored(owner_client: Client, session: Session) -> None:
    claimed = {"HTTP_X_FORWARDED_FOR": CLAIMED, "REMOTE_ADDR": BROWSER}

    assert looked_from(owner_client, session, **claimed) == BROWSER


def test_sign_ins_are_noted_with_the_same_address(one_proxy: None, client: Client, owner: User) -> None:
    client.post(
        reverse("account_login"),
        {"login": owner.email, "password": PASSWORD},
        HTTP_X_FORWARDED_FOR=f"{CLAIMED}, {BROWSER}",
        REMOTE_ADDR=PROXY,
    )

    assert AccountEvent.objects.get(verb=AccountEvent.Verb.SIGNED_IN).address == BROWSER


def test_sockets_are_noted_with_the_same_address(one_proxy: None) -> None:
    """A proxy may add a line of its own below the one that came."""
    lines = [(b"x-forwarded-for", CLAIMED.encode()), (b"x-forwarded-for", BROWSER.encode())]

    credentials = Credentials.of({"headers": lines, "client": (PROXY, 40000)})

    assert credentials.address == BROWSER
