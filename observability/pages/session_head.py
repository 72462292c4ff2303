"""The top of a session's page: what it was, how it went, and what of it is here."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from observability.models import Session
from observability.pages.answer_time import is_slow
from observability.pages.failure_words import name_of_line
from observability.pages.recording_facts import RecordingFacts
from observability.pages.session_rows import LETTERS, name_of, place_of
from observability.pages.wording import (
    MISSING,
    NOTHING,
    Quantity,
    count,
    length,
    milliseconds,
    moment,
    seconds,
)
from observability.timeline.marks import Failure
from observability.timeline.model import Timeline
from observability.timeline.totals import Completeness
from observability.timeline.words import Signal

OWN_TAGS = "lk."
"""How the SDK writes down verdicts; the page shows those as such."""
LANGUAGES = {"python": "Python", "node": "Node"}
NOTES = {
    "partial": "in part",
    "expected": "expected",
    "off": "off",
    "not_sent": "not sent",
    "lost": "lost",
}
LABELS = {
    "received": "Received",
    "partial": "Received in part",
    "expected": "Expected",
    "off": "Switched off",
    "not_sent": "Not sent",
    "lost": "Lost",
}
ICONS = {
    "received": "check",
    "partial": "warn",
    "expected": "clock",
    "off": "dash",
    "not_sent": "dash",
    "lost": "warn",
}
NO_WORDS = "no words"
"""Of a transcript that is off; its items are calls and handoffs, which traces tell of."""
UNITS = {"transcript": "item", "traces": "span", "logs": "line", "metrics": "point"}


@dataclass(frozen=True, slots=True)
class Head:
    name: str
    room: str
    status: str
    status_label: str
    is_live: bool
    outcome: str
    outcome_reason: str
    started_at: datetime | None
    duration: Quantity
    sdk: str
    notes: Sequence[str]
    tags: Sequence[str]
    last_received_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class Figure:
    label: str
    value: Quantity
    note: str = ""
    kind: str = ""
    """slow, error, noted (only the note is an error), or nothing."""
    seek_ms: float | None = None
    """The moment it jumps to."""
    select: str = ""
    """What of that moment it shows the details of, as a link names it."""


@dataclass(frozen=True, slots=True)
class SignalState:
    name: str
    state: str
    icon: str
    note: str
    reason: str
    label: str
    kept: str
    """How much of it is here."""


def head_of(session: Session, timeline: Timeline) -> Head:
    head = timeline.session
    end_ns = head.end_ns or (None if head.status == "live" else head.last_ns)
    sdk = f"{LANGUAGES.get(head.sdk.language, head.sdk.language)} {head.sdk.version}".strip()
    return Head(
        name=name_of(session, head.service_name),
        room=place_of(session),
        status=session.status,
        status_label=session.get_status_display(),
        is_live=session.status == Session.Status.LIVE,
        outcome=timeline.outcome.outcome if timeline.outcome else "",
        outcome_reason=timeline.outcome.reason if timeline.outcome else "",
        started_at=moment(head.start_ns) if head.start_ns else session.first_received_at,
        duration=length(milliseconds(head.start_ns, end_ns)) if end_ns else NOTHING,
        sdk=sdk,
        notes=[*notes_of(timeline), *(["Imported"] if session.imported_at else [])],
        tags=[tag.name for tag in timeline.tags if not tag.name.startswith(OWN_TAGS)],
        last_received_at=session.last_received_at,
        expires_at=session.expires_at,
    )


def notes_of(timeline: Timeline) -> list[str]:
    head = timeline.session
    notes = [(head.simulated, "Simulated"), (head.redaction, "Redacted"), (bool(head.sip), "Phone call")]
    return [words for holds, words in notes if holds]


def figures_of(timeline: Timeline) -> list[Figure]:
    figures = timeline.figures
    calls_note = f"{figures.tool_failures} failed" if figures.tool_failures else ""
    return [
        slowest_figure(timeline),
        Figure("Median answer", seconds_or_nothing(timeline, "p50_ms")),
        no_answer_figure(timeline),
        Figure(
            "Cut off",
            Quantity(str(figures.interrupted)),
            f"of {figures.turns}" if figures.turns else "",
            seek_ms=first_moment(timeline, [mark.at_ns for mark in timeline.interruptions]),
        ),
        Figure(
            "Tool calls",
            Quantity(str(figures.tool_calls)),
            calls_note,
            "noted" if figures.tool_failures else "",
            first_moment(
                timeline, [c.start_ns for c in sorted(timeline.tools, key=lambda c: not c.is_error)][:1]
            ),
        ),
        Figure(
            "Errors",
            Quantity(str(figures.errors)),
            kind="error" if figures.errors else "",
            seek_ms=first_moment(timeline, [error.at_ns for error in timeline.errors]),
            select=name_of_failure(timeline, timeline.errors[0]) if timeline.errors else "",
        ),
        Figure("Turns", Quantity(str(figures.turns))),
    ]


def slowest_figure(timeline: Timeline) -> Figure:
    turn = next((turn for turn in timeline.turns if turn.index == timeline.figures.slowest_turn), None)
    if turn is None:
        return Figure("Slowest answer", NOTHING)
    kind = "slow" if is_slow(turn.latency.e2e_ms) else ""
    at_ns = turn.user_end_ns or turn.start_ns
    return Figure(
        "Slowest answer", seconds(turn.latency.e2e_ms), f"turn {turn.index}", kind, offset_ms(timeline, at_ns)
    )


def no_answer_figure(timeline: Timeline) -> Figure:
    unanswered = [turn for turn in timeline.turns if turn.outcome in {"no_answer", "failed"}]
    note = f"turn {unanswered[0].index}" if len(unanswered) == 1 else ""
    at = first_moment(timeline, [turn.start_ns for turn in unanswered])
    return Figure("No answer", Quantity(str(len(unanswered))), note, "error" if unanswered else "", at)


def seconds_or_nothing(timeline: Timeline, name: str) -> Quantity:
    spread = timeline.figures.latency.get("e2e")
    return seconds(getattr(spread, name)) if spread else NOTHING


def name_of_failure(timeline: Timeline, failure: Failure) -> str:
    """Its span, or else the log line that tells of it; empty where the transcript alone knows of it."""
    for span in timeline.spans:
        if span.span_id in failure.span_ids:
            return f"span-{span.trace_id}-{span.span_id}"
    return name_of_line(timeline, failure)


def first_moment(timeline: Timeline, moments_ns: Sequence[int]) -> float | None:
    return offset_ms(timeline, moments_ns[0]) if moments_ns else None


def offset_ms(timeline: Timeline, at_ns: int) -> float:
    return milliseconds(timeline.session.start_ns, at_ns)


def signal_states(timeline: Timeline, recording: RecordingFacts | None) -> list[SignalState]:
    states = []
    for signal, found in timeline.completeness.items():
        state = str(found.state)
        kept = note_of(signal, found, timeline)
        note = note_of_state(state, kept)
        name = LETTERS[signal][1]
        states.append(SignalState(name, state, ICONS[state], note, found.reason, LABELS[state], kept))
    if recording is not None and recording.is_doubtful:
        audio = next(at for at, signal in enumerate(timeline.completeness) if signal == "audio")
        states[audio] = doubted(states[audio], recording.doubts)
    return states


def note_of_state(state: str, kept: str) -> str:
    if state == "received":
        return kept
    return f"{kept} so far" if state == "expected" and kept != MISSING else NOTES[state]


def doubted(audio: SignalState, doubts: Sequence[str]) -> SignalState:
    """Here, but whoever listens should know what is wrong with it."""
    further = [doubt for doubt in doubts if doubt not in audio.reason]
    return replace(audio, state="doubted", icon="warn", reason=" ".join([audio.reason, *further]))


def note_of(signal: Signal, found: Completeness, timeline: Timeline) -> str:
    if not found.count:
        return MISSING
    if signal == "transcript" and found.state == "off":
        return NO_WORDS
    if signal == "audio":
        length_ms = timeline.recording.duration_ms if timeline.recording else None
        return str(length(length_ms)) if length_ms is not None else "received"
    return count(found.count, UNITS[signal])
