"""The metrics tab: each turn's silence part by part, the session's percentiles, and what the models used."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from observability.pages.answer_time import TARGET_MS, is_slow
from observability.pages.wording import MISSING, duration, milliseconds, offset, seconds
from observability.timeline.dialogue import Turn
from observability.timeline.model import Timeline
from observability.timeline.totals import Metric, Usage

SHORTEST_AXIS_MS = 1600
PARTS = {
    "transcription": ("stt", "Transcription"),
    "end_of_turn": ("eou", "End of turn"),
    "hook": ("hook", "Own code after the turn"),
    "llm": ("llm", "LLM first token"),
    "tool": ("tool", "Tool"),
    "tts": ("tts", "TTS first byte"),
    "playback": ("agent", "Playback"),
    "unexplained": ("rest", "Unexplained"),
}
COLUMNS = {
    "transcription": "Words",
    "end_of_turn": "Turn end",
    "hook": "Hook",
    "llm": "LLM",
    "tool": "Tool",
    "tts": "TTS",
    "playback": "Playb.",
    "unexplained": "Unexpl.",
}
SELDOM = {"hook", "playback"}
NOTABLE_MS = 10.0
"""Spent there by some turn, so that the column says something."""
NOTED_DIFFERENCE_MS = 150.0
"""Sound and spans agree within 60 ms in captured sessions; a caller notices more than this."""
SPREADS = {
    "e2e": "Answer after",
    "transcription_delay": "Transcription, from the last word",
    "end_of_turn_delay": "End of turn, from the last word",
    "hook": "Own code after the turn",
    "llm_ttft": "LLM first token, from its request",
    "tts_ttfb": "TTS first byte, from its request",
    "playback": "Playback",
    "unexplained": "Unexplained",
    "measured": "Silence heard in the recording",
}
USAGE_TYPES = {
    "llm": "LLM",
    "tts": "TTS",
    "stt": "STT",
    "realtime": "Realtime",
    "interruption": "Interruption",
    "eot": "End of turn",
}


@dataclass(frozen=True, slots=True)
class Part:
    swatch: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class TurnRow:
    index: int
    at_ms: float
    at: str
    answer: str
    kind: str
    """slow, none (no answer), or nothing."""
    parts: Sequence[Part]
    parts_label: str
    figures: Sequence[str]
    """Of each column, all in ms so that they can be compared."""
    heard: str
    """The silence as it was measured in the recording."""
    heard_note: str
    """Why it is missing, or how far it is from what the spans say."""
    heard_kind: str
    """slow if sound and spans do not agree."""
    impossible: str
    """Figures that were received with a value that cannot be."""
    reason: str


@dataclass(frozen=True, slots=True)
class SpreadRow:
    name: str
    count: int
    median: str
    p95: str
    most: str


@dataclass(frozen=True, slots=True)
class UsageRow:
    type: str
    model: str
    amounts: Sequence[str]


@dataclass(frozen=True, slots=True)
class MetricRow:
    name: str
    attributes: str
    points: int
    figures: str


@dataclass(frozen=True, slots=True)
class LatencyTable:
    turns: Sequence[TurnRow]
    target_x: float
    target: str
    legend: Sequence[tuple[str, str]]
    columns: Sequence[str]
    has_heard: bool
    spreads: Sequence[SpreadRow]
    usage: Sequence[UsageRow]
    metrics: Sequence[MetricRow]


def latency_table(timeline: Timeline) -> LatencyTable:
    longest_ms = max([SHORTEST_AXIS_MS, *(turn.latency.e2e_ms or 0 for turn in timeline.turns)])
    columns = columns_of(timeline)
    return LatencyTable(
        turns=[turn_row(turn, timeline, longest_ms, columns) for turn in timeline.turns],
        target_x=round(100 * TARGET_MS / longest_ms, 2),
        target=str(seconds(TARGET_MS)),
        legend=[PARTS[kind] for kind in columns],
        columns=[COLUMNS[kind] for kind in columns],
        has_heard=timeline.recording is not None and timeline.recording.present,
        spreads=spread_rows(timeline),
        usage=[usage_row(usage) for usage in timeline.usage],
        metrics=[metric_row(metric) for metric in timeline.metrics],
    )


def columns_of(timeline: Timeline) -> list[str]:
    spent = {kind for turn in timeline.turns for kind, ms in took_by_kind(turn).items() if ms >= NOTABLE_MS}
    return [kind for kind in COLUMNS if kind not in SELDOM or kind in spent]


def turn_row(turn: Turn, timeline: Timeline, longest_ms: float, columns: Sequence[str]) -> TurnRow:
    at_ms = milliseconds(timeline.session.start_ns, turn.user_end_ns or turn.start_ns)
    is_unanswered = turn.outcome in {"no_answer", "failed"}
    parts = parts_of(turn, longest_ms)
    took = took_by_kind(turn)
    heard, heard_note, heard_kind = heard_of(turn)
    return TurnRow(
        index=turn.index,
        at_ms=at_ms,
        at=offset(at_ms, decimals=1),
        answer="no answer" if is_unanswered else str(seconds(turn.latency.e2e_ms)),
        kind="none" if is_unanswered else "slow" if is_slow(turn.latency.e2e_ms) else "",
        parts=parts,
        parts_label=", ".join(f"{PARTS[kind][1]} {duration(ms)}" for kind, ms in took.items()),
        figures=[in_ms(took.get(kind)) for kind in columns],
        heard=heard,
        heard_note=heard_note,
        heard_kind=heard_kind,
        impossible=", ".join(turn.latency.impossible),
        reason=turn.latency.reason,
    )


def heard_of(turn: Turn) -> tuple[str, str, str]:
    """The silence in the recording, a note on it, and whether sound and spans disagree."""
    latency = turn.latency
    if latency.measured_ms is None:
        return MISSING, latency.measured_reason, ""
    heard = str(seconds(latency.measured_ms))
    if latency.e2e_ms is None or abs(latency.measured_ms - latency.e2e_ms) < NOTED_DIFFERENCE_MS:
        return heard, "", ""
    apart = duration(abs(latency.measured_ms - latency.e2e_ms))
    which = "longer" if latency.measured_ms > latency.e2e_ms else "shorter"
    return heard, f"{apart} {which} than the SDK says", "slow"


def parts_of(turn: Turn, longest_ms: float) -> list[Part]:
    if not turn.latency.parts:
        return []
    origin_ns = turn.latency.parts[0].start_ns
    return [
        Part(
            PARTS[part.kind][0],
            round(100 * milliseconds(origin_ns, part.start_ns) / longest_ms, 2),
            round(100 * milliseconds(part.start_ns, part.end_ns) / longest_ms, 2),
        )
        for part in turn.latency.parts
    ]


def took_by_kind(turn: Turn) -> dict[str, float]:
    took: dict[str, float] = {}
    for part in turn.latency.parts:
        took[part.kind] = took.get(part.kind, 0.0) + milliseconds(part.start_ns, part.end_ns)
    return took


def in_ms(ms: float | None) -> str:
    return MISSING if ms is None else f"{ms:.0f} ms"


def spread_rows(timeline: Timeline) -> list[SpreadRow]:
    return [
        SpreadRow(
            name,
            spread.count,
            str(duration(spread.p50_ms)),
            str(duration(spread.p95_ms)),
            str(duration(spread.max_ms)),
        )
        for key, name in SPREADS.items()
        if (spread := timeline.figures.latency.get(key)) and spread.count
    ]


def usage_row(usage: Usage) -> UsageRow:
    model = " / ".join(part for part in (usage.provider, usage.model) if part)
    return UsageRow(USAGE_TYPES.get(usage.type, usage.type), model or MISSING, amounts_of(usage.figures))


def amounts_of(figures: Mapping[str, float]) -> list[str]:
    """`4,078 input tokens`; a figure whose name ends in its unit is shown in that unit."""
    amounts = []
    for name, value in figures.items():
        if name.endswith("_ms"):
            amounts.append(
                f"{duration(value)} {name.removesuffix('_ms').removesuffix('_duration').replace('_', ' ')}"
            )
        else:
            amounts.append(f"{value:,.0f} {name.replace('_', ' ')}")
    return amounts


def metric_row(metric: Metric) -> MetricRow:
    attributes = ", ".join(f"{name}={value}" for name, value in metric.attributes.items())
    named = {
        "value": metric.value,
        "count": metric.count,
        "sum": metric.sum,
        "min": metric.min,
        "max": metric.max,
    }
    figures = ", ".join(f"{name} {value:g}" for name, value in named.items() if value is not None)
    return MetricRow(metric.name, attributes, metric.points, f"{figures} {metric.unit}".strip())
