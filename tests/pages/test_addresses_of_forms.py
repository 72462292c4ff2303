"""Addresses that only forms send to: whoever opens one, from the history or after signing in again, gets its page."""

import re

import pytest
from django.test import Client

from observability.models import Session
from projects.models import ApiKey, Project
from tests.access.table import TABLE

SETTINGS = "/projects/acme/settings/"
PAGES = {
    "name/": SETTINGS,
    "address/": SETTINGS,
    "leave/": SETTINGS,
    "members/1/role/": f"{SETTINGS}members/",
    "members/1/remove/": f"{SETTINGS}members/",
    "invitations/create/": f"{SETTINGS}members/",
    "invitations/1/resend/": f"{SETTINGS}members/",
    "invitations/1/revoke/": f"{SETTINGS}members/",
    "keys/register/": f"{SETTINGS}keys/",
    "keys/generate/": f"{SETTINGS}keys/",
    "keys/1/revoke/": f"{SETTINGS}keys/",
    "tokens/create/": f"{SETTINGS}keys/",
    "tokens/1/revoke/": f"{SETTINGS}keys/",
    "operators/1/end/": f"{SETTINGS}operators/",
}
SESSIONS = "/projects/acme/sessions/"
OF_SESSIONS = ["views/", "views/1/rename/", "views/1/delete/", "../downloads/"]


@pytest.mark.parametrize("address", PAGES)
def test_of_settings(owner_client: Client, project: Project, address: str) -> None:
    response = owner_client.get(SETTINGS + address, follow=True)

    assert (response.redirect_chain, response.status_code) == ([(PAGES[address], 302)], 200)


@pytest.mark.parametrize("address", OF_SESSIONS)
def test_of_the_list_of_sessions(owner_client: Client, project: Project, address: str) -> None:
    path = "/projects/acme/downloads/" if address.startswith("..") else SESSIONS + address

    assert owner_client.get(path)["Location"] == SESSIONS


def test_of_a_session(owner_client: Client, session: Session) -> None:
    page = f"{SESSIONS}{session.public_id}/"

    assert owner_client.get(f"{page}try-again/")["Location"] == page


def test_of_the_account_and_of_operators(owner_client: Client, admin_client: Client) -> None:
    assert owner_client.get("/account/sign-ins/1/end/")["Location"] == "/account/sessions/"
    assert admin_client.get("/system/access/")["Location"] == "/system/"
    assert admin_client.get("/system/access/1/end/")["Location"] == "/system/"


def test_none_was_forgotten() -> None:
    of_settings = [route.partition("settings/")[2] for route, row in TABLE.items() if row.method == "POST"]

    assert {re.sub(r"<[^>]+>", "1", route) for route in of_settings if route} == set(PAGES)


def test_after_the_session_ran_out_signing_in_leads_to_the_page_and_nothing_is_made(
    client: Client, api_key: ApiKey
) -> None:
    response = client.get(f"{SETTINGS}keys/generate/", follow=True)

    assert response.redirect_chain[-1][0] == f"/account/login/?next={SETTINGS}keys/"
    assert ApiKey.objects.count() == 1


def test_strangers_learn_nothing_of_it(
    stranger_client: Client, other_project: Project, project: Project
) -> None:
    here, nowhere = (
        stranger_client.get(f"/projects/{slug}/settings/keys/generate/", follow=True)
        for slug in ("acme", "never")
    )

    assert here.status_code == nowhere.status_code == 404


def test_other_methods_are_refused(owner_client: Client, project: Project) -> None:
    assert owner_client.put(f"{SETTINGS}keys/generate/").status_code == 405
