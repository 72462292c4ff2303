"""Who may look, and how soon that ends."""

import uuid
from collections.abc import Callable
from datetime import timedelta
from http.client import HTTPConnection
from typing import Any

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session as BrowserSession
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from websockets.exceptions import InvalidStatus

from accounts.models import User
from observability.models import Session
from observability.retention.delete import delete_session
from projects.leaving import delete_account
from projects.models import AccessToken, Membership, Project
from tests.live.conftest import Eyes, bearer, cookie_of
from tests.live.servers import Server
from tests.live.viewer import EVENTUALLY_S
from tests.people import SessionFactory

NOT_SIGNED_IN, NOT_FOUND, TOO_MANY = 4401, 4404, 4429
LIST = "/projects/acme/sessions/"


@pytest.fixture
def running(acme: Project) -> Session:
    return SessionFactory(project=acme, status=Session.Status.LIVE)


@pytest.mark.parametrize("kind", ["list", "session"])
def test_a_stranger_is_closed_as_for_what_never_was(
    eyes: Eyes, running: Session, stranger_client: Client, server: Server, other_project: Project, kind: str
) -> None:
    browser = cookie_of(stranger_client, server)
    own_id = {"list": "", "session": f"{running.public_id}/"}[kind]
    paths = [
        LIST + own_id,
        "/projects/never-was/sessions/" + own_id,
        f"/projects/acme/sessions/{uuid.uuid4()}/",
        f"/projects/other/sessions/{running.public_id}/",
        f"/projects/other/sessions/{uuid.uuid4()}/",
        "/nothing/here/",
    ]

    viewers = [eyes.look(path, **browser) for path in paths]

    assert [(viewer.until_closed(), viewer.frames) for viewer in viewers] == [(NOT_FOUND, [])] * len(paths)


def test_a_member_of_nothing_learns_nothing_of_a_token_either(
    eyes: Eyes, running: Session, read_token: Any, other_project: Project
) -> None:
    viewers = [
        eyes.look(path, **bearer(read_token))
        for path in ("/projects/other/sessions/", "/projects/never-was/sessions/")
    ]

    assert [viewer.until_closed() for viewer in viewers] == [NOT_FOUND, NOT_FOUND]


@pytest.mark.parametrize(
    "headers",
    [{}, {"Cookie": "sessionid=unknown"}, {"Cookie": "sessionid="}, {"Authorization": "Bearer ph_wrong"}],
    ids=["nothing", "unknown session", "empty session", "wrong token"],
)
def test_somebody_unknown_is_told_to_sign_in(
    eyes: Eyes, running: Session, server: Server, headers: dict[str, str]
) -> None:
    viewer = eyes.look(LIST, Origin=server.url, **headers)

    assert (viewer.until_closed(), viewer.frames) == (NOT_SIGNED_IN, [])


@pytest.mark.parametrize(
    "origin",
    [
        "http://evil.example",
        "http://localhost:{other}",
        "http://127.0.0.1:{other}",
        "https://127.0.0.1:{port}",
        "http://127.0.0.1.evil.example:{port}",
        "null",
        "",
    ],
)
def test_another_sites_page_gets_no_socket(
    eyes: Eyes, running: Session, owners_browser: dict[str, str], server: Server, origin: str
) -> None:
    foreign = origin.format(port=server.port, other=server.port + 1)

    with pytest.raises(InvalidStatus) as refused:
        eyes.look(LIST, **{**owners_browser, "Origin": foreign})

    assert refused.value.response.status_code == 403


def test_a_cookie_without_an_origin_is_refused(
    eyes: Eyes, running: Session, owners_browser: dict[str, str]
) -> None:
    with pytest.raises(InvalidStatus):
        eyes.look(LIST, Cookie=owners_browser["Cookie"])


def test_a_host_that_is_not_ours_makes_no_origin_ours(
    eyes: Eyes, running: Session, owners_browser: dict[str, str]
) -> None:
    rebound = {"Host": "evil.example", "Origin": "http://evil.example"}

    with pytest.raises(InvalidStatus):
        eyes.look(LIST, **{**owners_browser, **rebound})


def lose_membership(owner: User) -> None:
    Membership.objects.filter(user=owner).delete()


def sign_out(owner: User) -> None:
    BrowserSession.objects.all().delete()


