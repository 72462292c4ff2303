import pytest

from observability.timeline import RecordingFile, SessionContext
from observability.timeline.words import SIGNALS, State
from tests.timeline.sessions import T0, built, child, header, item, log, point, report, span

MINUTE_NS = 60_000_000_000
MESSAGE = item(0, type="message", role="user", content=["Hi"])
SUBJECTS = [span("job_entrypoint", 0, 100), log("line"), point("m", 1), MESSAGE]


def states(*records, **context):
    completeness = built(*records, context=SessionContext(**context)).completeness
    return {signal: completeness[signal].state.value for signal in SIGNALS}


def state_of(signal, *records, **context):
    return built(*records, context=SessionContext(**context)).completeness[signal]


def test_everything_received_is_received():
    assert set(states(*SUBJECTS, recording=RecordingFile()).values()) == {"received"}


def test_live_session_expects_what_comes_at_the_end():
    assert states(span("user_turn", attributes={"lk.user_transcript": "Hi"}), status="live") == {
        "audio": "expected",
        "transcript": "expected",
        "traces": "received",
        "logs": "expected",
        "metrics": "expected",
    }


def test_lost_session_has_lost_what_comes_at_the_end():
    assert states(span("x"), log("line"), point("m", 1), status="lost") == {
        "audio": "lost",
        "transcript": "lost",
        "traces": "partial",
        "logs": "partial",
        "metrics": "partial",
    }


def test_signal_switched_off_says_by_whom():
    options = {"recording_options": {"audio": False, "logs": True}}
    told = report(**{"session.options": options})

    by_agent = state_of("audio", *SUBJECTS, told)
    by_project = state_of("audio", *SUBJECTS, told, switched_off=frozenset({"audio"}), discarded={"audio": 3})

    assert (by_agent.state, by_agent.reason) == (State.OFF, "Switched off by the agent (record options).")
    assert (by_project.state, by_project.discarded) == (State.OFF, 3)
    assert by_project.reason == "Switched off in the project's privacy settings."


def test_discarded_records_make_a_signal_partial_or_lost():
    assert state_of("logs", log("line"), discarded={"logs": 7}).state is State.PARTIAL
    assert state_of("logs", span("x"), discarded={"logs": 7}).state is State.LOST


@pytest.mark.parametrize(("minutes", "state"), [(1, "expected"), (60, "not_sent")])
def test_audio_may_still_arrive_for_a_while_after_the_end(minutes, state):
    assert state_of("audio", span("x"), ended_ns=T0, now_ns=T0 + minutes * MINUTE_NS).state == state


def test_recorded_audio_whose_upload_never_came_is_lost():
    told = report(**{"session.options": {"recording_options": {"audio": True}}})

    assert state_of("audio", span("x"), told).state is State.LOST


def test_upload_without_audio_says_whether_there_was_any():
    assert state_of("audio", header(start_ns=0)).reason == "The agent recorded no audio."
    assert state_of("audio", header(), recording_uploaded=True).state is State.LOST


def test_spans_whose_parents_never_came_make_traces_partial():
    orphan = child(span("gone"), "llm_node")

    assert state_of("traces", orphan).reason == "1 span that others name as parent never arrived."


def test_node_is_complete_without_its_root_span():
    orphan = span(
        "llm_node", parent_span_id="a" * 16, resource={"attributes": {"telemetry.sdk.language": "nodejs"}}
    )

    assert state_of("traces", orphan).state is State.RECEIVED


@pytest.mark.parametrize(
    ("language", "version", "state"),
    [("python", "1.5.1", "not_sent"), ("python", "1.8.9", "expected"), ("nodejs", "1.8.0", "not_sent")],
)
def test_metrics_are_not_awaited_from_releases_that_never_send_them(language, version, state):
    resource = {"attributes": {"telemetry.sdk.language": language}}
    records = [span("x", resource=resource), report(sdk_version=version)]

    assert state_of("metrics", *records, ended_ns=T0, now_ns=T0 + MINUTE_NS).state == state


def test_session_without_any_record_is_judged_too():
    assert states() == dict.fromkeys(SIGNALS, "not_sent")
