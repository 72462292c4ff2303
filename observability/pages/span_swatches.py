"""Which colour a span is drawn in, by its lane; a failed one is red wherever it stands."""

from observability.timeline.marks import TimelineSpan
from observability.timeline.words import Lane

SWATCHES = {
    Lane.USER_SPEECH: "user",
    Lane.AGENT_SPEECH: "agent",
    Lane.EOU: "eou",
    Lane.LLM: "llm",
    Lane.TTS: "tts",
    Lane.STT: "stt",
    Lane.REALTIME: "llm",
    Lane.TOOLS: "tool",
    Lane.STALLS: "error",
    Lane.TURNS: "turn",
    Lane.AGENT: "handoff",
}


def swatch_of(span: TimelineSpan) -> str:
    return "error" if span.is_error else SWATCHES.get(span.lane, "hook")
