"""A session is the same session wherever it lies: in the journal, sealed, or imported from its zip."""

from datetime import timedelta

import pytest
from django.utils import timezone

from observability.journal.seal import seal_session
from observability.models import Session
from observability.sessions.groups import Group
from observability.sessions.keep import keep
from observability.sessions.life import lose_silent_sessions
from tests.captured import RUNS
from tests.imports.conftest import by_kind, session_of, take_in, timeline_of
from tests.ops.working import run_all_jobs


def worked_on(session):
    """As after a while: workers have heard the recording, and silence has ended what nothing else did."""
    lose_silent_sessions(timezone.now() + timedelta(hours=1))
    run_all_jobs()
    return Session.objects.get(pk=session.pk)


@pytest.mark.parametrize("run", RUNS)
def test_timeline_is_the_same_before_sealing_after_it_and_from_the_zip(replay, zip_of, other_project, run):
    session = worked_on(replay(run))
    before, records = timeline_of(session), by_kind(session)
    early = zip_of(session)
    assert seal_session(session.pk)
    late = zip_of(session)
    assert timeline_of(session) == before

    [outcome] = take_in(other_project, early)
    again = worked_on(session_of(outcome))

    assert (outcome.state, outcome.rejected) == ("imported", 0)
    assert (by_kind(again), again.discarded) == (records, session.discarded)
    assert timeline_of(again) == before
    [repeated] = take_in(other_project, late)
    assert (repeated.state, repeated.records) == ("already-here", 0)
    assert seal_session(again.pk)
    assert timeline_of(again) == before


def test_what_only_the_session_knew_comes_along(replay, zip_of, other_project):
    """Its end, its switches, what was wrong with its uploads, and where its chat items stood."""
    session = replay("python/1.8.9_full", requests=40)
    Session.objects.filter(pk=session.pk).update(
        status="ended",
        end_signal="job_shutdown",
        ended_ns=1_795_336_999_123_456_789,
        switched_off=["audio"],
        discarded={"audio": 1},
        part_problems={"chat_history": "chat_history broke off after 7 bytes."},
    )
    before = timeline_of(session)

    again = session_of(take_in(other_project, zip_of(Session.objects.get(pk=session.pk)))[0])

    assert (again.ended_ns, again.end_signal) == (1_795_336_999_123_456_789, "job_shutdown")
    assert timeline_of(again).completeness == before.completeness
    assert again.part_problems == {"chat_history": "chat_history broke off after 7 bytes."}


def test_chat_items_stand_where_they_stood(replay, zip_of, other_project):
    """A second upload of the same history began with other items, so places are taken twice."""
    session = replay("python/1.8.9_second_session")
    history = [
        {"id": f"item_{name}", "type": "message", "role": "user", "content": [name]}
        for name in ("x", "y", "z")
    ]
    records = [
        {"signal": "chat_item", "job_id": session.job_id, "room_id": "RM_q", "position": place, "item": item}
        for place, item in zip((0, 5, 3), history, strict=True)
    ]
    keep(
        session.project,
        "recording",
        [Group(session.job_id, session.room_id, records)],
        body_digest=b"again",
        now=timezone.now(),
    )
    before = timeline_of(session)

    again = session_of(take_in(other_project, zip_of(Session.objects.get(pk=session.pk)))[0])

    assert by_kind(again)["chat_item"] == by_kind(session)["chat_item"]
    assert timeline_of(again).transcript == before.transcript
