"""The overview of a session: who spoke when, how long answers took, what ran, what failed. Positions are percents."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from observability.pages.answer_time import TARGET_MS, is_slow
from observability.pages.wording import clock, milliseconds, moment, offset, seconds
from observability.timeline.dialogue import Turn
from observability.timeline.model import Timeline
from observability.timeline.words import Lane

LEAST_FULL_ANSWER_MS = 2000
TALLEST_SHARE = 0.72
"""Of the lane's height, for the slowest answer; its figure stands above it. The axis is never cut off."""
NARROWEST_NUMBERED = 1.6
MOST_SPANS_PER_LANE = 400
"""A lane is some 800 px wide; more marks than this are not told apart, and each is an element."""
STEPS_S = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400)
MOST_TICKS = 8


@dataclass(frozen=True, slots=True)
class Mark:
    x: float
    width: float
    kind: str
    title: str
    height: float = 100
    text: str = ""
    """Shown inside, if there is room."""

    @property
    def top(self) -> float:
        return round(100 - self.height, 1)

    @property
    def middle(self) -> float:
        return round(self.x + self.width / 2, 3)


@dataclass(frozen=True, slots=True)
class LaneRow:
    key: str
    name: str
    marks: Sequence[Mark]


@dataclass(frozen=True, slots=True)
class Tick:
    x: float
    text: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Lanes:
    rows: Sequence[LaneRow]
    ticks: Sequence[Tick]
    length_ms: float
    target_top: float


class Axis:
    """From the session's start to as far as its data reach."""

    def __init__(self, timeline: Timeline) -> None:
        self.start_ns = timeline.session.start_ns
        self.end_ns = max(timeline.session.end_ns or 0, timeline.session.last_ns, self.start_ns + 1_000_000)

    @property
    def length_ms(self) -> float:
        return milliseconds(self.start_ns, self.end_ns)

    def share(self, at_ns: int) -> float:
        return round(max(0.0, min(100.0, 100 * milliseconds(self.start_ns, at_ns) / self.length_ms)), 3)

    def mark(
        self, start_ns: int, end_ns: int | None, kind: str, title: str, *, height: float = 100, text: str = ""
    ) -> Mark:
        x = self.share(start_ns)
        end_x = self.share(end_ns if end_ns is not None else self.end_ns)
        at = offset(milliseconds(self.start_ns, start_ns), decimals=1)
        return Mark(x, round(end_x - x, 3), kind, f"{title}, at {at}", height, text)


def lanes_of(timeline: Timeline) -> Lanes:
    axis, full_ms = Axis(timeline), full_answer_ms(timeline)
    rows = [
        LaneRow(
            "agents",
            "Agent",
            [axis.mark(a.start_ns, a.end_ns, "handoff", a.agent, text=a.agent) for a in timeline.agents],
        ),
        LaneRow("turns", "Turns", turn_marks(timeline, axis)),
        LaneRow("user", "User", user_marks(timeline, axis)),
        LaneRow("agent", "Agent", agent_marks(timeline, axis)),
        LaneRow("answers", "Answer after", list(answer_marks(timeline, axis, full_ms))),
        span_lane(timeline, axis, "llm", "LLM", Lane.LLM, Lane.REALTIME),
        span_lane(timeline, axis, "tts", "TTS", Lane.TTS),
        span_lane(timeline, axis, "tool", "Tools", Lane.TOOLS),
        LaneRow("logs", "Issues", issue_marks(timeline, axis)),
    ]
    return Lanes(rows, ticks_of(axis), axis.length_ms, round(100 - 100 * TARGET_MS / full_ms, 1))


def turn_marks(timeline: Timeline, axis: Axis) -> list[Mark]:
    """A cut-off answer reaches into the next turn; here each turn ends where the next begins."""
    next_starts = [*(turn.start_ns for turn in timeline.turns[1:]), axis.end_ns]
    pairs = zip(timeline.turns, next_starts, strict=False)  # without a turn there is still an end
    return [turn_mark(turn, min(turn.end_ns, next_ns), axis) for turn, next_ns in pairs]


