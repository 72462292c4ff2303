import gzip
import json

from django.test import Client
from django.urls import reverse

from observability.live.reading import SessionReading
from observability.models import Session
from observability.pages.snapshot import DRAWN
from tests.pages.lasting_desk import desk, front_desk, lasting_acme, owner, project, teammate
from tests.pages.reading import session_args

__all__ = ["desk", "front_desk", "lasting_acme", "owner", "project", "teammate"]

ADDRESS = "observability:session-snapshot"


def test_the_timeline_gets_what_it_draws_and_nothing_else(owner_client: Client, front_desk: Session) -> None:
    frame = owner_client.get(reverse(ADDRESS, args=session_args(front_desk))).json()

    timeline = frame["snapshot"]["timeline"]
    assert tuple(timeline) == DRAWN
    assert (len(timeline["turns"]), len(timeline["spans"]), len(timeline["logs"])) == (15, 270, 29)
    assert "attributes" not in timeline["logs"][0]


def test_it_has_the_version_that_the_socket_goes_on_from(owner_client: Client, front_desk: Session) -> None:
    frame = owner_client.get(reverse(ADDRESS, args=session_args(front_desk))).json()

    reading = SessionReading.of(front_desk.project, front_desk.public_id)
    assert (frame["type"], frame["version"]) == ("snapshot", reading.renewed(None, frozenset()).version)


def test_it_is_compressed_for_those_who_take_it(owner_client: Client, front_desk: Session) -> None:
    address = reverse(ADDRESS, args=session_args(front_desk))

    plain = owner_client.get(address)
    packed = owner_client.get(address, headers={"Accept-Encoding": "gzip"})

    assert packed["Content-Encoding"] == "gzip"
    assert json.loads(gzip.decompress(packed.content)) == plain.json()
    assert len(packed.content) * 5 < len(plain.content)
    assert owner_client.get(address, headers={"Accept-Encoding": "gzip;q=0"}).content == plain.content


def test_a_snapshot_is_kept_by_nobody_on_the_way(owner_client: Client, front_desk: Session) -> None:
    response = owner_client.get(reverse(ADDRESS, args=session_args(front_desk)))

    assert response["Cache-Control"] == "private, no-store"
