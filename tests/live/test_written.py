"""Lists that are written with the help of the last time are written as without it."""

from collections.abc import Sequence

import pytest

from observability.live.changes import taken_apart
from observability.live.written import Written, rest_as_json, written_lists
from observability.records import Record
from observability.timeline import SessionContext, as_json, build
from tests.captured import RUNS
from tests.timeline.sessions import batches_of, child, span

LIVE = SessionContext(status="live")


@pytest.mark.parametrize("run", RUNS)
def test_after_each_upload_all_is_as_if_written_for_the_first_time(run: str) -> None:
    assert_written_alike(batches_of(run))


def assert_written_alike(batches: Sequence[Sequence[Record]]) -> None:
    written = None
    for count in range(1, len(batches) + 1):
        timeline = build(batches[:count], context=LIVE)
        lists, written = written_lists(timeline, written)

        assert {**taken_apart(rest_as_json(timeline)), **lists} == taken_apart(as_json(timeline))


def test_what_is_as_it_was_is_not_written_again() -> None:
    turn, other = span("agent_turn", 0, 100), span("own", 10)
    before, written = written_lists(build([[turn, other]], context=LIVE), None)

    after, _ = written_lists(build([[turn, other, child(turn, "llm_node", 20)]], context=LIVE), written)

    known = {id(raw) for raw in before["spans"].raw}
    assert [id(raw) in known for raw in after["spans"].raw] == [False, False, True]


def test_nothing_is_held_of_what_has_gone() -> None:
    _, written = written_lists(build([[span("own", 10), span("own", 20)]], context=LIVE), None)

    _, now = written_lists(build([[span("own", 10)]], context=LIVE), written)

    assert len(now.items) == 1


def test_all_is_written_anew_when_the_session_turns_out_to_have_begun_earlier() -> None:
    later = span("own", 10)
    _, written = written_lists(build([[later]], context=LIVE), Written(0, {}))
    timeline = build([[later, span("own", 0)]], context=LIVE)

    lists, _ = written_lists(timeline, written)

    assert lists["spans"] == taken_apart(as_json(timeline))["spans"]
