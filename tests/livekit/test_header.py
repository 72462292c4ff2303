import pytest
from google.protobuf.timestamp_pb2 import Timestamp
from livekit.protocol.metrics import MetricsRecordingHeader

from observability.livekit.chat_history import Unreadable
from observability.livekit.header import header_record
from observability.livekit.reports import session_summary
from tests.captured import RUNS
from tests.timeline.sessions import batches_of


@pytest.mark.parametrize(
    ("fields", "record"),
    [
        ({"duration": 1500}, {"job_id": "", "duration_ms": 1500}),
        ({}, {"job_id": ""}),
        (
            {"job_id": "AJ_1", "simulated": True, "redaction_enabled": True},
            {"simulated": True, "redaction_enabled": True},
        ),
        ({"job_id": "AJ_1", "session_summary": "{}"}, {"session_summary": "{}"}),
        (
            {"room_name": "r", "room_tags": {"a": "b"}},
            {"job_id": "", "room_name": "r", "room_tags": {"a": "b"}},
        ),
    ],
    ids=[
        "Python 1.3.1",
        "Python 1.3.6, Node 1.0",
        "Python 1.6.7, Node 1.5.5",
        "Python 1.8.9",
        "never set so far",
    ],
)
def test_headers_of_all_generations_become_records_without_absent_fields(fields, record):
    body = MetricsRecordingHeader(
        room_id="RM_1", start_time=Timestamp(seconds=5, nanos=7), **fields
    ).SerializeToString()

    expected = {"signal": "recording_header", "job_id": "AJ_1", "room_id": "RM_1", "start_ns": 5_000_000_007}
    assert header_record(body) == expected | record


@pytest.mark.parametrize("seconds", [0, -1, 1 << 60])
def test_a_start_time_that_cannot_be_is_no_start_time(seconds):
    body = MetricsRecordingHeader(start_time=Timestamp(seconds=seconds)).SerializeToString()

    assert header_record(body)["start_ns"] == 0


def test_bytes_that_are_no_header_are_unreadable():
    with pytest.raises(Unreadable):
        header_record(b"\xff\xff\xff")


def test_captured_headers_are_all_read():
    headers = {
        run: record
        for run in RUNS
        for batch in batches_of(run)
        for record in batch
        if record["signal"] == "recording_header"
    }

    assert len(headers) == len(RUNS) - 1
    assert headers["python/1.5.1"]["job_id"] == ""
    summary = session_summary(headers["python/1.8.9_full"])
    assert (summary.user_turns, summary.close_reason) == (15, "user_initiated")
    assert summary.errors == {"llm": 2, "stt": 1, "tts": 1, "realtime": 0, "interruption": 0}
