"""A timeline is built once for all that show it, and anew as soon as anything it is made of has changed."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from types import SimpleNamespace
from uuid import uuid4

import pytest
from celery import signals

from observability.models import Recording, Session, Waveform
from observability.queries import records
from observability.queries.kept import FOR_A_PAGE_NS, FOR_A_READER_NS, Kept, KeptTimelines
from observability.queries.records import timeline_of, timeline_read_of
from observability.timeline import build
from observability.timeline.completeness import LATE_NS
from observability.timeline.context import SessionContext
from observability.timeline.model import Timeline
from tests.retention.erasing import erase_session
from tests.sending import logs, spans


def only_session() -> Session:
    return Session.objects.get()


def test_the_same_state_is_built_once(agent, project):
    agent.send("traces", spans("user_turn"))

    assert timeline_of(only_session()) is timeline_of(only_session())


def test_what_scripts_read_through_does_not_stay_in_memory(agent, project, monkeypatch):
    monkeypatch.setattr(records, "_kept", KeptTimelines(1_000))
    now_ns = time.time_ns()
    for number in range(3):
        agent.send("traces", spans("user_turn", job=f"AJ_{number}", room=f"RM_{number}"))

    for number, session in enumerate(sessions := list(Session.objects.order_by("pk"))):
        clock = SimpleNamespace(time_ns=lambda number=number: now_ns + number * (FOR_A_READER_NS + 1))
        monkeypatch.setattr(records, "time", clock)
        assert timeline_read_of(session) is timeline_read_of(session)

    assert list(records._kept.by_session) == [sessions[-1].public_id]


def test_processes_of_a_separate_worker_keep_none(agent, project, monkeypatch):
    monkeypatch.setattr(records, "_kept", KeptTimelines(1_000))
    signals.worker_process_init.send(None)
    agent.send("traces", spans("user_turn"))

    assert timeline_of(only_session()) is not timeline_of(only_session())
    assert records._kept.by_session == {}


@pytest.mark.parametrize(
    "row",
    [
        {"status": "lost"},
        {"end_signal": "recording"},
        {"ended_ns": 1_795_336_559_000_000_000},
        {"discarded": {"logs": 3}},
        {"switched_off": ["audio"]},
        {"is_redacted": True},
    ],
    ids=lambda row: next(iter(row)),
)
def test_a_change_of_the_row_is_another_state(agent, project, row):
    agent.send("traces", spans("user_turn"))
    before = timeline_of(only_session())

    Session.objects.update(**row)

    assert timeline_of(only_session()) is not before


def test_an_upload_shows_at_once(agent, project):
    agent.send("traces", spans("user_turn"))
    timeline_of(only_session())

    agent.send("logs", logs("one more"))

    assert [line.body for line in timeline_of(only_session()).logs] == ["one more"]


def test_a_recording_and_what_was_heard_in_it_show_at_once(agent, project):
    agent.send("traces", spans("user_turn"))
    assert timeline_of(only_session()).recording is None

    recording = Recording.objects.create(
        session=only_session(), revision=1, size_bytes=1, start_ns=1, duration_ms=5
    )
    unheard = timeline_of(only_session()).recording
    Waveform.objects.create(recording=recording, version=1, speech={"user": [[0, 3]], "agent": []})
    heard = timeline_of(only_session()).recording

    assert unheard is not None and unheard.heard is None
    assert heard is not None and heard.heard is not None


def test_what_is_expected_becomes_missing_by_the_clock(agent, project, monkeypatch):
    agent.send("traces", spans("job_entrypoint"))
    now_ns = time.time_ns()
    Session.objects.update(ended_ns=now_ns)
    assert timeline_of(only_session()).completeness["audio"].state == "expected"

    monkeypatch.setattr(records, "time", SimpleNamespace(time_ns=lambda: now_ns + LATE_NS))

    assert timeline_of(only_session()).completeness["audio"].state != "expected"


def test_the_oldest_goes_when_there_are_too_many_records():
    kept, sessions = KeptTimelines(max_records=5), [uuid4() for _ in range(3)]

    for session in sessions:
        kept.put(session, of_records(2))

    assert list(kept.by_session) == sessions[1:]


def test_one_that_is_too_large_is_not_kept():
    kept = KeptTimelines(max_records=5)

    kept.put(uuid4(), of_records(6))

    assert list(kept.by_session) == []


@pytest.mark.parametrize("keep_ns", [FOR_A_PAGE_NS, FOR_A_READER_NS])
def test_one_that_nobody_asks_for_goes(keep_ns):
    kept, (wanted, left_alone) = KeptTimelines(max_records=5), [uuid4() for _ in range(2)]

    for session, at_ns in [(left_alone, 1), (wanted, 2), (wanted, keep_ns + 2)]:
        kept.get(session, "facts", at_ns, lambda: of_records(1), keep_ns)

    assert list(kept.by_session) == [wanted]


def test_one_that_a_page_has_asked_for_stays_whoever_else_reads_it():
    kept, (looked_at, another) = KeptTimelines(max_records=5), [uuid4() for _ in range(2)]

    kept.get(looked_at, "facts", 1, lambda: of_records(1), FOR_A_PAGE_NS)
    kept.get(looked_at, "newer facts", 2, lambda: of_records(1), FOR_A_READER_NS)
    kept.get(another, "facts", FOR_A_PAGE_NS, lambda: of_records(1), FOR_A_READER_NS)

    assert looked_at in kept.by_session


def test_one_of_an_erased_session_goes_with_it(agent, project):
    agent.send("traces", spans("user_turn"))
    session = only_session()
    timeline_of(session)

    erase_session(session)

    assert session.public_id not in records._kept.by_session


def test_who_needs_one_that_is_being_built_waits_for_it():
    kept, session, built = KeptTimelines(max_records=5), uuid4(), []

    def build_slowly() -> Kept:
        time.sleep(0.05)
        built.append(of_records(1))
        return built[-1]

    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(kept.get, session, "facts", 1, build_slowly) for _ in range(4)]

    assert {id(each.result()) for each in asked} == {id(built[0])}
    assert len(built) == 1


def test_what_is_made_of_a_timeline_is_made_once_and_may_need_another_thing():
    kept, made = of_records(1), []

    def make(timeline: Timeline) -> str:
        made.append(kept.once("part", lambda _: "part"))
        return "whole"

    assert [kept.once("whole", make), kept.once("whole", make)] == ["whole", "whole"]
    assert made == ["part"]


def of_records(count: int) -> Kept:
    empty = build([], context=SessionContext())
    return Kept(replace(empty, logs=(None,) * count), "facts")  # type: ignore[arg-type]  # only counted
