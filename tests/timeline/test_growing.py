"""Lines of the log are added to a live timeline as if it had been built anew, or not at all."""

from collections.abc import Iterable, Sequence
from typing import Any

import pytest

from observability.records import Record
from observability.timeline import as_json, build
from observability.timeline.growing import Growing, growing_of, with_lines
from observability.timeline.snapshot import growth_as_json
from tests.captured import RUNS
from tests.timeline.sessions import LIVE, at, child, log, span, without_reports

Batch = Sequence[Record]

AGENT = span("start_agent_activity", 0, 10, attributes={"lk.agent_label": "desk"})
TURN = span("user_turn", 100, 900, attributes={"lk.user_transcript": "hello"})
BEGUN: list[Batch] = [[AGENT, TURN, child(TURN, "user_speaking", 100, 800)], [log("ready", 200)]]


def grown(batches: Sequence[Batch], *more: Batch) -> Growing | None:
    growing = growing_of(build(batches, context=LIVE))
    return with_lines(growing, more) if growing else None


def anew(*batches: Iterable[Record]) -> dict[str, Any]:
    return as_json(build(batches, context=LIVE))


def put_together(before: dict[str, Any], growing: Growing) -> dict[str, Any]:
    come = growth_as_json(growing)
    return {**before, **come, "logs": before["logs"] + come["logs"]}


def test_a_line_is_added_as_if_all_had_been_built_anew() -> None:
    line = [log("in the turn", 300, span_id=TURN["span_id"])]

    growing = grown(BEGUN, line)

    assert growing is not None
    assert put_together(anew(*BEGUN), growing) == anew(*BEGUN, line)


def test_lines_can_be_added_again_and_again() -> None:
    lines: list[Batch] = [[log(f"line {n}", 1000 + n), log("tick", 1000 + n)] for n in range(3)]
    snapshot, growing = anew(*BEGUN), growing_of(build(BEGUN, context=LIVE))

    for batch in lines:
        growing = with_lines(growing, [batch]) if growing else None
        assert growing is not None
        snapshot = put_together(snapshot, growing)

    assert snapshot == anew(*BEGUN, *lines)


@pytest.mark.parametrize("run", RUNS)
def test_captured_sessions_grow_as_they_are_built(run: str) -> None:
    batches = without_reports(run)
    growing: Growing | None = None
    snapshot: dict[str, Any] = {}
    for number, batch in enumerate(batches):
        growing = with_lines(growing, [batch]) if growing else None
        built = build(batches[: number + 1], context=LIVE)
        snapshot = put_together(snapshot, growing) if growing else as_json(built)

        assert snapshot == as_json(built)
        growing = growing or growing_of(built)


def test_most_uploads_of_a_captured_session_are_only_added() -> None:
    batches = [batch for batch in without_reports("python/1.8.9_full") if batch]
    of_lines = [n for n, batch in enumerate(batches) if {record["signal"] for record in batch} == {"log"}]

    added = [n for n in of_lines if grown(batches[:n], batches[n])]

    assert len(added) > 0.6 * len(of_lines)


@pytest.mark.parametrize(
    ("what", "batch"),
    [
        ("nothing", []),
        ("a span", [log("x", 1000), span("llm_node", 1000, 1001)]),
        ("a failure", [log("it broke", 1000, severity=17)]),
        ("a line that is late", [log("late", 150)]),
        ("the same line again", [log("ready", 200)]),
        ("an item of the conversation", [log("chat item", 1000, scope="chat_history")]),
        ("another job", [log("x", 1000, job_id="AJ_2")]),
        ("a wish for redaction", [log("x", 1000, attributes={"lk.redaction.enabled": True})]),
        ("a simulation", [log("x", 1000, attributes={"lk.simulation.enabled": True})]),
        ("the agent's name", [log("x", 1000, attributes={"lk.agent_name": "front desk"})]),
        ("the SDK's release", [log("session report", 1000, attributes={"sdk_version": "1.8.9"})]),
    ],
)
def test_what_may_change_more_is_not_added(what: str, batch: Batch) -> None:
    assert grown(BEGUN, batch) is None, what


def test_lines_of_several_uploads_are_put_in_order() -> None:
    later, sooner = [log("later", 2000)], [log("sooner", 1000)]

    growing = grown(BEGUN, later, sooner)

    assert growing is not None
    assert [line.body for line in growing.new_lines] == ["sooner", "later"]
    assert growing.latest_line_ns == at(2000)


def test_a_line_from_before_the_beginning_is_not_added() -> None:
    untimed = log("never timed", time_ns=0, observed_ns=0)

    assert grown([BEGUN[0], [untimed]], [log("early", -500)]) is None
