"""What of a session may be kept to improve models: numbers and enumerations, a few turns at a time.

An allow-list: whatever is not named here is left out (docs/model-improvement.md). Never words, names, ids or moments.
"""

import re
from collections.abc import Iterator, Sequence
from typing import Any

from observability.timeline.dialogue import EndOfTurn, Stretch, Turn
from observability.timeline.model import Timeline

VERSION = 1
TURNS_IN_A_SAMPLE = 3
"""Of user and agent together, so that no sample tells the course of a conversation."""
ROUNDED_TO_MS = 10
LONGEST_MS = 600_000
"""A duration beyond this would be rare enough to be recognised by; it is kept as this."""
MOST_WORDS = 500
RELEASE = re.compile(r"\d{1,3}\.\d{1,3}\.\d{1,3}")
PROVIDERS = frozenset(
    (
        "anthropic",
        "assemblyai",
        "aws",
        "azure",
        "baseten",
        "cartesia",
        "cerebras",
        "deepgram",
        "elevenlabs",
        "fal",
        "fireworks",
        "gladia",
        "google",
        "groq",
        "hume",
        "inworld",
        "lmnt",
        "mistral",
        "neuphonic",
        "nvidia",
        "openai",
        "perplexity",
        "resemble",
        "rime",
        "sarvam",
        "simplismart",
        "smallestai",
        "soniox",
        "speechmatics",
        "spitch",
        "together",
        "ultravox",
        "xai",
    )
)
"""Public providers of models. A model's own name may tell whose it is; what is not here counts as "other"."""
KINDS = frozenset(("llm", "tts", "stt", "realtime", "interruption", "eot"))

Sample = dict[str, Any]


def samples_of(timeline: Timeline) -> list[Sample]:
    """Each stands for itself: nothing tells which belong together, or in which order."""
    told = list(turns_told(timeline.turns))
    shared = {"version": VERSION, "sdk": sdk_of(timeline), "providers": providers_of(timeline)}
    return [
        {**shared, "turns": told[at : at + TURNS_IN_A_SAMPLE]}
        for at in range(0, len(told), TURNS_IN_A_SAMPLE)
    ]


def sdk_of(timeline: Timeline) -> dict[str, str]:
    release = RELEASE.match(timeline.session.sdk.version)
    return {"language": timeline.session.sdk.language, "version": release.group() if release else ""}


def providers_of(timeline: Timeline) -> dict[str, str]:
    """By kind of model, of the kinds and providers that everybody knows."""
    told = {usage.type: usage.provider.lower() for usage in timeline.usage if usage.type in KINDS}
    return {kind: name if name in PROVIDERS else "other" for kind, name in sorted(told.items())}


def turns_told(turns: Sequence[Turn]) -> Iterator[dict[str, Any]]:
    """User and agent one after the other."""
    previous = None
    for turn in turns:
        yield user_told(turn, after=previous)
        if turn.answer_start_ns is not None:
            yield agent_told(turn)
        previous = turn


def user_told(turn: Turn, *, after: Turn | None) -> dict[str, Any]:
    latency = turn.latency
    return told(
        "user",
        turn.user_text,
        speech_ms=rounded(spoken_ms(turn.user_speaking)),
        pause_ms=rounded(between(after.answer_end_ns if after else None, turn.user_start_ns)),
        confidence=share(turn.confidence),
        transcription_delay_ms=rounded(latency.transcription_delay_ms),
        end_of_turn_delay_ms=rounded(latency.end_of_turn_delay_ms),
        end_of_turn=[wait_told(wait) for wait in turn.end_of_turn],
    )


def wait_told(wait: EndOfTurn) -> dict[str, Any]:
    return {
        "probability": share(wait.probability),
        "threshold": share(wait.threshold),
        "delay_ms": rounded(wait.endpointing_delay_ms),
        "outcome": wait.outcome if wait.outcome in {"committed", "user_resumed", "dropped"} else "",
    }


def agent_told(turn: Turn) -> dict[str, Any]:
    latency = turn.latency
    return told(
        "agent",
        turn.answer_text,
        speech_ms=rounded(between(turn.answer_start_ns, turn.answer_end_ns)),
        pause_ms=rounded(between(turn.user_end_ns, turn.answer_start_ns)),
        hook_ms=rounded(latency.hook_ms),
        llm_ttft_ms=rounded(latency.llm_ttft_ms),
        tts_ttfb_ms=rounded(latency.tts_ttfb_ms),
        playback_ms=rounded(latency.playback_ms),
        unexplained_ms=rounded(latency.unexplained_ms),
        is_interrupted=turn.interrupted,
        is_preempted=turn.preempted,
        has_failed=turn.failed,
        steps=min(turn.steps, 20),
        tool_calls=min(turn.tool_calls, 20),
    )


def told(role: str, text: str, **figures: Any) -> dict[str, Any]:
    return {"role": role, "words": min(len(text.split()), MOST_WORDS), **figures}


def rounded(ms: float | None) -> int | None:
    if ms is None:
        return None
    bounded = max(-LONGEST_MS, min(ms, LONGEST_MS))
    return round(bounded / ROUNDED_TO_MS) * ROUNDED_TO_MS


def share(value: float | None) -> float | None:
    """Of one, in hundredths."""
    return None if value is None else round(max(0.0, min(value, 1.0)), 2)


def spoken_ms(stretches: Sequence[Stretch]) -> float | None:
    return sum(each.end_ns - each.start_ns for each in stretches) / 1e6 if stretches else None


def between(start_ns: int | None, end_ns: int | None) -> float | None:
    """Negative where one spoke into the other's words."""
    return None if start_ns is None or end_ns is None else (end_ns - start_ns) / 1e6
