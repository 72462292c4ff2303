"""Spans that are kept for a live session say what they said when they came."""

import pytest

from observability.livekit.kept_spans import kept
from observability.livekit.model_spans import model_request
from observability.timeline import as_json, build
from tests.captured import RUNS
from tests.timeline.sessions import LIVE, batches_of, span


@pytest.mark.parametrize("run", RUNS)
def test_a_captured_session_is_the_same_of_kept_spans_as_often_as_it_is_built(run: str) -> None:
    records = [record for batch in batches_of(run) for record in batch]
    spans = [*kept(records)]

    snapshots = [as_json(build([some], context=LIVE)) for some in (records, spans, spans)]

    assert snapshots[1] == snapshots[2] == snapshots[0]


def test_a_kept_span_is_without_the_conversation_that_was_sent_with_it() -> None:
    attributes = {"gen_ai.input.messages": "[]", "lk.pii.chat_ctx": "{}", "gen_ai.request.model": "small"}
    messages = [{"name": name, "time_ns": 1, "attributes": {}} for name in ("gen_ai.choice", "exception")]

    (record,) = kept([span("llm_request", attributes=attributes, events=messages)])

    assert record["signal"] == "span"
    assert record["attributes"] == {"gen_ai.request.model": "small"}
    assert [event["name"] for event in record["events"]] == ["exception"]


def test_a_kept_span_is_read_anew_in_another_language() -> None:
    (record,) = kept([span("llm_request", attributes={"lk.llm_metrics": '{"duration": 2}'})])
    assert record["signal"] == "span"

    read = [model_request(record, language).duration_ms for language in ("python", "node", "python")]

    assert read == [2000.0, 2.0, 2000.0]


def test_spans_without_an_id_are_told_apart_by_all_that_they_say() -> None:
    nameless = [span("own", span_id="", attributes={"lk.chat_ctx": said}) for said in ("a", "b")]

    assert [*kept(nameless)] == nameless
