"""What holds for any record and for real sessions: redaction never fails, leaks no name, costs no measure."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from observability.livekit.privacy import Switches, permitted
from observability.otlp.decode import decode
from observability.records import Record
from tests.captured import RUNS, captured_exports
from tests.livekit.privacy_records import (
    CANARY,
    CONTENT_NAMES,
    IDENTITIES,
    PHONE,
    TOLD,
    chat_item,
    chat_log,
    header,
    log,
    metric,
    redacted,
    span,
    stored,
)
from tests.otlp.messages import LIMITS

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.sampled_from([TOLD, '{"pii": [', "[[[[", "\ud800"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from([*CONTENT_NAMES, "$kvlist", "$bytes", "error", "message", "phone", "x"]),
            inner,
            max_size=3,
        )
        | inner.map(json.dumps)
    ),
    max_leaves=8,
)
NAMES = st.sampled_from(
    [*CONTENT_NAMES, *IDENTITIES, "chat.item", "error", "stack", "phone", "evaluation", "x"]
)
ATTRIBUTES = st.dictionaries(NAMES, VALUES, max_size=4) | VALUES
SWITCHES = st.builds(Switches, *[st.booleans()] * 5)


@given(ATTRIBUTES, VALUES, SWITCHES)
def test_no_content_of_a_record_makes_it_fail(attributes: Any, value: Any, switches: Switches) -> None:
    records = [
        span(
            attributes,
            name=value,
            status=value,
            events=[value, {"name": value, "attributes": attributes}],
            links=value,
        ),
        span(events=value, scope=value, resource=value, repeated=[("a", value), value]),
        log(value, attributes),
        chat_log(value),
        log("evaluation", attributes, scope="evaluations"),
        metric(attributes, details=value),
        chat_item(value),
        header(session_summary=value, room_name=value, room_tags=value),
    ]

    result = permitted(records, switches)

    assert len(result.records) + sum(result.discarded.values()) - result.discarded.get("redacted", 0) == len(
        records
    )
    json.dumps(result.records)


@pytest.mark.parametrize("name", ["message", "error", "content", "$kvlist", "[]"])
def test_values_nested_deeper_than_any_stack_are_hidden(name: str) -> None:
    deep: Any = {"text": CANARY}
    for _ in range(400):
        deep = [deep] if name == "[]" else {name: [["inner", deep]] if name == "$kvlist" else deep}

    assert CANARY not in stored(chat_item(deep), chat_log(deep), log(deep, {"error": deep, "x": deep}))


def test_json_nested_deeper_than_any_stack_is_hidden() -> None:
    assert CANARY not in stored(
        *[log("[" * depth + f'"{CANARY}"' + "]" * depth) for depth in (150, 900, 90_000)]
    )


def captured_records(run: str) -> list[Record]:
    requests = captured_exports(run)
    batches = [decode(request.signal, request.inflated, request.content_type, LIMITS) for request in requests]  # type: ignore[arg-type]
    return [record for batch in batches for record in batch.records]


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for inner in value.values() for text in texts_in(inner)]
    if isinstance(value, list):
        return [text for inner in value for text in texts_in(inner)]
    return [value] if isinstance(value, str) else []


def with_canaries(record: Any) -> Any:
    """The record with every content attribute's texts replaced by a canary, whatever its SDK calls it."""
    attributes = {
        name: CANARY if name in CONTENT_NAMES + IDENTITIES and texts_in(value) else value
        for name, value in record["attributes"].items()
    }
    for item in mapped(attributes.get("chat.item")):
        for field in {"content", "arguments", "output", "text", "args"} & item.keys():
            item[field] = TOLD
    events = [
        event | {"attributes": dict.fromkeys(event["attributes"], CANARY)}
        for event in record.get("events", [])
    ]
    content = [event for event in events if event["name"].startswith("gen_ai.")]
    return record | {"attributes": attributes} | ({"events": content} if "events" in record else {})


def mapped(item: Any) -> list[dict[str, Any]]:
    return [inner for inner in item.values() if isinstance(inner, dict)] if isinstance(item, dict) else []


@pytest.mark.parametrize("run", RUNS)
def test_of_a_real_session_no_canary_in_any_content_field_survives(run: str) -> None:
    records = [with_canaries(record) for record in captured_records(run)]

    hidden = stored(*records)

    assert CANARY not in hidden
    assert PHONE not in hidden
    assert "five five five" not in hidden


@pytest.mark.parametrize("run", RUNS)
def test_of_a_real_session_ids_times_and_measures_survive_redaction(run: str) -> None:
    records: list[Any] = captured_records(run)
    clean = redacted(*records)

    assert len(clean) == len(records)
    for name in (
        "signal",
        "job_id",
        "room_id",
        "trace_id",
        "span_id",
        "parent_span_id",
        "name",
        "start_ns",
        "time_ns",
    ):
        assert [record.get(name) for record in clean] == [record.get(name) for record in records]
    for name in (
        "lk.e2e_latency",
        "lk.speech_id",
        "lk.llm_metrics",
        "lk.tts_metrics",
        "lk.stt.events",
        "usage",
    ):
        assert [r["attributes"].get(name) for r in clean] == [r["attributes"].get(name) for r in records]
