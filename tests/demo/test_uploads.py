"""The demo sessions are uploaded as a real SDK would."""

from opentelemetry.proto.trace.v1.trace_pb2 import Span

from observability.demo.requests import DEMO_SCRIPTS, demo_uploads
from tests.demo.told import STARTED_NS, Told, attributes_of

MINUTE_NS = 60 * 1_000_000_000
LIFETIME = {
    "front_desk": (2.2 * MINUTE_NS, 2.5 * MINUTE_NS),
    "parcel_line": (0.7 * MINUTE_NS, 1.0 * MINUTE_NS),
}
SPAN_NAMES = """
job_entrypoint agent_session session_start room_connect wait_for_participant wait_for_audio_track
publish_audio_output start_agent_activity setup_toolsets on_enter user_turn user_speaking eou_wait
eou_detection on_user_turn_completed agent_turn llm_node llm_request llm_request_run tts_node tts_request
tts_request_run function_tool agent_speaking session_close drain_agent_activity on_exit job_shutdown
on_session_end judge_evaluation session_end_upload room_disconnect shutdown_callback GET
"""


def ended_ns(demo: Told) -> int:
    return next(one.end_time_unix_nano for one in demo.spans if one.name == "job_entrypoint")


def test_a_session_has_the_length_that_its_story_needs(demo: Told) -> None:
    shortest, longest = LIFETIME[demo.script.name]

    assert shortest < ended_ns(demo) - STARTED_NS < longest


def test_every_kind_of_span_that_a_voice_call_brings_is_there(demo: Told) -> None:
    names = {span.name for span in demo.spans}

    assert names >= set(SPAN_NAMES.split())


def test_two_runs_with_the_same_start_give_the_same_bytes(demo: Told) -> None:
    assert list(demo_uploads(STARTED_NS, script=demo.script)) == demo.uploads


def test_uploads_come_in_the_order_of_their_times(demo: Told) -> None:
    times = [upload.at_ns for upload in demo.uploads]

    assert times == sorted(times)


def test_the_recording_comes_before_the_report_and_the_root_span(demo: Told) -> None:
    signals = [upload.signal for upload in demo.uploads]

    assert signals.index("recording") < len(signals) - 3
    assert demo.spans[-1].name == "job_entrypoint"
    assert set(signals[signals.index("recording") :]) == {"recording", "logs", "traces", "metrics"}


def test_a_span_is_uploaded_once_and_only_after_it_ended(demo: Told) -> None:
    ids = [span.span_id for span in demo.spans]

    assert len(ids) == len(set(ids))
    for upload, batch in zip(demo.of("traces"), demo.batches, strict=True):
        assert all(span.end_time_unix_nano <= upload.at_ns for span in batch)


def test_children_never_arrive_in_a_later_batch_than_their_parents(demo: Told) -> None:
    batch_of = {span.span_id: number for number, batch in enumerate(demo.batches) for span in batch}
    children = [span for span in demo.spans if span.parent_span_id]

    assert all(batch_of[span.span_id] <= batch_of[span.parent_span_id] for span in children)


def test_children_lie_within_their_parents(demo: Told) -> None:
    parents = {span.span_id: span for span in demo.spans}

    astray = [
        (span.name, parents[span.parent_span_id].name)
        for span in demo.spans
        if span.parent_span_id and not lies_within(span, parents[span.parent_span_id])
    ]

    assert astray == []


def lies_within(span: Span, parent: Span) -> bool:
    return bool(
        parent.start_time_unix_nano
        <= span.start_time_unix_nano
        <= span.end_time_unix_nano
        <= parent.end_time_unix_nano
    )


def test_events_lie_within_their_spans(demo: Told) -> None:
    astray = [
        (span.name, event.name)
        for span in demo.spans
        for event in span.events
        if not span.start_time_unix_nano <= event.time_unix_nano <= span.end_time_unix_nano
    ]

    assert astray == []


def test_logs_and_points_lie_within_the_job(demo: Told) -> None:
    log_times = [record.time_unix_nano for _, record in demo.logs]
    point_times = [point.start_time_unix_nano for _, point in demo.points]

    assert STARTED_NS < min(log_times) <= max(log_times) < ended_ns(demo)
    assert STARTED_NS < min(point_times) <= max(point_times) < ended_ns(demo)


def test_no_log_is_uploaded_before_it_was_written(demo: Told) -> None:
    places = {span.span_id for span in demo.spans}

    assert all(record.observed_time_unix_nano >= record.time_unix_nano for _, record in demo.logs)
    assert all(record.span_id in places for _, record in demo.logs)


def test_every_record_names_its_job(demo: Told) -> None:
    records = [*demo.spans, *(record for _, record in demo.logs), *(point for _, point in demo.points)]

    jobs = {attributes_of(record.attributes)["job_id"] for record in records}

    assert jobs == {f"AJ_demo_{demo.script.name}"}


def test_a_session_is_one_trace_with_one_root(demo: Told) -> None:
    assert len({span.trace_id for span in demo.spans}) == 1
    assert [span.name for span in demo.spans if not span.parent_span_id] == ["job_entrypoint"]


def test_the_two_sessions_share_no_ids() -> None:
    first, second = (script.job_id for script in DEMO_SCRIPTS)

    assert first != second


def test_the_session_span_keeps_all_its_events(demo: Told) -> None:
    (session,) = demo.named("agent_session")

    assert len(session.events) < 128