def sign_out_elsewhere(owner: User) -> None:
    """On the page of sign-ins of another browser, which knows the others by their requests for pages."""
    note_seen(owner)
    other = Client()
    other.force_login(owner)
    other.post(reverse("usersessions_list"))


def note_seen(owner: User) -> None:
    for browser in BrowserSession.objects.all():
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = browser.session_key
        client.get("/")


def delete_their_account(owner: User) -> None:
    Project.objects.update(deleted_at=timezone.now())
    delete_account(owner)


def let_session_expire(owner: User) -> None:
    BrowserSession.objects.update(expire_date=timezone.now() - timedelta(seconds=1))


def change_password(owner: User) -> None:
    owner.set_password("another one entirely")
    owner.save()


def be_deactivated(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)


@pytest.mark.parametrize(
    ("lose", "code"),
    [
        (lose_membership, NOT_FOUND),
        (sign_out, NOT_SIGNED_IN),
        (sign_out_elsewhere, NOT_SIGNED_IN),
        (delete_their_account, NOT_SIGNED_IN),
        (let_session_expire, NOT_SIGNED_IN),
        (change_password, NOT_SIGNED_IN),
        (be_deactivated, NOT_SIGNED_IN),
    ],
)
def test_losing_access_closes_open_sockets(
    eyes: Eyes,
    running: Session,
    owner: User,
    owners_browser: dict[str, str],
    lose: Callable[[User], None],
    code: int,
) -> None:
    viewers = [eyes.see(running, owners_browser), eyes.look(LIST, **owners_browser)]
    for viewer in viewers:
        viewer.until(lambda _: True)

    lose(owner)

    assert [viewer.until_closed() for viewer in viewers] == [code, code]


def test_a_revoked_token_closes_its_sockets(eyes: Eyes, running: Session, read_token: Any) -> None:
    viewer = eyes.see(running, bearer(read_token))
    viewer.until(lambda _: True)

    AccessToken.objects.update(revoked_at=timezone.now())

    assert viewer.until_closed() == NOT_SIGNED_IN


@pytest.mark.parametrize("end", ["delete", "expire"])
def test_a_session_that_goes_closes_its_sockets(
    eyes: Eyes, running: Session, owners_browser: dict[str, str], end: str
) -> None:
    viewer = eyes.see(running, owners_browser)
    viewer.until(lambda _: True)

    if end == "delete":
        running.delete()
    else:
        Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    assert viewer.until_closed() == NOT_FOUND


def test_a_session_that_has_expired_opens_no_socket(
    eyes: Eyes, running: Session, owners_browser: dict[str, str]
) -> None:
    Session.objects.update(expires_at=timezone.now() - timedelta(seconds=1))

    viewer = eyes.see(running, owners_browser)

    assert (viewer.until_closed(), viewer.frames) == (NOT_FOUND, [])


def test_a_session_that_is_deleted_leaves_the_open_list(
    eyes: Eyes, running: Session, owners_browser: dict[str, str]
) -> None:
    viewer = eyes.look(LIST, **owners_browser)
    viewer.until(lambda list_: bool(list_["sessions"]))

    delete_session(running)

    viewer.until(lambda list_: list_["sessions"] == [])


def test_nobody_opens_more_than_twenty_sockets(eyes: Eyes, running: Session, read_token: Any) -> None:
    for _ in range(20):
        eyes.look(LIST, **bearer(read_token)).until(lambda _: True)

    assert eyes.look(LIST, **bearer(read_token)).until_closed() == TOO_MANY

    eyes.opened[0].close()
    assert eventually_admitted(eyes, read_token)


def eventually_admitted(eyes: Eyes, read_token: Any) -> bool:
    """The server learns of the closed one in its own time."""
    for _ in range(50):
        viewer = eyes.look(LIST, **bearer(read_token))
        if viewer.first_kind() == "beat":
            return True
    return False


def test_an_upload_that_asks_for_a_websocket_is_answered(server: Server) -> None:
    line = HTTPConnection("127.0.0.1", server.port, timeout=EVENTUALLY_S)
    headers = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "x"}

    line.request("POST", "/p/acme/observability/traces/otlp/v0", b"{}", headers)

    assert line.getresponse().status in {400, 401}  # 400 if its body comes apart from its head
    line.close()
