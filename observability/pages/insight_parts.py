"""Where the time of answers goes: each part of the silence with its percentiles, and how it went over time."""

from collections.abc import Sequence
from dataclasses import dataclass

from observability.insights.percentiles import Spread
from observability.insights.shapes import Insights
from observability.pages.wording import duration

PARTS = {
    "e2e_ms": ("", "Answer after"),
    "transcription_delay_ms": ("stt", "Transcription, from the last word"),
    "end_of_turn_delay_ms": ("eou", "End of turn, from the last word"),
    "hook_ms": ("hook", "Own code after the turn"),
    "llm_ttft_ms": ("llm", "LLM first token"),
    "tool_ms": ("tool", "Tool, where one was waited for"),
    "tts_ttfb_ms": ("tts", "TTS first byte"),
    "playback_ms": ("agent", "Playback"),
    "unexplained_ms": ("rest", "Unexplained"),
}
FIGURES = ("Median", "95 % within", "99 % within", "95 % within, before")
TREND_PX = 22
"""Height of the little charts, as insights.css has it."""


@dataclass(frozen=True, slots=True)
class PartRow:
    swatch: str
    name: str
    width: float
    """Of its bar, in per cent: its median of the largest median."""
    trend: Sequence[tuple[float, float, float, float]]
    """x and width in per cent, y and height in px: its 95th percentile in each column."""
    trend_told: str
    figures: Sequence[tuple[str, str]]
    """Under FIGURES: median, 95th and 99th percentile, and the 95th in the stretch before."""


def parts_of(insights: Insights) -> list[PartRow]:
    medians = [spread.p50_ms or 0 for spread in insights.total.latency.values()]
    largest = max(medians) or 1
    return [part_row(name, insights, largest) for name in PARTS if insights.total.latency[name].count]


def part_row(name: str, insights: Insights, largest: float) -> PartRow:
    swatch, label = PARTS[name]
    now, before = insights.total.latency[name], insights.before
    was = before.latency[name] if before else Spread()
    over_time = [column.latency[name].p95_ms for column in insights.columns]
    return PartRow(
        swatch=swatch,
        name=label,
        width=round((now.p50_ms or 0) / largest * 100, 2),
        trend=trend_of(over_time),
        trend_told=", ".join(str(duration(ms)) for ms in over_time if ms is not None),
        figures=[
            (head, str(duration(ms)))
            for head, ms in zip(FIGURES, (now.p50_ms, now.p95_ms, now.p99_ms, was.p95_ms), strict=True)
        ],
    )


def trend_of(over_time: Sequence[float | None]) -> list[tuple[float, float, float, float]]:
    most, step = max((ms or 0 for ms in over_time), default=0) or 1, 100 / len(over_time)
    return [
        (round(at * step, 2), round(step * 0.78, 2), round(TREND_PX - height, 1), round(height, 1))
        for at, ms in enumerate(over_time)
        if ms is not None and (height := max(1.0, ms / most * TREND_PX))
    ]
