"""Whatever changes, and however it comes: applying all events ends where the server is."""

import tracemalloc
from functools import cache
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observability.live.changes import changed, size_of, taken_apart, version_of
from tests.captured import RUNS
from tests.live.applying import applied
from tests.live.contract import batches_of, body_after, frames_of

NAMES = st.sampled_from("abcdefgh")
LISTS = st.lists(st.fixed_dictionaries({"id": NAMES, "cursor": st.integers(0, 2)}), max_size=9)
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)
BODIES = st.fixed_dictionaries(
    {
        "sessions": LISTS,
        "timeline": st.dictionaries(st.sampled_from(["states", "head", "session"]), JSON_VALUES, max_size=3),
    }
)


def after(before: Any, then: Any) -> Any:
    change = changed(taken_apart(before), taken_apart(then))
    return before if change is None else applied(before, orjson.loads(orjson.dumps(change)))


@given(before=LISTS, then=LISTS)
def test_any_list_becomes_any_other(before: list[Any], then: list[Any]) -> None:
    assert after({"sessions": before}, {"sessions": then}) == {"sessions": then}


@given(before=BODIES, then=BODIES)
def test_any_body_becomes_any_other(before: Any, then: Any) -> None:
    assert after(before, then) == then


def test_one_item_that_moves_far_is_the_only_one_sent() -> None:
    items = [{"id": str(n)} for n in range(100)]

    change = changed(taken_apart({"sessions": items}), taken_apart({"sessions": [items[-1], *items[:-1]]}))

    assert change is not None
    assert orjson.loads(orjson.dumps(change)) == {
        "in": {"sessions": {"splice": [[0, 0, {"id": "99"}], [100, 1]]}}
    }


def test_neighbouring_changes_are_one_splice() -> None:
    before = [{"id": str(n), "cursor": 0} for n in range(9)]
    then = [{**item, "cursor": int(3 <= n < 6)} for n, item in enumerate(before)]

    change: Any = changed(taken_apart({"sessions": before}), taken_apart({"sessions": then}))

    assert [splice[:2] for splice in change["in"]["sessions"]["splice"]] == [[3, 3]]


def test_the_same_content_has_the_same_version_everywhere() -> None:
    assert version_of(taken_apart({"sessions": [{"id": "a"}], "live": 1}), 7) == "7-742f26e80f8b9c39"


@cache
def uploads(run: str) -> list[Any]:
    return batches_of(run)


@pytest.mark.parametrize("run", [run for run in RUNS if "crash" not in run])
@settings(max_examples=4)
@given(data=st.data())
def test_any_split_of_a_session_ends_in_its_snapshot(run: str, data: st.DataObject) -> None:
    batches = uploads(run)
    steps = sorted(data.draw(st.sets(st.integers(1, len(batches)), max_size=7)) | {1, len(batches)})
    order = data.draw(st.permutations(batches)) if data.draw(st.booleans()) else batches
    bodies = [body_after(order[:step], cursor=step) for step in steps]

    state = bodies[0]
    for frame in frames_of(bodies):
        is_whole = frame["type"] == "snapshot"
        state = frame["snapshot"] if is_whole else applied(state, frame["changes"])

    assert state == bodies[-1]


def test_a_snapshot_taken_apart_takes_little_more_than_its_text() -> None:
    body = {"spans": [{"trace_id": "t", "span_id": str(n)} for n in range(5000)]}
    tracemalloc.start()

    taken = taken_apart(body)

    held_bytes, _peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held_bytes < 10 * size_of(taken)
