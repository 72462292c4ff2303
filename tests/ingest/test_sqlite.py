"""The shorter way by which SQLite counts a batch. Not collected elsewhere (conftest.py)."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from hypothesis import given, settings
from hypothesis import strategies as st

from config.statements import run
from observability.journal.append import ADVANCE_SESSION, COUNT_ONLY, COUNTED, advance
from observability.journal.news import SESSION_TABLE, NewBatch, News, told
from observability.models import Session

NAMES = st.sampled_from(["", "a", "b"])
NS = st.none() | st.integers(1, 5)
AT = "2026-11-28 12:00:00"

ROWS = st.fixed_dictionaries(
    {
        **dict.fromkeys(["room_name", "agent_name", "participant", "sdk_version"], NAMES),
        "end_signal": st.sampled_from(["", "recording"]),
        "status": st.sampled_from(Session.Status.values),
        **dict.fromkeys(["started_ns", "ended_ns"], NS),
        **dict.fromkeys(["is_simulated", "is_redacted", "has_news", "is_named", "is_sealed"], st.booleans()),
    }
)
NEWS = st.builds(
    News,
    room_name=NAMES,
    agent_name=NAMES,
    participant=NAMES,
    sdk_version=NAMES,
    end_signal=st.sampled_from(["", "recording"]),
    started_ns=NS,
    ended_ns=NS,
    is_simulated=st.booleans(),
    is_redacted=st.booleans(),
    errors=st.integers(0, 1),
)


def parameters(session: Session, news: News) -> dict[str, Any]:
    batch = NewBatch("traces", b"", b"", {"span": 2}, datetime.now(UTC))
    return {"seq": 7, "id": session.pk, **told(batch, news), "received_at": AT}


@given(row=ROWS, news=NEWS)
@settings(max_examples=200)
def test_a_session_learns_the_same_on_either_way(session, row, news):
    def learnt_by(way: Any) -> dict[str, Any]:
        Session.objects.filter(pk=session.pk).update(**row, cursor=6, span_count=3, error_count=1)
        way(parameters(session, news))
        return Session.objects.filter(pk=session.pk).values().get()

    assert learnt_by(advance) == learnt_by(lambda values: run(ADVANCE_SESSION, values))


def test_a_batch_that_tells_nothing_new_takes_the_shorter_way(session):
    run(ADVANCE_SESSION, parameters(session, News(room_id="RM_1", agent_name="desk")))

    for news in [News(), News(room_id="RM_1", agent_name="desk", ended_ns=5)]:
        assert run(COUNT_ONLY, parameters(session, news)).rowcount == 1
    assert run(COUNT_ONLY, parameters(session, News(participant="caller"))).rowcount == 0


@pytest.mark.django_db
def test_no_index_has_a_column_that_every_batch_changes():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = %s", [SESSION_TABLE]
        )
        indexes = {name: sql or "" for name, sql in cursor.fetchall()}

    assert len(indexes) > 10
    assert [
        (name, column) for name, sql in indexes.items() for column in COUNTED if f'"{column}"' in sql
    ] == []
