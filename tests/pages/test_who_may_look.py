import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from observability.models import Session
from projects.models import AuditEvent, Project
from tests.pages.reading import HTMX, words
from tests.people import PASSWORD

VIEWERS = [
    "observability:session-list",
    "observability:session-rows",
    "observability:connect",
    "observability:connect-check",
    "observability:session-import",
    "projects:general-show",
    "projects:member-list",
]
OF_A_SESSION = [
    "session-show",
    "session-refresh",
    "session-snapshot",
    "session-search",
    "session-lines",
    "session-metrics",
    "span-list",
    "log-list",
]
ADMINS = [
    "projects:key-list",
    "projects:privacy-edit",
    "projects:plan-show",
    "projects:trail-show",
    "projects:trail-export",
]
CHANGES = [
    "projects:key-register",
    "projects:key-generate",
    "projects:token-create",
    "projects:project-rename",
    "projects:slug-change",
    "projects:invitation-create",
]


def addresses(session: Session) -> list[str]:
    of_session = [reverse(f"observability:{name}", args=["acme", session.public_id]) for name in OF_A_SESSION]
    records = [
        reverse("observability:span-show", args=["acme", session.public_id, "a" * 32, "b" * 16]),
        reverse("observability:log-show", args=["acme", session.public_id, "c" * 10]),
        reverse("observability:turn-show", args=["acme", session.public_id, 1]),
        reverse("observability:raw-show", args=["acme", session.public_id, "span-0"]),
    ]
    downloads = [
        reverse(f"observability:{name}", args=["acme", session.public_id])
        for name in ("download-state", "download-file")
    ]
    return [*downloads, *(reverse(name, args=["acme"]) for name in VIEWERS + ADMINS), *of_session, *records]


def test_a_stranger_gets_the_same_404_as_for_a_project_that_never_was(
    stranger_client: Client, other_project: Project, session: Session
) -> None:
    for address in addresses(session):
        theirs = stranger_client.get(address)
        nowhere = stranger_client.get(address.replace("/acme/", "/no-such-project/"))

        assert (theirs.status_code, words(theirs)) == (404, words(nowhere)), address


def test_nobody_in_particular_is_sent_to_sign_in_and_back(client: Client, session: Session) -> None:
    for address in addresses(session):
        assert client.get(address).headers["Location"] == f"{reverse('account_login')}?next={address}"


def test_a_part_of_a_page_sends_the_whole_page_to_sign_in(client: Client, project: Project) -> None:
    page = reverse("observability:session-list", args=["acme"])

    response = client.get(
        reverse("observability:session-rows", args=["acme"]),
        headers=HTMX | {"HX-Current-URL": f"http://testserver{page}"},
    )

    assert response.headers["HX-Redirect"] == f"{reverse('account_login')}?next={page}"


def test_whoever_signs_in_from_a_part_of_a_page_comes_back_to_all_that_it_was_filtered_by(
    client: Client, owner: User, project: Project
) -> None:
    page = reverse("observability:session-list", args=["acme"]) + "?agent=front-desk&errors=yes"
    part = client.get(
        reverse("observability:session-rows", args=["acme"]),
        headers=HTMX | {"HX-Current-URL": f"http://testserver{page}"},
    )

    response = client.post(part.headers["HX-Redirect"], {"login": owner.email, "password": PASSWORD})

    assert response.headers["Location"] == page


@pytest.mark.parametrize("name", ADMINS)
def test_settings_are_for_admins(teammate_client: Client, project: Project, name: str) -> None:
    assert teammate_client.get(reverse(name, args=["acme"])).status_code == 404


@pytest.mark.parametrize("name", CHANGES)
def test_changes_are_for_admins_and_by_post_only(
    teammate_client: Client, owner_client: Client, project: Project, name: str
) -> None:
    assert teammate_client.post(reverse(name, args=["acme"]), {"name": "x"}).status_code == 404
    looked = owner_client.get(reverse(name, args=["acme"]))
    assert (looked.status_code, AuditEvent.objects.count()) == (302, 0)


def test_settings_offer_each_what_is_theirs(
    teammate_client: Client, owner_client: Client, project: Project
) -> None:
    """Everybody finds the project's members and the way out of it."""
    address = reverse("projects:general-show", args=["acme"])

    assert "Data and privacy" in words(owner_client.get(address))
    theirs = words(teammate_client.get(address))
    assert "Members" in theirs
    assert "Leave the project" in theirs
    assert "Data and privacy" not in theirs
    assert "Danger zone" not in theirs
