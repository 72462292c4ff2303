"""The pages of an account in a browser: passkeys under the strict policy, codes to copy, nothing for axe to find."""

from collections.abc import Iterator
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect

from accounts.models import User
from projects.models import Project
from tests.accounts.codes import code_of
from tests.accounts.issuer import issuing
from tests.accounts.test_single_sign_on import PERSON, settings_for
from tests.chromium.axe import Findings
from tests.live.servers import Server, free_port, running
from tests.people import PASSWORD

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.timeout(240),  # axe reads a dozen pages, in four ways each
]
KEY = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
"""A device of the browser's own, as Chromium's protocol makes it; its signatures are real."""


@pytest.fixture
def at(portal: Server) -> Any:
    """Passkeys need a name: browsers have none for the address 127.0.0.1."""
    return lambda name: portal.url.replace("127.0.0.1", "localhost") + reverse(name)


@pytest.fixture
def key_holder(page: Page) -> Iterator[Any]:
    line = page.context.new_cdp_session(page)
    line.send("WebAuthn.enable")
    line.send("WebAuthn.addVirtualAuthenticator", {"options": KEY})
    yield line
    line.detach()


def sign_in(page: Page, at: Any, user: User) -> None:
    page.goto(at("account_login"))
    page.get_by_label("Email").fill(user.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page: Page) -> None:
    page.get_by_role("button", name="Account menu").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def prove(page: Page) -> None:
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Confirm").click()


def add_passkey(page: Page, at: Any) -> None:
    page.goto(at("mfa_add_webauthn"))
    prove(page)
    page.get_by_label("Name").fill("My laptop")
    page.get_by_label("Sign in with it alone").check()
    page.get_by_role("button", name="Add it").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()


def test_a_passkey_signs_in_and_is_a_second_factor(
    page: Page, at: Any, key_holder: Any, owner: User, project: Project
) -> None:
    sign_in(page, at, owner)
    add_passkey(page, at)
    sign_out(page)

    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()
    sign_out(page)

    sign_in(page, at, owner)
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Use a passkey").click()
    expect(page.get_by_role("button", name="Account menu")).to_be_visible()


def test_whoever_has_no_passkey_is_told_that_none_was_used(
    page: Page, at: Any, key_holder: Any, owner: User, project: Project
) -> None:
    page.goto(at("account_login"))

    page.get_by_role("button", name="Use a passkey").click()

    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")


def test_at_an_address_that_is_no_name_no_passkey_is_offered(
    page: Page, portal: Server, owner: User, project: Project
) -> None:
    page.goto(portal.url + reverse("account_login"))

    expect(page.get_by_role("button", name="Sign in", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Use a passkey")).to_be_hidden()


def test_recovery_codes_are_copied_by_a_press(
    context: BrowserContext, page: Page, at: Any, key_holder: Any, owner: User, project: Project
) -> None:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    sign_in(page, at, owner)
    add_passkey(page, at)

    page.get_by_role("button", name="Copy the codes").click()

    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    codes = page.evaluate("navigator.clipboard.readText()").split()
    assert len(set(codes)) == 10


def test_single_sign_on_leads_to_the_provider_and_back(
    page: Page, portal: Server, owner: User, project: Project
) -> None:
    with (
        issuing(PERSON) as issuer,
        running(free_port(), LIVE_TEST_COLLECTED="1", **settings_for(issuer)) as server,
    ):
        page.goto(server.url + reverse("account_login"))
        page.get_by_role("button", name="Continue with Acme ID").click()

        expect(page.get_by_role("button", name="Account menu")).to_be_visible()


def test_the_way_in(page: Page, portal: Server, db: None) -> None:
    found = Findings(page)
    for name in ["account_signup", "account_reset_password_done", "account_email_verification_sent"]:
        page.goto(portal.url + reverse(name))
        found.look_at(name)

    assert found.grave == []


def test_the_pages_of_an_account(page: Page, at: Any, key_holder: Any, owner: User, project: Project) -> None:
    found = Findings(page)
    sign_in(page, at, owner)
    page.goto(at("mfa_activate_totp"))
    found.look_at("is it you?")
    prove(page)
    found.look_at("setting up an app")
    secret = page.locator("#totp-secret").inner_text()
    page.get_by_label("Authenticator code").fill(code_of(secret))
    page.get_by_role("button", name="Switch it on").click()
    expect(page.get_by_role("heading", name="Recovery codes", exact=True)).to_be_visible()
    found.look_at("recovery codes")
    for name in [
        "accounts:account-edit",
        "account_email",
        "account_change_password",
        "mfa_index",
        "mfa_add_webauthn",
        "mfa_deactivate_totp",
        "mfa_generate_recovery_codes",
        "usersessions_list",
        "account-delete",
    ]:
        page.goto(at(name))
        found.look_at(name)
    assert Authenticator.objects.count() == 2
    sign_out(page)
    sign_in(page, at, owner)
    found.look_at("the second step")

    assert found.grave == []
