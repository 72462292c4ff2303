"""Whatever a sender puts under the names we know, a timeline is built of it, and everything told of that is right.

All promises are tried on the same sessions, because to draw one takes many times as long as to try them.
"""

import json
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from observability.livekit.identity import revelations
from observability.livekit.kept_spans import kept
from observability.records import Record
from observability.timeline import SessionContext, as_json, build, details_as_json, span_details
from tests.live.test_written import assert_written_alike
from tests.timeline.anything import BATCHES, CONTEXTS, LOGS
from tests.timeline.sessions import LIVE, child, log
from tests.timeline.test_growing import BEGUN, TURN, Batch, anew, grown, put_together
from tests.timeline.test_rejoining import FAILED, begun, step

LINES = st.lists(st.lists(LOGS, max_size=4), max_size=4)
MORE = st.lists(BATCHES | st.just([[log("tick", 9000)]]), max_size=3)


@settings(max_examples=300)
@given(batches=BATCHES, more=MORE, lines=LINES, context=CONTEXTS, is_begun=st.booleans())
def test_whatever_comes_is_told_rightly(
    batches: list[Batch], more: list[list[Batch]], lines: list[Batch], context: SessionContext, is_begun: bool
) -> None:
    later = [batch for some in more for batch in some]

    assert_nothing_fails([*batches, *later], context)
    assert_sent_twice_changes_nothing(batches)
    assert_kept_spans_are_enough(batches)
    assert_written_alike(batches)
    assert_added_rightly_or_not_at_all([*(BEGUN if is_begun else ()), *batches], [*filter(None, lines)])
    assert_joined_rightly_or_not_at_all([*BEGUN, [FAILED], *batches], later)
    assert_joined_rightly_or_not_at_all(BEGUN, with_spans_between(lines))


def assert_nothing_fails(batches: Sequence[Batch], context: SessionContext) -> None:
    json.dumps(as_json(build(batches, context=context)), allow_nan=False)
    for batch in batches:
        revelations(batch)
    spans = [record for batch in batches for record in batch if record["signal"] == "span"]
    for span in spans:
        json.dumps(details_as_json(span_details(span, spans)), allow_nan=False)


def assert_sent_twice_changes_nothing(batches: Sequence[Batch]) -> None:
    once = as_json(build(batches, context=SessionContext()))

    assert as_json(build([*batches, *batches], context=SessionContext())) == once


def assert_kept_spans_are_enough(batches: Sequence[Batch]) -> None:
    records: list[Record] = [record for batch in batches for record in batch]

    assert as_json(build([kept(records)], context=LIVE)) == as_json(build([records], context=LIVE))


def assert_added_rightly_or_not_at_all(before: Sequence[Batch], lines: Sequence[Batch]) -> None:
    growing = grown(before, *lines)

    if growing is not None:
        assert put_together(anew(*before), growing) == anew(*before, *lines)


def assert_joined_rightly_or_not_at_all(before: Sequence[Batch], later: Sequence[Batch]) -> None:
    growing, snapshot = begun(before), anew(*before)
    for number, batch in enumerate(later, start=1):
        growing, snapshot = step(growing, snapshot, [*before, *later[: number - 1]], batch)

        assert snapshot == anew(*before, *later[:number])


def with_spans_between(lines: Sequence[Batch]) -> list[Batch]:
    spans = ([child(TURN, "llm_node", 300 + number, 400)] for number in range(len(lines)))
    return [batch for both in zip(lines, spans, strict=True) for batch in both]
