"""What single spans say, typed: docs/contract.md §6. Durations are milliseconds; None is "not known"."""

from collections.abc import Mapping
from dataclasses import dataclass

from observability.records import Value


@dataclass(frozen=True, slots=True)
class UserTurn:
    transcript: str
    """"" for a turn that never committed."""
    committed: bool
    confidence: float | None
    transcription_delay_ms: float | None
    end_of_turn_delay_ms: float | None
    resumed: int
    participant_identity: str
    model: str
    provider: str
    provider_request_ids: tuple[str, ...]
    impossible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgentTurn:
    speech_id: str
    agent: str
    user_input: str
    instructions: str
    text: str
    """What was spoken in the last LLM step, cut at an interruption."""
    has_text: bool
    interrupted: bool | None
    interruption_source: str
    played_ms: float | None
    e2e_ms: float | None
    transcription_delay_ms: float | None
    end_of_turn_delay_ms: float | None
    hook_ms: float | None
    generation_ids: tuple[str, ...]
    """One per LLM step where the SDK tells them (Python ≥ 1.3.12)."""
    generation_count: int
    parent_generation_id: str
    discarded_speech_ids: tuple[str, ...]
    failed: bool
    error_type: str
    impossible: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EouWait:
    source: str
    outcome: str
    endpointing_delay_ms: float | None


@dataclass(frozen=True, slots=True)
class EouDetection:
    probability: float | None
    threshold: float | None
    endpointing_delay_ms: float | None
    source: str


@dataclass(frozen=True, slots=True)
class LlmNode:
    text: str
    is_wordless: bool
    """It told that it generated no words; otherwise an empty text is one that is not known."""
    ttft_ms: float | None
    model: str
    provider: str
    calls: int
    """Tool calls the model asked for in this step."""


@dataclass(frozen=True, slots=True)
class ModelRequest:
    """An LLM, TTS or realtime request: the model's own figures."""

    model: str
    provider: str
    response_id: str
    first_ms: float | None
    """First token or byte after the start."""
    duration_ms: float | None
    tokens_per_second: float | None
    finish_reasons: tuple[str, ...]
    cancelled: bool | None
    figures: Mapping[str, float]
    """Counts for usage: input_tokens, input_cached_tokens, output_tokens, reasoning_tokens, characters,
    audio_duration_ms."""


@dataclass(frozen=True, slots=True)
class ToolSpan:
    name: str
    call_id: str
    """"" on Node before 1.8.0 (docs/contract.md §6.4)."""
    arguments: Value
    output: Value
    is_error: bool | None
    agent: str


@dataclass(frozen=True, slots=True)
class SpanError:
    type: str
    message: str
