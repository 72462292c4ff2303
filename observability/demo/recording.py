"""The recording upload of a demo session: header, chat history and sound (docs/contract.md §9)."""

import json
from dataclasses import dataclass
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from livekit.protocol.metrics import MetricsRecordingHeader

from observability.demo.chat import as_file_entry
from observability.demo.measures import usage_of
from observability.demo.pace import NS_PER_MS, NS_PER_S, seconds
from observability.demo.plan import Plan
from observability.demo.report import PREEMPTIVE, RECORDING_OPTIONS, SDK_VERSION, session_tags
from observability.demo.session import Session
from observability.demo.sound import ogg_of


@dataclass(frozen=True, slots=True)
class Recording:
    """The three parts of the multipart body."""

    header: bytes
    """livekit.MetricsRecordingHeader"""
    chat_history: bytes
    """chat_history.json"""
    audio: bytes
    """recording.ogg: Opus, 48 kHz, left the caller, right the agent"""


def recording_of(session: Session) -> Recording:
    return Recording(_header(session), _chat_history(session), ogg_of(session.plan))


def _header(session: Session) -> bytes:
    plan = session.plan
    at_ns = plan.at.recording_ns
    header = MetricsRecordingHeader(
        room_id=plan.script.room_id,
        job_id=plan.script.job_id,
        duration=_duration_ms(plan),
        start_time=Timestamp(seconds=at_ns // NS_PER_S, nanos=at_ns % NS_PER_S),
        session_summary=json.dumps(_summary(session)),
    )
    return header.SerializeToString(deterministic=True)


def _duration_ms(plan: Plan) -> int:
    """Until the report was made, and so a little longer than the sound."""
    return (plan.at.judged_ns - plan.at.recording_ns) // NS_PER_MS


def _chat_history(session: Session) -> bytes:
    return json.dumps({"items": [as_file_entry(item) for item in session.history.items]}).encode()


def _summary(session: Session) -> dict[str, Any]:
    plan = session.plan
    script = plan.script
    return {
        "job_id": script.job_id,
        "room_id": script.room_id,
        "room": script.room_name,
        "audio_recording_path": "recording/audio.ogg",
        "audio_recording_started_at": seconds(plan.at.recording_ns),
        "options": _options(),
        "timestamp": seconds(plan.at.judged_ns),
        "usage": usage_of(session.measures),
        "sdk_version": SDK_VERSION,
        "agent_name": script.agent_name,
        "tags": session_tags(plan),
        "duration_ms": _duration_ms(plan),
        "user_turns": sum(1 for _ in plan.caller_turns),
        "errors": _errors(plan),
        "close_reason": script.ending.summary_reason,
    }


def _options() -> dict[str, Any]:
    return {
        "allow_interruptions": True,
        "discard_audio_if_uninterruptible": True,
        "min_interruption_duration": 0.4,
        "min_interruption_words": 0,
        "min_endpointing_delay": 0.4,
        "max_endpointing_delay": 2.5,
        "max_tool_steps": 3,
        "user_away_timeout": 15.0,
        "min_consecutive_speech_delay": 0.0,
        "preemptive_generation": PREEMPTIVE,
        "recording_options": RECORDING_OPTIONS,
    }


def _errors(plan: Plan) -> dict[str, int]:
    failed = sum(len(step.failed) for step in plan.steps)
    return {"llm": failed, "stt": 0, "tts": 0, "realtime": 0, "interruption": 0}
