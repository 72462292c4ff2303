"""The Details pane of one turn: how long its answer took and where the time went, what was said, what was decided."""

from collections.abc import Sequence
from dataclasses import dataclass

from observability.pages.answer_time import TARGET_MS, is_slow
from observability.pages.failure_words import FailureWords, failure_words
from observability.pages.latency_table import (
    PARTS,
    SHORTEST_AXIS_MS,
    Part,
    heard_of,
    parts_of,
    took_by_kind,
)
from observability.pages.transcript_lines import (
    NOT_KEPT,
    Line,
    are_words_off,
    arguments_text,
    compact,
    heard_by_speech,
)
from observability.pages.wording import MISSING, Quantity, count, duration, milliseconds, offset, seconds
from observability.timeline.dialogue import EndOfTurn, Turn
from observability.timeline.marks import ToolCall
from observability.timeline.model import Timeline

OUTCOMES = {
    "answered": ("", "answered"),
    "interrupted": ("slow", "cut off"),
    "failed": ("bad", "failed"),
    "no_answer": ("bad", "no answer"),
    "pending": ("live", "going on"),
}
"""The colour of its pill, and the word in it."""
WAIT_OUTCOMES = {"committed": "turn ended", "user_resumed": "user went on", "dropped": "dropped", "": MISSING}


@dataclass(frozen=True, slots=True)
class PartRow:
    swatch: str
    name: str
    took: Quantity
    share: str


@dataclass(frozen=True, slots=True)
class WaitRow:
    name: str
    """Of its span, as in `data-select`; "" if the span is not here."""
    at: str
    waited: Quantity
    probability: str
    threshold: str
    is_doubtful: bool
    delay: Quantity
    outcome: str


@dataclass(frozen=True, slots=True)
class TurnPane:
    index: int
    outcome: tuple[str, str]
    agent: str
    start_ms: float
    problem: FailureWords
    notes: Sequence[str]
    """Sentences: why it took long, what was received and cannot be, what sound and spans disagree about."""
    figures: Sequence[tuple[str, Quantity]]
    kind: str
    """slow, none (no answer), or nothing."""
    parts: Sequence[Part]
    parts_label: str
    target_x: float
    target: str
    part_rows: Sequence[PartRow]
    user_text: str
    answer_text: str
    waits: Sequence[WaitRow]
    calls: Sequence[Line]
    span_count: str
    """Empty if none has arrived."""
    is_growing: bool
    """There may be more of it in a moment."""


def turn_pane(timeline: Timeline, turn: Turn) -> TurnPane:
    axis_ms = max(SHORTEST_AXIS_MS, turn.latency.e2e_ms or 0)
    spans = sum(span.turn == turn.index for span in timeline.spans)
    part_rows = part_rows_of(turn)
    return TurnPane(
        index=turn.index,
        outcome=OUTCOMES[turn.outcome],
        agent=turn.agent,
        start_ms=milliseconds(timeline.session.start_ns, turn.start_ns),
        problem=problem_of(timeline, turn),
        notes=notes_of(turn, heard=heard_of_answer(timeline, turn)),
        figures=figures_of(timeline, turn),
        kind="none" if is_unanswered(turn) else "slow" if is_slow(turn.latency.e2e_ms) else "",
        parts=parts_of(turn, axis_ms),
        parts_label=", ".join(f"{row.name} {row.took}" for row in part_rows),
        target_x=round(100 * TARGET_MS / axis_ms, 2),
        target=str(seconds(TARGET_MS)),
        part_rows=part_rows,
        user_text=turn.user_text,
        answer_text=turn.answer_text,
        waits=wait_rows(timeline, turn),
        calls=[
            call_row(call, NOT_KEPT if are_words_off(timeline) else "")
            for call in timeline.tools
            if call.turn == turn.index
        ],
        span_count=count(spans, "span") if spans else "",
        is_growing=timeline.session.status == "live" and turn.index > len(timeline.turns) - 2,
    )


def is_unanswered(turn: Turn) -> bool:
    return turn.outcome in {"no_answer", "failed"}


