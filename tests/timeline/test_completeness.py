import pytest

from observability.timeline import RecordingFile, SessionContext
from observability.timeline.totals import Completeness
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


def dropped(exporter, at_ms=0):
    name = f"opentelemetry.exporter.otlp.proto.http.{exporter}"
    return log(
        "Failed to export batch due to timeout, max retries or shutdown.", at_ms, scope=name, severity=17
    )


@pytest.mark.parametrize(
    ("exporter", "signal"),
    [("_log_exporter", "logs"), ("trace_exporter", "traces"), ("metric_exporter", "metrics")],
)
def test_what_the_agent_says_that_it_dropped_is_not_all_here(exporter, signal):
    told = built(*SUBJECTS, dropped(exporter), dropped(exporter, 5)).completeness

    assert told[signal].state == State.PARTIAL
    assert told[signal].reason == (
        f"The agent says that it dropped 2 batches of {signal} which it could not hand over."
    )
    assert [each for each in SIGNALS if told[each].reason.startswith("The agent says")] == [signal]


def test_what_was_dropped_whole_is_lost():
    told = state_of("metrics", span("job_entrypoint", 0, 100), dropped("metric_exporter"))

    assert (told.state, told.reason) == (
        State.LOST,
        "The agent says that it dropped 1 batch of metrics which it could not hand over.",
    )


def test_what_a_live_session_lacks_is_not_judged_yet():
    assert state_of("logs", *SUBJECTS, dropped("_log_exporter"), status="live").state == State.RECEIVED


def test_a_warning_of_the_exporter_is_no_loss():
    shut_down = log("Exporter already shutdown", scope="opentelemetry.exporter.otlp.proto.http._log_exporter")

    assert state_of("logs", *SUBJECTS, shut_down).state == State.RECEIVED


def test_of_senders_other_than_livekits_nothing_is_expected_that_they_never_send():
    theirs = {"job_id": "order-4711", "room_id": "", "resource": {"attributes": {"service.name": "checkout"}}}

    for status in ("live", "ended"):
        told = built(span("charge", **theirs), context=SessionContext(status=status))

        assert {signal: told.completeness[signal].state.value for signal in SIGNALS} == {
            "audio": "not_sent",
            "transcript": "not_sent",
            "traces": "received",
            "logs": "not_sent",
            "metrics": "not_sent",
        }
        assert told.completeness["audio"].reason == "Only LiveKit's SDKs send a recording."
        assert told.session.service_name == "checkout"


def test_a_service_within_a_call_changes_nothing_of_what_is_expected_of_its_agent():
    theirs = {"room_id": "", "resource": {"attributes": {"service.name": "checkout"}}}

    told = built(span("charge", **theirs), span("user_turn"), context=SessionContext(status="live"))

    assert told.completeness["audio"].state == "expected"
    assert told.session.service_name == ""


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


def test_recording_with_a_problem_is_there_in_part_and_one_that_cannot_be_played_is_lost():
    cut = RecordingFile(problem="audio announced 22 bytes, and 17 came.")
    noise = RecordingFile(problem="The file is no Ogg audio (X).", is_playable=False)

    assert state_of("audio", header(), recording=cut) == Completeness(
        State.PARTIAL, "The recording is here, with a problem: audio announced 22 bytes, and 17 came.", 1
    )
    assert state_of("audio", header(), recording=noise) == Completeness(
        State.LOST, "What arrived as the recording cannot be played: The file is no Ogg audio (X).", 0
    )


def test_recording_whose_header_could_not_be_read_is_there_at_an_unknown_time():
    told = state_of("audio", MESSAGE, recording=RecordingFile(), part_problems={"header": "header is odd."})

    assert (told.state, told.reason) == (
        State.RECEIVED,
        "The recording is here; when it began is not known: header is odd.",
    )


@pytest.mark.parametrize(
    ("signal", "part", "reason"),
    [
        ("audio", "audio", "The agent's upload brought no audio that could be kept: It is odd."),
        (
            "transcript",
            "chat_history",
            "The agent's upload brought no transcript that could be kept: It is odd.",
        ),
    ],
)
def test_part_of_the_upload_that_could_not_be_kept_makes_its_signal_lost(signal, part, reason):
    told = state_of(signal, header(), part_problems={part: "It is odd."}, recording_uploaded=True)

    assert (told.state, told.reason) == (State.LOST, reason)


def test_part_that_the_agent_would_not_have_sent_is_not_missed():
    told = report(**{"session.options": {"recording_options": {"transcript": False}}})
    problems = dict.fromkeys(("chat_history", "audio"), "The upload broke off.")

    assert state_of("transcript", header(), told, part_problems=problems).state is State.OFF
    assert (
        state_of("audio", header(start_ns=0), part_problems=problems).reason == "The agent recorded no audio."
    )


def test_transcript_of_which_only_the_beginning_could_be_kept_is_there_in_part():
    problems = {"chat_history": "chat_history holds 3 items, of which the first 1 are kept."}

    told = state_of("transcript", header(), MESSAGE, part_problems=problems)

    assert (told.state, told.count) == (State.PARTIAL, 1)
    assert told.reason == f"The final transcript is not here as a whole: {problems['chat_history']}"


def test_transcript_from_turn_spans_says_what_was_wrong_with_the_final_one():
    turn = span("user_turn", attributes={"lk.user_transcript": "Hi"})

    told = state_of("transcript", header(), turn, part_problems={"chat_history": "It is odd."})

    assert (told.state, told.reason) == (
        State.PARTIAL,
        "Only what turn spans tell; the final transcript could not be kept: It is odd.",
    )


@pytest.mark.parametrize("status", ["live", "ended", "lost"])
def test_audio_is_off_where_redaction_was_asked_for(status):
    told = state_of("audio", header(), is_redacted=True, discarded={"audio": 1}, status=status)

    assert (told.state, told.discarded) == (State.OFF, 1)
    assert told.reason == "Redaction was asked for, and voices cannot be redacted."


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
