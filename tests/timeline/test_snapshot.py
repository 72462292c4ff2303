import json

from observability.timeline import SessionContext, as_json, build
from tests.timeline.sessions import ENDED, LIVE, T0, at, built, header, log, span, timeline_of


def test_times_are_milliseconds_since_the_sessions_start():
    snapshot = as_json(built(span("a", 10, 20.5), log("b", 30)))

    assert snapshot["session"]["start_unix_ns"] == str(at(10))
    assert (snapshot["session"]["start_ms"], snapshot["session"]["end_ms"]) == (0.0, 20.0)
    assert (snapshot["spans"][0]["end_ms"], snapshot["logs"][0]["at_ms"]) == (10.5, 20.0)


def test_pinned_origin_stays_though_earlier_spans_arrive_later():
    snapshot = as_json(built(span("job_entrypoint", 0, 20), context=SessionContext(origin_ns=at(5))))

    assert (snapshot["session"]["start_unix_ns"], snapshot["spans"][0]["start_ms"]) == (str(at(5)), -5.0)


def test_live_session_has_no_end_but_says_how_far_it_came():
    session = as_json(built(span("a", 0, 9), context=LIVE))["session"]

    assert (session["end_ms"], session["last_ms"]) == (None, 9.0)


def test_raw_items_and_span_attributes_stay_out_of_the_snapshot():
    snapshot = as_json(timeline_of("python/1.8.9_full"))

    assert "raw" not in snapshot["transcript"][0] and "attributes" not in snapshot["spans"][0]
    assert len(json.dumps(snapshot)) < 300_000


def test_snapshot_has_the_keys_that_the_documentation_names():
    snapshot = as_json(timeline_of("python/1.8.9_full"))

    assert list(snapshot) == [
        *(
            "session",
            "transcript",
            "turns",
            "speeches",
            "spans",
            "agents",
            "handoffs",
            "interruptions",
            "states",
        ),
        *(
            "tools",
            "errors",
            "logs",
            "evaluations",
            "outcome",
            "tags",
            "usage",
            "metrics",
            "report",
            "figures",
        ),
        *("completeness", "recording"),
    ]


def test_recordings_place_on_the_axis_comes_from_its_header():
    recording = as_json(built(span("a", 0, 9), header(start_ns=T0 + 5_000_000)))["recording"]

    assert recording == {
        "start_ms": 5.0,
        "duration_ms": None,
        "present": True,
        "announced_ms": None,
        "heard": None,
    }


def test_unknown_is_null_and_never_zero():
    snapshot = as_json(
        built(span("user_turn", attributes={"lk.user_transcript": "Hi", "lk.transcription_delay": 0}))
    )

    latency = snapshot["turns"][0]["latency"]
    assert [latency[name] for name in ("transcription_delay_ms", "e2e_ms", "unexplained_ms")] == [
        None,
        None,
        None,
    ]
    assert snapshot["figures"]["latency"]["e2e"] == {
        "count": 0,
        "p50_ms": None,
        "p95_ms": None,
        "max_ms": None,
    }


def test_wrong_clocks_do_no_harm():
    """A log line of 1970 and a span of the year 2200 are shown where they say they are."""
    far = span("x", start_ns=7_258_118_400_000_000_000, end_ns=7_258_118_400_000_000_001)

    snapshot = as_json(built(span("a"), far, log("b", time_ns=5, observed_ns=5)))

    assert snapshot["spans"][1]["start_ms"] > 1e12
    json.dumps(snapshot, allow_nan=False)


def test_empty_session_is_an_empty_timeline():
    snapshot = as_json(build([], context=ENDED))

    assert (snapshot["turns"], snapshot["spans"], snapshot["session"]["start_unix_ns"]) == ([], [], "0")
