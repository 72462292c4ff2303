"""A live timeline that is built without the lines it has, and given them back, is the one of all its records."""

from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from observability.timeline import as_json, build
from observability.timeline.dedupe import unique
from observability.timeline.growing import Growing, growing_of, with_lines
from observability.timeline.rejoining import Rejoined, rejoined
from observability.timeline.snapshot import growth_as_json
from observability.timeline.told_lines import told_lines
from tests.captured import RUNS
from tests.timeline.sessions import LIVE, batches_of, child, log, span, without_reports
from tests.timeline.test_growing import BEGUN, TURN, Batch, anew

FAILED = log("it broke", 210, severity=17)
CALL = child(TURN, "llm_node", 300, 400, status={"code": 2, "message": "no"})


def begun(batches: Sequence[Batch]) -> Growing | None:
    records = unique(batches)
    timeline = build([records], context=LIVE)
    return growing_of(timeline, told_lines(timeline.logs, records))


def joined(growing: Growing | None, *more: Batch) -> Rejoined | None:
    return rejoined(growing, more, context=LIVE) if growing else None


def put_together(before: dict[str, Any], rejoined: Rejoined) -> dict[str, Any]:
    assert rejoined.growing.told is not None
    come, turns = as_json(rejoined.timeline), rejoined.growing.told.turns
    lines = [{**line, "turn": turn} for line, turn in zip(before["logs"], turns, strict=False)]
    return {**come, "logs": lines + come["logs"]}


def step(
    growing: Growing | None, snapshot: dict[str, Any], before: Sequence[Batch], batch: Batch
) -> tuple[Growing | None, dict[str, Any]]:
    grown = with_lines(growing, [batch]) if growing else None
    if grown is not None:
        come = growth_as_json(grown)
        return grown, {**snapshot, **come, "logs": snapshot["logs"] + come["logs"]}
    again = joined(growing, batch)
    if again is not None:
        return again.growing, put_together(snapshot, again)
    return begun([*before, batch]), anew(*before, batch)


@pytest.mark.parametrize(
    "batch",
    [
        [span("agent_turn", 1000, 2000)],
        [CALL, log("later", 1000), log("failed to call", 1001, severity=17)],
        [span("user_turn", 150, 205, attributes={"lk.user_transcript": "and"})],
        [log("it broke again", 1000, severity=17)],
        [log("chat item", 900, scope="chat_history")],
    ],
)
def test_what_comes_is_as_if_all_had_been_built_anew(batch: Batch) -> None:
    before = [*BEGUN, [log("one", 205), FAILED, log("two", 215)]]

    again = joined(begun(before), batch)

    assert again is not None
    assert put_together(anew(*before), again) == anew(*before, batch)


@pytest.mark.parametrize("run", RUNS)
def test_captured_sessions_are_the_same_after_each_upload(run: str) -> None:
    before: list[Batch] = []
    growing: Growing | None = None
    snapshot: dict[str, Any] = {}
    for batch in batches_of(run):
        growing, snapshot = step(growing, snapshot, before, batch)
        before.append(batch)

        assert snapshot == anew(*before)


@pytest.mark.parametrize("run", RUNS)
@settings(max_examples=2)
@given(seed=st.integers(0, 2**32))
def test_captured_sessions_are_the_same_in_any_order_and_with_repetitions(run: str, seed: int) -> None:
    rng = Random(seed)
    batches = without_reports(run)
    batches = rng.sample(batches * 2, len(batches) * 2)
    growing, snapshot = begun([]), anew()
    for number, batch in enumerate(batches):
        growing, snapshot = step(growing, snapshot, batches[:number], batch)

        if number % 8 == 0 or number == len(batches) - 1:
            assert snapshot == anew(*batches[: number + 1])


@pytest.mark.parametrize(
    ("what", "batch"),
    [
        ("a line that is late", [span("llm_node", 300, 301), log("late", 150)]),
        ("an earlier beginning", [span("job_entrypoint", -500, -400)]),
        ("another job", [span("llm_node", 300, 301, job_id="AJ_2")]),
        ("the agent's name", [span("llm_node", 300, 301, attributes={"lk.agent_name": "front desk"})]),
    ],
)
def test_what_may_change_lines_is_not_joined(what: str, batch: Batch) -> None:
    assert joined(begun(BEGUN), batch) is None, what


def test_a_name_that_only_a_line_told_is_not_lost() -> None:
    before: list[Batch] = [*BEGUN, [log("x", 300, attributes={"lk.agent_name": "front desk"})]]

    assert joined(begun(before), [span("llm_node", 300, 301)]) is None


def test_a_failure_that_is_told_more_often_than_before_is_not_joined() -> None:
    before: list[Batch] = [*BEGUN, [log("one", 205), FAILED]]

    assert joined(begun(before), [CALL, FAILED, FAILED]) is None