def turn_mark(turn: Turn, end_ns: int, axis: Axis) -> Mark:
    kind = {"failed": "error", "no_answer": "error"}.get(
        turn.outcome, "slow" if is_slow(turn.latency.e2e_ms) else "turn"
    )
    words = turn.outcome.replace("_", " ")
    width = axis.share(end_ns) - axis.share(turn.start_ns)
    number = str(turn.index) if width >= NARROWEST_NUMBERED else ""
    return axis.mark(turn.start_ns, end_ns, kind, f"Turn {turn.index}, {words}", text=number)


def user_marks(timeline: Timeline, axis: Axis) -> list[Mark]:
    stretches = [stretch for turn in timeline.turns for stretch in turn.user_speaking]
    return [axis.mark(stretch.start_ns, stretch.end_ns, "user", "User speaks") for stretch in stretches]


def agent_marks(timeline: Timeline, axis: Axis) -> list[Mark]:
    marks = [
        axis.mark(stretch.start_ns, stretch.end_ns, "agent", f"{speech.agent or 'Agent'} speaks")
        for speech in timeline.speeches
        for stretch in speech.speaking
    ]
    return marks + [axis.mark(cut.at_ns, cut.at_ns, "cut", "Cut off") for cut in timeline.interruptions]


def full_answer_ms(timeline: Timeline) -> float:
    """What the whole height of the lane stands for."""
    slowest_ms = max((turn.latency.e2e_ms or 0 for turn in timeline.turns), default=0)
    return max(LEAST_FULL_ANSWER_MS, slowest_ms / TALLEST_SHARE)


def answer_marks(timeline: Timeline, axis: Axis, full_ms: float) -> Iterable[Mark]:
    for turn in timeline.turns:
        start_ns = turn.user_end_ns or turn.start_ns
        if turn.outcome in {"no_answer", "failed"}:
            yield axis.mark(start_ns, turn.end_ns, "none", f"Turn {turn.index} got no answer")
        elif turn.latency.e2e_ms is not None and turn.answer_start_ns:
            kind = answer_kind(turn, timeline)
            height = round(100 * turn.latency.e2e_ms / full_ms, 1)
            title = f"Turn {turn.index} answered after {seconds(turn.latency.e2e_ms)}"
            text = (
                str(seconds(turn.latency.e2e_ms)) if kind == "slow" else f"{turn.latency.e2e_ms / 1000:.2f}"
            )
            yield axis.mark(
                start_ns,
                turn.answer_start_ns,
                kind,
                title,
                height=height,
                text="" if kind == "rest" else text,
            )


def answer_kind(turn: Turn, timeline: Timeline) -> str:
    """The slowest answer stands out; others above the target are tinted."""
    if not is_slow(turn.latency.e2e_ms):
        return "rest"
    return "slow" if turn.index == timeline.figures.slowest_turn else "slowish"


def span_lane(timeline: Timeline, axis: Axis, key: str, name: str, *lanes: Lane) -> LaneRow:
    """Only the outermost span of a call: what it consists of lies exactly below it."""
    inside = {span.span_id for span in timeline.spans if span.lane in lanes}
    spans = [span for span in timeline.spans if span.lane in lanes and span.parent_span_id not in inside]
    return LaneRow(
        key,
        name,
        [
            axis.mark(
                span.start_ns,
                span.end_ns,
                "error" if span.is_error else key,
                f"{span.name} {span.label}".strip(),
            )
            for span in spans[:MOST_SPANS_PER_LANE]
        ],
    )


def issue_marks(timeline: Timeline, axis: Axis) -> list[Mark]:
    return [
        axis.mark(error.at_ns, error.at_ns, "issue", error.message or error.kind) for error in timeline.errors
    ]


def ticks_of(axis: Axis) -> list[Tick]:
    step_s = next((step for step in STEPS_S if axis.length_ms / 1000 / step <= MOST_TICKS), STEPS_S[-1])
    ticks = []
    for at_ms in range(0, int(axis.length_ms), step_s * 1000):
        at_ns = axis.start_ns + at_ms * 1_000_000
        ticks.append(Tick(axis.share(at_ns), clock(at_ms), moment(at_ns)))
    return ticks
