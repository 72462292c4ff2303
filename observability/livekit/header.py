"""The header part of a recording upload, `livekit.MetricsRecordingHeader` of any SDK generation
(docs/contract.md §9.1).

Importing livekit-protocol's message costs 3 MB beside protobuf itself, so it is not delayed.
"""

from google.protobuf.message import DecodeError
from google.protobuf.timestamp_pb2 import Timestamp
from livekit.protocol.metrics import MetricsRecordingHeader

from observability.livekit.chat_history import Unreadable
from observability.records import HeaderRecord

LATEST_S = 1 << 33
"""Seconds beyond this (the year 2242) do not fit integer nanoseconds of 64 bits."""


def header_record(body: bytes) -> HeaderRecord:
    """The header as a record; absent fields are left out. Raises Unreadable if the bytes are no such
    message."""
    header = MetricsRecordingHeader()
    try:
        header.ParseFromString(body)
    except DecodeError as fault:
        raise Unreadable("header is not a MetricsRecordingHeader") from fault
    record: HeaderRecord = {
        "signal": "recording_header",
        "job_id": header.job_id,
        "room_id": header.room_id,
        "start_ns": _unix_ns(header.start_time),
    }
    if header.duration:
        record["duration_ms"] = header.duration
    if header.simulated:
        record["simulated"] = True
    if header.redaction_enabled:
        record["redaction_enabled"] = True
    if header.session_summary:
        record["session_summary"] = header.session_summary
    return _with_room(record, header)


def _with_room(record: HeaderRecord, header: MetricsRecordingHeader) -> HeaderRecord:
    """Fields no SDK sets so far."""
    if header.room_name:
        record["room_name"] = header.room_name
    if header.room_tags:
        record["room_tags"] = dict(header.room_tags)
    if header.HasField("room_start_time"):
        record["room_start_ns"] = _unix_ns(header.room_start_time)
    return record


def _unix_ns(moment: Timestamp) -> int:
    """0 for the epoch, which stands for "no audio", and for times that cannot be."""
    return moment.seconds * 1_000_000_000 + max(0, moment.nanos) if 0 < moment.seconds < LATEST_S else 0
