"""The session in numbers: counts, and percentiles over its turns."""

from collections.abc import Iterable, Mapping, Sequence

from observability.timeline.dialogue import Stretch, Turn
from observability.timeline.marks import Failure, Handoff, ToolCall
from observability.timeline.material import Material
from observability.timeline.totals import Figures, Spread

LATENCIES = {
    "e2e": "e2e_ms",
    "transcription_delay": "transcription_delay_ms",
    "end_of_turn_delay": "end_of_turn_delay_ms",
    "hook": "hook_ms",
    "llm_ttft": "llm_ttft_ms",
    "tts_ttfb": "tts_ttfb_ms",
    "playback": "playback_ms",
    "unexplained": "unexplained_ms",
    "measured": "measured_ms",
}

TARGET_MS = 1200
"""Of an answer. People begin to wonder whether anybody is there after about a second of silence; agents that call a
model and a voice reach 0.8 s at their best."""


def figures_of(
    material: Material,
    turns: Sequence[Turn],
    tools: Sequence[ToolCall],
    errors: Sequence[Failure],
    handoffs: Sequence[Handoff],
) -> Figures:
    measured = [turn for turn in turns if turn.latency.e2e_ms is not None]
    slowest = max(measured, key=lambda turn: turn.latency.e2e_ms or 0.0, default=None)
    return Figures(
        turns=len(turns),
        answered=sum(turn.outcome in ("answered", "interrupted") for turn in turns),
        no_answer=sum(turn.no_answer for turn in turns),
        failed=sum(turn.failed for turn in turns),
        interrupted=sum(turn.interrupted for turn in turns),
        tool_calls=len(tools),
        tool_failures=sum(call.is_error is True for call in tools),
        errors=len(errors),
        handoffs=len(handoffs),
        slowest_turn=slowest.index if slowest is not None else None,
        latency={name: _spread(turns, field) for name, field in LATENCIES.items()},
        user_speech_ms=_speech_ms(
            material, "user_speaking", (s for turn in turns for s in turn.user_speaking)
        ),
        agent_speech_ms=_speech_ms(material, "agent_speaking", ()),
        counts=_counts(material, errors),
    )


def percentile(values: Sequence[float], share: float) -> float | None:
    """Linear between the two nearest, as PostgreSQL's percentile_cont and numpy do; `share` from 0 to 1."""
    if not values:
        return None
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def _spread(turns: Iterable[Turn], field: str) -> Spread:
    values = [value for turn in turns if (value := getattr(turn.latency, field)) is not None]
    return Spread(len(values), percentile(values, 0.5), percentile(values, 0.95), max(values, default=None))


def _speech_ms(material: Material, name: str, otherwise: Iterable[Stretch]) -> float | None:
    """Time covered by speaking spans; without any, by what the turns know. None if nobody is known to
    have spoken."""
    spans = [(span["start_ns"], span["end_ns"]) for span in material.named(name)]
    stretches = spans or sorted((stretch.start_ns, stretch.end_ns) for stretch in otherwise)
    covered, cursor = 0, 0
    for start, end in stretches:
        covered += max(0, end - max(start, cursor))
        cursor = max(cursor, end)
    return covered / 1e6 if stretches else None


def _counts(material: Material, errors: Sequence[Failure]) -> Mapping[str, int]:
    return {
        "spans": len(material.spans),
        "logs": len(material.lines),
        "log_records": len(material.lines) + len(material.scopes),
        "chat_items": len(material.items),
        "metric_points": len(material.points),
        "errors": len(errors),
    }
