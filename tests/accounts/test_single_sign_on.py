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
from tests.live.servers import Server, begin, end, free_port, running

pytestmark = pytest.mark.django_db(transaction=True)
PERSON = {"sub": "1234", "email": "owner@acme.example", "email_verified": True, "name": "Olivia Owner"}


@pytest.fixture(scope="module")
def provider() -> Iterator[Issuer]:
    with issuing(dict(PERSON)) as provider:
        yield provider


@pytest.fixture
def issuer(provider: Issuer) -> Issuer:
    """As it was at the beginning."""
    provider.person, provider.refuses = dict(PERSON), False
    return provider


@pytest.fixture(scope="module")
def server(provider: Issuer, django_db_setup: None, django_db_blocker: Any) -> Iterator[Server]:
    with django_db_blocker.unblock():
        begun = begin(free_port(), **settings_for(provider))
    yield begun
    end(begun)


@pytest.fixture
def visitor(issuer: Issuer, server: Server) -> "Browser":
    return Browser(server)


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


def test_whom_an_operator_made_is_let_in_by_their_verified_address(visitor: Browser, owner: User) -> None:
    visitor.press("Continue with Acme ID")

    assert visitor.is_signed_in()
    assert SocialAccount.objects.get().user == owner
    assert AccountEvent.objects.filter(user=owner, verb="account.signed_in").exists()


def test_an_address_that_the_provider_does_not_vouch_for_opens_nobodys_account(
    issuer: Issuer, visitor: Browser, owner: User
) -> None:
    issuer.person["email_verified"] = False

    visitor.press("Continue with Acme ID")

    assert not visitor.is_signed_in()
    assert not SocialAccount.objects.exists()


def test_a_person_who_is_not_here_is_made_only_where_that_is_set(issuer: Issuer, visitor: Browser) -> None:
    assert "Accounts are made by invitation" in visitor.press("Continue with Acme ID")
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
    issuer: Issuer, visitor: Browser, project: Project, owner: User
) -> None:
    issuer.person.update(email="new@acme.example", name="Nina New")
    link = f"/invitations/{invite(project, 'New@acme.example', Role.VIEWER, by=owner).secret}/"

    visitor.get(link)
    visitor.press("Continue with Acme ID")

    assert visitor.is_signed_in()
    assert User.objects.filter(email="new@acme.example").exists()


@pytest.mark.parametrize("ended", ["for another", "revoked", "expired"])
def test_an_invitation_for_another_address_or_that_has_ended_makes_none(
    issuer: Issuer, visitor: Browser, project: Project, owner: User, ended: str
) -> None:
    issuer.person.update(email="new@acme.example", name="Nina New")
    email = "else@acme.example" if ended == "for another" else "new@acme.example"
    made = invite(project, email, Role.VIEWER, by=owner)

    visitor.get(f"/invitations/{made.secret}/")
    if ended == "revoked":
        revoke_invitation(made.row)
    if ended == "expired":
        Invitation.objects.update(expires_at=timezone.now())

    assert "Accounts are made by invitation" in visitor.press("Continue with Acme ID")
    assert not visitor.is_signed_in()
    assert not User.objects.filter(email="new@acme.example").exists()


def test_who_says_no_at_the_provider_is_told_so(issuer: Issuer, visitor: Browser, owner: User) -> None:
    issuer.refuses = True

    assert "Sign-in cancelled" in visitor.press("Continue with Acme ID")


def test_a_provider_that_is_down_breaks_nothing_else(issuer: Issuer, owner: User) -> None:
    gone = {"OIDC_ISSUER": f"http://127.0.0.1:{free_port()}"}

    with signing_on(issuer, **gone) as browser:
        page = browser.press("Continue with Acme ID")

        assert "Single sign-on failed" in page
        assert "Forgot" in browser.get("/account/login/")[1]
