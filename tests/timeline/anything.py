"""Whatever a sender puts under the names we know, as hypothesis draws it."""

from hypothesis import strategies as st

from observability.timeline import SessionContext
from observability.timeline.lanes import LANES
from tests.timeline.sessions import T0, batches_of

VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=20)
    | st.sampled_from(
        ["[]", "{}", '{"items": [1, {"type": "message"}]}', '[{"parts": 5}]', "[1e999, NaN]", "true"]
    )
    | st.sampled_from([{"$double": "NaN"}, {"$bytes": "AA=="}, {"$kvlist": [["a", 1], ["a", 2]]}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=6,
)


def _names_in_captures():
    spans = (
        r
        for b in batches_of("python/1.8.9_full") + batches_of("python/1.5.1")
        for r in b
        if r["signal"] == "span"
    )
    return sorted({key for one in spans for key in one["attributes"]})


NAMES = [
    *_names_in_captures(),
    "lk.input.delta",
    "lk.input.base_span_id",
    "lk.input.dropped_from_base",
    "lk.realtime_model_metrics",
    "lk.redaction.enabled",
    "lk.simulation.enabled",
]
TIMES = st.sampled_from([0, 1, T0, T0 + 10**9, T0 + 2 * 10**9, 2**63 - 1])
IDS = st.sampled_from(["", "a" * 16, "b" * 16, "c" * 16, "d" * 16])
ATTRIBUTES = st.dictionaries(st.sampled_from(NAMES), VALUES, max_size=8)
EVENT_NAMES = [
    "generation",
    "preemptive_generation_discarded",
    "exception",
    "user_state_changed",
    "gen_ai.choice",
]
EVENTS = st.fixed_dictionaries(
    {
        "name": st.sampled_from([*EVENT_NAMES, "gen_ai.tool.message"]),
        "time_ns": TIMES,
        "attributes": ATTRIBUTES,
    }
)
SPANS = st.fixed_dictionaries(
    {
        "signal": st.just("span"),
        "job_id": st.sampled_from(["", "AJ_1"]),
        "room_id": st.just("RM_1"),
        "trace_id": st.just("e" * 32),
        "span_id": IDS,
        "parent_span_id": IDS,
        "name": st.sampled_from([*LANES, "own"]),
        "kind": st.just(1),
        "start_ns": TIMES,
        "end_ns": TIMES,
        "status": st.fixed_dictionaries({"code": st.sampled_from([0, 2]), "message": st.just("m")}),
        "events": st.lists(EVENTS, max_size=3),
        "links": st.just([]),
        "attributes": ATTRIBUTES,
        "scope": st.just({}),
        "resource": st.sampled_from(
            [{}, {"attributes": {"telemetry.sdk.language": "nodejs"}}, {"attributes": {}}]
        ),
    }
)
REPORT_NAMES = [
    "chat.item",
    "evaluation",
    "tag",
    "outcome",
    "session.options",
    "usage",
    "session.tags",
    "speech_id",
    "error",
]
LOGS = st.fixed_dictionaries(
    {
        "signal": st.just("log"),
        "job_id": st.just("AJ_1"),
        "room_id": st.just(""),
        "time_ns": TIMES,
        "observed_ns": TIMES,
        "severity_number": st.integers(0, 24),
        "severity_text": st.just(""),
        "body": st.sampled_from(["session report", "chat item", "evaluation", "tag", "outcome"]) | VALUES,
        "trace_id": st.just(""),
        "span_id": IDS,
        "attributes": st.dictionaries(
            st.sampled_from(REPORT_NAMES),
            VALUES | st.dictionaries(st.sampled_from(["message", "x"]), VALUES),
            max_size=5,
        ),
        "scope": st.sampled_from(
            [{"name": "chat_history"}, {"name": "evaluations", "attributes": {"room": 5}}, {}]
        ),
        "resource": st.just({}),
    }
)
ITEM_NAMES = [
    "id",
    "type",
    "role",
    "content",
    "metrics",
    "created_at",
    "call_id",
    "name",
    "output",
    "is_error",
    "new_agent_id",
]
ITEMS = st.fixed_dictionaries(
    {
        "signal": st.just("chat_item"),
        "job_id": st.just("AJ_1"),
        "room_id": st.just(""),
        "position": st.integers(0, 5),
        "item": st.dictionaries(
            st.sampled_from(ITEM_NAMES),
            VALUES | st.sampled_from(["message", "user", "assistant", "function_call", "agent_handoff"]),
            max_size=6,
        ),
    }
)
POINTS = st.fixed_dictionaries(
    {
        "signal": st.just("metric"),
        "job_id": st.just(""),
        "room_id": st.just(""),
        "name": st.sampled_from(["lk.agents.usage.llm_input_tokens", "lk.agents.usage.", "m"]),
        "kind": st.sampled_from(["sum", "histogram", "gauge"]),
        "start_ns": TIMES,
        "time_ns": TIMES,
        "value": VALUES,
        "sum": VALUES,
        "min": VALUES,
        "attributes": ATTRIBUTES,
        "scope": st.just({}),
        "resource": st.just({}),
    }
)
HEADERS = st.fixed_dictionaries(
    {
        "signal": st.just("recording_header"),
        "job_id": st.just(""),
        "room_id": st.just(""),
        "start_ns": TIMES,
        "session_summary": st.sampled_from(
            ["", "[]", '{"errors": {"llm": "x"}, "usage": [1], "timestamp": []}', "{"]
        ),
    }
)
BATCHES = st.lists(st.lists(SPANS | SPANS | SPANS | LOGS | ITEMS | POINTS | HEADERS, max_size=8), max_size=3)
CONTEXTS = st.sampled_from(
    [SessionContext(), SessionContext(status="live"), SessionContext(status="lost", now_ns=T0)]
)
