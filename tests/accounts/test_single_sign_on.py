"""Single sign-on with a real provider on another port, in a browser that knows cookies and redirects."""

import re
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from html import unescape
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

import pytest
from allauth.socialaccount.models import SocialAccount
from django.utils import timezone

from accounts.models import AccountEvent, User
from projects.invitations import invite, revoke_invitation
from projects.models import Invitation, Project, Role
from tests.accounts.issuer import CLIENT_ID, CLIENT_SECRET, Issuer, issuing
from tests.live.servers import Server, free_port, running

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = {"sub": "1234", "email": "owner@acme.example", "email_verified": True, "name": "Olivia Owner"}


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    with issuing(dict(PERSON)) as issuer:
        yield issuer


def settings_for(issuer: Issuer, **others: str) -> dict[str, str]:
    return {
        "OIDC_ISSUER": issuer.url,
        "OIDC_CLIENT_ID": CLIENT_ID,
        "OIDC_CLIENT_SECRET": CLIENT_SECRET,
        "OIDC_NAME": "Acme ID",
        **others,
    }


@contextmanager
def signing_on(issuer: Issuer, **others: str) -> Iterator["Browser"]:
    with ExitStack() as stack:
        server = stack.enter_context(running(free_port(), **settings_for(issuer, **others)))
        yield Browser(server)


class Browser:
    def __init__(self, server: Server) -> None:
        self.server = server
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))

    def get(self, path: str) -> Any:
        with self.opener.open(self.server.url + path) as answer:
            return answer.geturl(), answer.read().decode()

    def press(self, button: str) -> str:
        """The form of the sign-in page that has this button, as it stands."""
        _, html = self.get("/account/login/")
        form = next(each for each in re.findall(r"<form.*?</form>", html, re.DOTALL) if button in each)
        action = re.search(r'action="([^"]+)"', form)
        token = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', form)
        assert action and token
        filled = urlencode({"csrfmiddlewaretoken": token[1]}).encode()
        url = self.server.url + unescape(action[1])
        page = self.page_at(Request(url, filled))
        onward = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', page)
        return self.page_at(Request(unescape(onward[1]))) if onward else page

    def page_at(self, request: Request) -> str:
        try:
            with self.opener.open(request) as answer:
                return str(answer.read().decode())
        except HTTPError as refused:
            return str(refused.read().decode())

    def is_signed_in(self) -> bool:
        return "/account/login/" not in self.get("/")[0]


def test_whom_an_operator_made_is_let_in_by_their_verified_address(issuer: Issuer, owner: User) -> None:
    with signing_on(issuer) as browser:
        browser.press("Continue with Acme ID")

        assert browser.is_signed_in()
    assert SocialAccount.objects.get().user == owner
    assert AccountEvent.objects.filter(user=owner, verb="account.signed_in").exists()


def test_an_address_that_the_provider_does_not_vouch_for_opens_nobodys_account(
    issuer: Issuer, owner: User
) -> None:
    issuer.person["email_verified"] = False

    with signing_on(issuer) as browser:
        browser.press("Continue with Acme ID")

        assert not browser.is_signed_in()
    assert not SocialAccount.objects.exists()


def test_a_person_who_is_not_here_is_made_only_where_that_is_set(issuer: Issuer) -> None:
    with signing_on(issuer) as browser:
        page = browser.press("Continue with Acme ID")
        assert "Accounts are made by invitation" in page
    assert not User.objects.exists()

    with signing_on(issuer, OIDC_SIGN_UP="on") as browser:
        browser.press("Continue with Acme ID")
        assert browser.is_signed_in()
    made = User.objects.get()
    assert (made.email, made.name, made.has_usable_password()) == (
        "owner@acme.example",
        "Olivia Owner",
        False,
    )


def test_an_invitation_makes_an_account_for_its_address(
    issuer: Issuer, project: Project, owner: User
) -> None:
    issuer.person.update(email="new@acme.example", name="Nina New")
    link = f"/invitations/{invite(project, 'New@acme.example', Role.VIEWER, by=owner).secret}/"

    with signing_on(issuer) as browser:
        browser.get(link)
        browser.press("Continue with Acme ID")

        assert browser.is_signed_in()
    assert User.objects.filter(email="new@acme.example").exists()


@pytest.mark.parametrize("end", ["for another", "revoked", "expired"])
def test_an_invitation_for_another_address_or_that_has_ended_makes_none(
    issuer: Issuer, project: Project, owner: User, end: str
) -> None:
    issuer.person.update(email="new@acme.example", name="Nina New")
    email = "else@acme.example" if end == "for another" else "new@acme.example"
    made = invite(project, email, Role.VIEWER, by=owner)

    with signing_on(issuer) as browser:
        browser.get(f"/invitations/{made.secret}/")
        if end == "revoked":
            revoke_invitation(made.row)
        if end == "expired":
            Invitation.objects.update(expires_at=timezone.now())
        page = browser.press("Continue with Acme ID")

        assert "Accounts are made by invitation" in page
        assert not browser.is_signed_in()
    assert not User.objects.filter(email="new@acme.example").exists()


def test_who_says_no_at_the_provider_is_told_so(issuer: Issuer, owner: User) -> None:
    issuer.refuses = True

    with signing_on(issuer) as browser:
        page = browser.press("Continue with Acme ID")

    assert "Sign-in cancelled" in page


def test_a_provider_that_is_down_breaks_nothing_else(issuer: Issuer, owner: User) -> None:
    gone = {"OIDC_ISSUER": f"http://127.0.0.1:{free_port()}"}

    with signing_on(issuer, **gone) as browser:
        page = browser.press("Continue with Acme ID")

        assert "Single sign-on failed" in page
        assert "Forgot" in browser.get("/account/login/")[1]
