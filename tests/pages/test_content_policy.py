"""Whatever a page holds, nothing in it runs that is not a file of this server."""

import pytest
from django.test import Client
from django.urls import reverse

from observability.models import Session
from tests.pages.reading import session_args


@pytest.fixture
def policies(client: Client, owner_client: Client, session: Session) -> dict[str, dict[str, str]]:
    pages = {
        "sign-in": client.get(reverse("account_login")),
        "nothing here": client.get("/no-such-page/"),
        "account": owner_client.get(reverse("accounts:account-edit")),
        "list": owner_client.get(reverse("observability:session-list", args=["acme"])),
        "session": owner_client.get(reverse("observability:session-show", args=session_args(session))),
        "connect": owner_client.get(reverse("observability:connect", args=["acme"])),
        "keys": owner_client.get(reverse("projects:key-list", args=["acme"])),
        "privacy": owner_client.get(reverse("projects:privacy-edit", args=["acme"])),
    }
    return {name: directives(answer.headers["Content-Security-Policy"]) for name, answer in pages.items()}


def directives(policy: str) -> dict[str, str]:
    return {name: rest for name, _, rest in (part.strip().partition(" ") for part in policy.split(";"))}


def test_no_page_lets_anything_run_that_stands_in_it(policies: dict[str, dict[str, str]]) -> None:
    for page, policy in policies.items():
        assert "unsafe" not in str(policy), page
        assert policy["default-src"] == policy["base-uri"] == policy["frame-ancestors"] == "'none'", page
        assert (
            policy["script-src"].split()[0] == policy["connect-src"] == policy["form-action"] == "'self'"
        ), page


def test_no_page_lets_its_scripts_make_markup_out_of_text(policies: dict[str, dict[str, str]]) -> None:
    for page, policy in policies.items():
        assert policy["require-trusted-types-for"] == "'script'", page
        assert policy["trusted-types"] == "default", page


def test_pages_by_the_scripts_of_others_keep_all_but_that(client: Client, db: None) -> None:
    for address in ["/api/docs/", "/admin/login/"]:
        policy = directives(client.get(address).headers["Content-Security-Policy"])

        assert "trusted-types" not in policy and "unsafe" not in str(policy)
        assert policy["script-src"].split()[0] == "'self'"
