"""The timeline that is built from a demo session tells its story without a gap."""

import pytest

from observability.livekit.chat_history import chat_item_records
from observability.livekit.header import header_record
from observability.otlp.count import Limits
from observability.otlp.decode import decode
from observability.records import Record
from observability.timeline import RecordingFile, SessionContext, build
from observability.timeline.model import Timeline
from tests.demo.told import SAMPLES_PER_MS, Told

LIMITS = Limits(
    records=10_000, events_and_links=10_000, attributes=100_000, nesting=32, json_depth=32, integer_digits=40
)


def batches_of(told: Told) -> list[list[Record]]:
    batches: list[list[Record]] = []
    for upload in told.uploads:
        if upload.signal == "recording":
            batches.append(recording_records(told))
        else:
            batches.append(list(decode(upload.signal, upload.body, "application/x-protobuf", LIMITS).records))
    return batches


def recording_records(told: Told) -> list[Record]:
    header = header_record(told.recording.header)
    ids = {"job_id": header["job_id"], "room_id": header["room_id"]}
    return [header, *chat_item_records(told.recording.chat_history, **ids)]


@pytest.fixture(scope="session")
def timelines(demos: dict[str, Told]) -> dict[str, Timeline]:
    return {name: timeline_of(told) for name, told in demos.items()}


def timeline_of(told: Told) -> Timeline:
    file = RecordingFile(told.audio_start_ns, told.sound.shape[1] / SAMPLES_PER_MS)
    context = SessionContext(status="ended", recording=file, recording_uploaded=True)
    return build(batches_of(told), context=context)


@pytest.fixture(params=["front_desk", "parcel_line"])
def timeline(request: pytest.FixtureRequest, timelines: dict[str, Timeline]) -> Timeline:
    return timelines[request.param]


def test_everything_is_received(timeline: Timeline) -> None:
    states = {signal: complete.state for signal, complete in timeline.completeness.items()}

    assert states == dict.fromkeys(("audio", "transcript", "traces", "logs", "metrics"), "received")


def test_the_head_names_room_agent_caller_and_sdk(timelines: dict[str, Timeline]) -> None:
    head = timelines["front_desk"].session

    assert (head.room_name, head.agent_name, head.participant_identity) == (
        "clinic-call-0317",
        "front-desk",
        "caller-0317",
    )
    assert (head.sdk.language, head.sdk.version) == ("python", "1.8.9")


@pytest.mark.parametrize(("name", "turns", "silent"), [("front_desk", 13, 0), ("parcel_line", 5, 1)])
def test_each_turn_has_its_latency_but_the_unanswered_one(
    timelines: dict[str, Timeline], name: str, turns: int, silent: int
) -> None:
    latencies = [turn.latency.e2e_ms for turn in timelines[name].turns]

    assert len(latencies) == turns
    assert latencies.count(None) == silent


def test_latencies_are_possible_and_explained(timeline: Timeline) -> None:
    for latency in (turn.latency for turn in timeline.turns if turn.latency.e2e_ms is not None):
        assert latency.impossible == ()
        assert latency.unexplained_ms is not None
        assert latency.unexplained_ms < 0.25 * (latency.e2e_ms or 0)


def test_the_story_of_the_good_call(timelines: dict[str, Timeline]) -> None:
    timeline = timelines["front_desk"]

    assert timeline.figures.interrupted == len(timeline.interruptions) == 1
    assert [(one.old_agent, one.new_agent) for one in timeline.handoffs][-1] == ("receptionist", "billing")
    assert (timeline.figures.tool_calls, timeline.figures.tool_failures) == (7, 1)
    assert timeline.outcome is not None
    assert timeline.outcome.outcome == "success"
    assert (
        "find_slots failed" in max(timeline.turns, key=lambda turn: turn.latency.e2e_ms or 0).latency.reason
    )


def test_the_story_of_the_bad_call(timelines: dict[str, Timeline]) -> None:
    timeline = timelines["parcel_line"]

    assert (timeline.figures.no_answer, timeline.figures.tool_failures) == (1, 1)
    assert {failure.kind for failure in timeline.errors} >= {"tool", "llm"}
    assert timeline.outcome is not None
    assert timeline.outcome.outcome == "fail"
    assert [one.verdict for one in timeline.evaluations] == ["fail", "pass"]


def test_the_transcript_is_in_the_order_of_speech(timeline: Timeline) -> None:
    spoken = [item.started_speaking_ns for item in timeline.transcript if item.started_speaking_ns]

    assert spoken == sorted(spoken)
