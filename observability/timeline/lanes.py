"""Which lane a span is drawn in, and what tells it from others of its name."""

from collections.abc import Iterable

from observability.livekit.values import text
from observability.records import SpanRecord
from observability.timeline.words import Lane


def _lanes(lane: Lane, names: str) -> Iterable[tuple[str, Lane]]:
    return ((name, lane) for name in names.split())


LANES: dict[str, Lane] = dict(
    [
        *_lanes(
            Lane.SESSION,
            "job_entrypoint job_shutdown agent_session session_start session_close on_session_end",
        ),
        *_lanes(
            Lane.SESSION,
            "session_end_upload room_connect room_disconnect wait_for_participant shutdown_callback",
        ),
        *_lanes(Lane.SESSION, "wait_for_audio_track publish_audio_output"),
        *_lanes(
            Lane.AGENT, "start_agent_activity drain_agent_activity pause_agent_activity resume_agent_activity"
        ),
        *_lanes(Lane.AGENT, "update_agent setup_toolsets on_enter on_exit"),
        *_lanes(Lane.TURNS, "user_turn agent_turn on_user_turn_completed"),
        *_lanes(Lane.USER_SPEECH, "user_speaking"),
        *_lanes(Lane.AGENT_SPEECH, "agent_speaking"),
        *_lanes(Lane.EOU, "eou_wait eou_detection"),
        *_lanes(Lane.LLM, "llm_node llm_request llm_request_run llm_fallback_adapter keyterm_detection"),
        *_lanes(Lane.TTS, "tts_node tts_request tts_request_run tts_fallback_adapter tts_stream_adapter"),
        *_lanes(Lane.STT, "stt_node stt_request stt_request_run stt_fallback_adapter amd"),
        *_lanes(Lane.REALTIME, "realtime_inference realtime_metrics"),
        *_lanes(Lane.TOOLS, "function_tool rpc_call rpc_handler"),
        *_lanes(Lane.STALLS, "event_loop_blocked"),
        *_lanes(Lane.EVALUATIONS, "judge_evaluation decision_model.evaluate"),
    ]
)

LABELS = (
    "lk.function_tool.name",
    "gen_ai.tool.name",
    "gen_ai.evaluation.name",
    "lk.callback.name",
    "rpc.method",
    "lk.agent_label",
    "gen_ai.request.model",
    "gen_ai.agent.name",
    "lk.tts.label",
    "lk.blocking.cause",
    "lk.blocking.severity",
)
"""The first of these attributes that a span has names it."""

UNLABELLED = frozenset({"user_turn", "agent_session"})


def lane_of(span: SpanRecord) -> Lane:
    return LANES.get(span["name"], Lane.OTHER)


def label_of(span: SpanRecord) -> str:
    if span["name"] in UNLABELLED:
        return ""
    attributes = span["attributes"]
    for name in LABELS:
        if name in attributes and (label := text(attributes[name])):
            return label
    return ""