def problem_of(timeline: Timeline, turn: Turn) -> FailureWords:
    """What its caller never heard an answer for."""
    errors = [error for error in timeline.errors if error.turn == turn.index and not error.recovered]
    if not is_unanswered(turn):
        return FailureWords("")
    told = (error.message for error in errors if error.message)
    return failure_words(next(told, "Nothing was heard after the user's words."))


def heard_of_answer(timeline: Timeline, turn: Turn) -> str:
    """Nothing if several answers were cut off: the note is of one."""
    heard = heard_by_speech(timeline)
    cuts = [heard[speech_id] for speech_id in turn.speech_ids if speech_id in heard]
    return cuts[0] if len(cuts) == 1 else ""


def notes_of(turn: Turn, *, heard: str) -> list[str]:
    notes = []
    if is_slow(turn.latency.e2e_ms) and turn.latency.reason:
        notes.append(f"Why it took so long: {turn.latency.reason}.")
    if turn.interrupted and heard:
        notes.append(f"The answer was cut off after {heard}.")
    if turn.preempted:
        notes.append("An answer was prepared before the turn had ended, and thrown away.")
    if turn.latency.impossible:
        names = ", ".join(turn.latency.impossible)
        notes.append(f"Received with a value that cannot be, so left out: {names}.")
    _, silence, kind = heard_of(turn)
    if silence and not is_unanswered(turn):
        notes.append(f"The silence in the recording is {silence}." if kind else silence)
    return notes


def figures_of(timeline: Timeline, turn: Turn) -> list[tuple[str, Quantity]]:
    latency = turn.latency
    start_ms = milliseconds(timeline.session.start_ns, turn.start_ns)
    figures = [
        ("Answer after", Quantity("no answer") if is_unanswered(turn) else seconds(latency.e2e_ms)),
        ("Unexplained", duration(latency.unexplained_ms)),
        ("Start", Quantity(offset(start_ms, decimals=2))),
        ("Confidence", share(turn.confidence)),
    ]
    if timeline.recording is not None and timeline.recording.present:
        figures.insert(1, ("Silence heard", seconds(latency.measured_ms)))
    if turn.steps:
        figures.append(("LLM steps", Quantity(str(turn.steps))))
    return figures


def share(value: float | None) -> Quantity:
    return Quantity(MISSING if value is None else f"{value:.2f}")


def part_rows_of(turn: Turn) -> list[PartRow]:
    took = took_by_kind(turn)
    whole_ms = sum(took.values())
    return [
        PartRow(*PARTS[kind], duration(ms), f"{100 * ms / whole_ms:.0f} %" if whole_ms else "")
        for kind, ms in took.items()
    ]


def wait_rows(timeline: Timeline, turn: Turn) -> list[WaitRow]:
    ids = {wait.span_id for wait in turn.end_of_turn}
    names = {
        span.span_id: f"span-{span.trace_id}-{span.span_id}" for span in timeline.spans if span.span_id in ids
    }
    return [wait_row(timeline, wait, names.get(wait.span_id, "")) for wait in turn.end_of_turn]


def wait_row(timeline: Timeline, wait: EndOfTurn, name: str) -> WaitRow:
    is_known = wait.probability is not None and wait.threshold is not None
    return WaitRow(
        name=name,
        at=offset(milliseconds(timeline.session.start_ns, wait.start_ns), decimals=2),
        waited=duration(milliseconds(wait.start_ns, wait.end_ns)),
        probability=str(share(wait.probability)),
        threshold=str(share(wait.threshold)),
        is_doubtful=is_known and (wait.probability or 0) < (wait.threshold or 0),
        delay=duration(wait.endpointing_delay_ms),
        outcome=WAIT_OUTCOMES.get(wait.outcome, wait.outcome),
    )


def call_row(call: ToolCall, without: str) -> Line:
    """`without`: what stands for no result."""
    return Line(
        key=call.call_id,
        kind="call",
        at_ms=0,
        at="",
        tool_name=call.name,
        arguments=arguments_text(call.arguments),
        output=compact(call.output) or without,
        is_failed=bool(call.is_error),
        duration=str(duration(call.duration_ms)) if call.duration_ms is not None else "",
    )
