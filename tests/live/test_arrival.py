"""What an agent sends arrives before whoever looks, and all of them see what the database holds."""

import random
import threading
import time
from typing import Any

import pytest
from django.utils import timezone

from observability.models import Recording, Session
from projects.models import AccessToken
from tests.captured import CapturedRequest, captured_exports
from tests.live.conftest import Eyes, LiveAgent, bearer, only_session, send_captured, timeline_of
from tests.live.servers import Server
from tests.live.viewer import EVENTUALLY_S, Viewer
from tests.sending import logs, spans

RUN = "python/1.8.9_no_room_sid"


def names_in(snapshot: Any) -> set[str]:
    return {span["name"] for span in snapshot["timeline"]["spans"]}


def test_an_upload_arrives_at_an_open_page(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    agent.send("traces", spans("user_turn"))
    viewer = eyes.see(only_session(), owners_browser)
    viewer.until(lambda snapshot: names_in(snapshot) == {"user_turn"})

    agent.send("traces", spans("llm_node", first_id=2))

    assert names_in(viewer.until(lambda snapshot: snapshot["cursor"] == 2)) == {"user_turn", "llm_node"}


def test_the_first_frames_are_a_beat_and_the_apis_snapshot(
    agent: LiveAgent, eyes: Eyes, server: Server, read_token: Any
) -> None:
    agent.send("traces", spans("user_turn", "llm_node"))
    session = only_session()

    viewer = eyes.see(session, bearer(read_token))
    viewer.until(lambda _: True)

    assert viewer.kinds() == ["beat", "snapshot"]
    assert viewer.snapshot == timeline_of(server, session, read_token.secret)


def test_a_large_snapshot_comes_compressed_and_is_the_same(
    agent: LiveAgent, eyes: Eyes, server: Server, read_token: Any
) -> None:
    agent.send("logs", logs(*[f"line {n}" for n in range(400)]))
    session = only_session()

    viewer = eyes.see(session, bearer(read_token))

    assert viewer.until(lambda _: True) == timeline_of(server, session, read_token.secret)
    assert viewer.binary_frames == 1


@pytest.mark.parametrize("seed", range(3))
def test_viewers_of_uploads_in_any_order_all_see_what_the_api_says(
    agent: LiveAgent, eyes: Eyes, server: Server, read_token: Any, seed: int
) -> None:
    chance = random.Random(seed)
    requests = captured_exports(RUN)[:]
    chance.shuffle(requests)
    send_captured(agent, requests[0])
    session = Session.objects.get(job_id__gt="")
    early = eyes.see(session, bearer(read_token))
    early.until(lambda _: True)
    senders = [
        threading.Thread(target=send_all, args=(agent, part)) for part in (requests[1::2], requests[2::2])
    ]

    for sender in senders:
        sender.start()
    late = eyes.see(session, bearer(read_token))
    for sender in senders:
        sender.join()

    for viewer in (early, late):
        until_same(viewer, server, session, read_token)


def send_all(agent: LiveAgent, requests: list[CapturedRequest]) -> None:
    for request in requests:
        send_captured(agent, request)


def until_same(viewer: Viewer, server: Server, session: Session, read_token: Any) -> None:
    deadline = time.monotonic() + EVENTUALLY_S
    while viewer.snapshot != (wanted := timeline_of(server, session, read_token.secret)):
        assert time.monotonic() < deadline, (viewer.version, wanted["cursor"])
        viewer.next_frame()


def test_a_reader_who_comes_back_goes_on_where_it_was(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    agent.send("traces", spans("user_turn"))
    first = eyes.see(only_session(), owners_browser)
    first.until(lambda _: True)

    again = eyes.see(only_session(), owners_browser, first.version)
    again.version, again.snapshot = first.version, first.snapshot
    agent.send("logs", logs(*["a line that is long enough"] * 2))
    again.until(lambda snapshot: snapshot["cursor"] == 2)

    assert again.snapshot == first.until(lambda snapshot: snapshot["cursor"] == 2)
    assert [kind for kind in again.kinds() if kind != "beat"] == [
        kind for kind in first.kinds() if kind != "beat"
    ][1:]


@pytest.mark.parametrize("version", ["1", "1-0000000000000000", "99-abc", "\n", "x" * 3000])
def test_a_reader_with_an_unknown_cursor_gets_a_snapshot(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str], version: str
) -> None:
    agent.send("traces", spans("user_turn"))

    viewer = eyes.see(only_session(), owners_browser, version)
    viewer.until(lambda _: True)

    assert viewer.kinds() == ["beat", "snapshot"]


def test_a_change_of_status_arrives_without_an_upload(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    agent.send("traces", spans("user_turn"))
    viewer = eyes.see(only_session(), owners_browser)
    viewer.until(lambda _: True)

    Session.objects.update(status=Session.Status.LOST)

    viewer.until(lambda snapshot: snapshot["timeline"]["session"]["status"] == "lost")


def test_a_recording_arrives_and_later_its_length(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]
) -> None:
    agent.send("traces", spans("user_turn"))
    session = only_session()
    viewer = eyes.see(session, owners_browser)
    viewer.until(lambda snapshot: snapshot["timeline"]["recording"] is None)

    recording = Recording.objects.create(
        session=session,
        revision=1,
        sha256="0" * 64,
        size_bytes=1,
        name="a",
        place=Recording.Place.SPOOL,
        start_ns=1,
    )
    viewer.until(lambda snapshot: (snapshot["timeline"]["recording"] or {}).get("present"))
    Recording.objects.filter(pk=recording.pk).update(duration_ms=1234)

    viewer.until(lambda snapshot: snapshot["timeline"]["recording"]["duration_ms"] == 1234)


def test_a_lost_hint_heals(agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str]) -> None:
    agent.send("traces", spans("user_turn"))
    viewer = eyes.see(only_session(), owners_browser)
    viewer.until(lambda _: True)

    keep_silently(agent, "llm_node")

    viewer.until(lambda snapshot: "llm_node" in names_in(snapshot))


def keep_silently(agent: LiveAgent, name: str) -> None:
    """Commits as an upload does, and tells nobody."""
    from observability.ingest.telemetry import LIMITS
    from observability.otlp.decode import decode
    from observability.sessions.groups import group_by_job
    from observability.sessions.keep import keep
    from projects.models import Project

    records = decode("traces", spans(name, first_id=9), "application/x-protobuf", LIMITS).records
    keep(
        Project.objects.get(slug="acme"),
        "traces",
        group_by_job(records),
        body_digest=b"x" * 32,
        now=timezone.now(),
    )


def test_looking_is_in_the_audit_trail_once(
    agent: LiveAgent, eyes: Eyes, owners_browser: dict[str, str], read_token: Any
) -> None:
    agent.send("traces", spans("user_turn"))
    session = only_session()

    for headers in (owners_browser, owners_browser, bearer(read_token)):
        eyes.see(session, headers).until(lambda _: True)

    events = session.project.audit_events.filter(verb="session.viewed", target=str(session.public_id))
    assert sorted((str(each.actor), each.token_id) for each in events) == [
        ("None", AccessToken.objects.get().pk),
        ("owner@acme.example", None),
    ]
