"""The words a timeline uses for signals, states and lanes."""

from enum import StrEnum
from typing import Literal

Signal = Literal["audio", "transcript", "traces", "logs", "metrics"]
SIGNALS: tuple[Signal, ...] = ("audio", "transcript", "traces", "logs", "metrics")

Status = Literal["live", "ended", "lost"]


class Lane(StrEnum):
    """Where a span is drawn; declared in the order of the page, from top to bottom."""

    SESSION = "session"
    AGENT = "agent"
    TURNS = "turns"
    USER_SPEECH = "user_speech"
    AGENT_SPEECH = "agent_speech"
    EOU = "eou"
    LLM = "llm"
    TTS = "tts"
    STT = "stt"
    REALTIME = "realtime"
    TOOLS = "tools"
    STALLS = "stalls"
    EVALUATIONS = "evaluations"
    OTHER = "other"
    """The customer's own spans and names this version does not know."""


class State(StrEnum):
    """How complete one signal of a session is."""

    RECEIVED = "received"
    PARTIAL = "partial"
    """Some of it is here; the reason says what is missing."""
    EXPECTED = "expected"
    """Not here yet, and it may still come."""
    OFF = "off"
    """Switched off by the agent or by the project; the reason says by whom."""
    NOT_SENT = "not_sent"
    LOST = "lost"
