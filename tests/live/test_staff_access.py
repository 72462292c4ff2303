"""An operator's open sockets end when the access that they were opened with does."""

from datetime import timedelta

from django.db.models.functions import Now
from django.test import Client

from observability.models import Session
from projects.models import AuditEvent, Project, StaffGrant
from projects.staff import begin_grant
from tests.live.conftest import Eyes, cookie_of
from tests.live.servers import Server
from tests.live.viewer import Viewer
from tests.people import SessionFactory, UserFactory, signed_in

NOT_FOUND = 4404
LIST = "/projects/acme/sessions/"


def looking(eyes: Eyes, acme: Project, server: Server) -> tuple[StaffGrant, list[Viewer]]:
    operator = UserFactory(is_staff=True)
    grant = begin_grant("acme", operator, reason="Support request 4711", minutes=60)
    browser = cookie_of(signed_in(operator), server)
    session = SessionFactory(project=acme, status=Session.Status.LIVE)
    viewers = [eyes.see(session, browser), eyes.look(LIST, **browser)]
    for viewer in viewers:
        viewer.until(lambda _: True)
    return grant, viewers


def test_an_admin_who_ends_it_closes_open_sockets(
    eyes: Eyes, acme: Project, server: Server, owner_client: Client
) -> None:
    grant, viewers = looking(eyes, acme, server)

    owner_client.post(f"/projects/acme/settings/operators/{grant.pk}/end/")

    assert [viewer.until_closed() for viewer in viewers] == [NOT_FOUND, NOT_FOUND]


def test_its_time_closes_open_sockets_by_itself(eyes: Eyes, acme: Project, server: Server) -> None:
    grant, viewers = looking(eyes, acme, server)

    StaffGrant.objects.filter(pk=grant.pk).update(until=Now() + timedelta(seconds=1))

    assert [viewer.until_closed() for viewer in viewers] == [NOT_FOUND, NOT_FOUND]


def test_sockets_alone_are_a_look_too(eyes: Eyes, acme: Project, server: Server) -> None:
    grant, _viewers = looking(eyes, acme, server)

    seen = AuditEvent.objects.filter(grant=grant).values_list("verb", flat=True)
    assert set(seen) == {"staff.granted", "session.viewed", "staff.looked"}


def test_an_operator_without_a_grant_is_closed_as_a_stranger(
    eyes: Eyes, acme: Project, server: Server
) -> None:
    browser = cookie_of(signed_in(UserFactory(is_staff=True)), server)
    session = SessionFactory(project=acme, status=Session.Status.LIVE)

    viewers = [eyes.see(session, browser), eyes.look(LIST, **browser)]

    assert [(viewer.until_closed(), viewer.frames) for viewer in viewers] == [(NOT_FOUND, [])] * 2
