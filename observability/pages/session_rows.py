"""A session as one row of the list: everything in words, ready for the template."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, tzinfo
from typing import Any
from uuid import UUID

from django.utils import timezone

from observability.models import Session
from observability.pages.answer_time import is_slow
from observability.pages.spark import Spark, spark_of
from observability.pages.wording import MISSING, count, length, moment, seconds

LETTERS = {
    "audio": ("A", "Audio"),
    "transcript": ("T", "Transcript"),
    "traces": ("S", "Traces"),
    "logs": ("L", "Logs"),
    "metrics": ("M", "Metrics"),
}
STATE_WORDS = {
    "received": "received",
    "partial": "in part",
    "expected": "expected",
    "off": "off",
    "not_sent": "not sent",
    "lost": "lost",
}
LETTER_STATES = [
    ("received", "received"),
    ("partial", "received in part"),
    ("expected", "expected"),
    ("off", "switched off, or not sent"),
    ("lost", "lost"),
]
"""For the key to the letters: each that looks different."""
TAGS_SHOWN = 2
LATE = timedelta(hours=12)
"""A session that arrives so long after its beginning was kept back, or its agent's clock is wrong."""


@dataclass(frozen=True, slots=True)
class Letter:
    letter: str
    state: str
    words: str
    """For the title and for screen readers: "Audio: expected after the end"."""


@dataclass(frozen=True, slots=True)
class Mark:
    icon: str
    text: str
    words: str
    kind: str
    """bad, slow, none, or nothing."""


@dataclass(frozen=True, slots=True)
class SessionRow:
    public_id: UUID
    name: str
    room: str
    status: str
    status_label: str
    is_live: bool
    is_imported: bool
    started_at: datetime
    started_shape: str
    """The clock alone, or with the day where that is not the day of its heading."""
    is_late: bool
    """It stands where it was received, long after it began."""
    first_received_at: datetime
    last_received_at: datetime
    duration: str
    turns: int | None
    spark: Spark | None
    median: str
    slowest: str
    is_slowest_slow: bool
    marks: Sequence[Mark]
    letters: Sequence[Letter]
    outcome: str
    tags: Sequence[str]
    more_tags: Sequence[str]


@dataclass(frozen=True, slots=True)
class RowGroup:
    """The rows under one heading: what is live, then day by day as they arrived, which is their order."""

    key: str
    """What the group is, whichever others there are: a page that is brought up to date keeps its rows."""
    title: str
    rows: Sequence[SessionRow]


def row_of(session: Session) -> SessionRow:
    summary = session.summary
    tags = [str(tag) for tag in summary.get("tags", []) if not str(tag).startswith("lk.")]
    is_live = session.status == Session.Status.LIVE
    started_at = begun_at(session)
    is_late = abs(session.first_received_at - started_at) >= LATE
    return SessionRow(
        public_id=session.public_id,
        name=name_of(session),
        room=place_of(session),
        status=session.status,
        status_label=session.get_status_display(),
        is_live=is_live,
        is_imported=session.imported_at is not None,
        started_at=started_at,
        started_shape="minute" if is_late else "clock",
        is_late=is_late,
        first_received_at=session.first_received_at,
        last_received_at=session.last_received_at,
        duration=length(summary.get("duration_ms")).value,
        turns=summary.get("turns"),
        spark=spark_of(summary["answers_ms"], is_live=is_live) if summary.get("answers_ms") else None,
        median=str(seconds(summary.get("median_ms"))),
        slowest=str(seconds(summary.get("max_ms"))) if summary.get("max_ms") is not None else MISSING,
        is_slowest_slow=is_slow(summary.get("max_ms")),
        marks=marks_of(summary) if summary else [],
        letters=letters_of(summary.get("completeness") or so_far(session)),
        outcome=outcome_of(summary),
        tags=tags[:TAGS_SHOWN],
        more_tags=tags[TAGS_SHOWN:],
    )


def begun_at(session: Session) -> datetime:
    """By its agent's clock; lists and figures are dated by when a session was first received."""
    return moment(session.started_ns) or session.first_received_at


def name_of(session: Session, service_name: str = "") -> str:
    """Agents that take any job have no name; then the room tells sessions apart. Other senders name a service."""
    known = session.agent_name or session.room_name or service_name
    return known or session.summary.get("service_name") or "Unnamed agent"


def place_of(session: Session) -> str:
    rooms = [session.room_name, session.room_id] if session.agent_name else [session.room_id]
    return next((room for room in rooms if room), session.job_id)


def so_far(session: Session) -> dict[str, dict[str, str]]:
    """What the counters know before the first summary is made."""
    counts = {
        "transcript": session.chat_item_count,
        "traces": session.span_count,
        "logs": session.log_count,
        "metrics": session.metric_point_count,
    }
    missing = {signal: "off" if signal in session.switched_off else "expected" for signal in LETTERS}
    return {signal: {"state": "received" if counts.get(signal) else missing[signal]} for signal in LETTERS}


def marks_of(summary: Mapping[str, Any]) -> list[Mark]:
    calls, failures = summary.get("tool_calls", 0), summary.get("tool_failures", 0)
    cuts, errors = summary.get("interruptions", 0), summary.get("errors", 0)
    called = f"{count(calls, 'tool call')}, {failures} failed"
    return [
        Mark(
            "tool",
            f"{calls} ({failures})" if failures else str(calls),
            called,
            "bad" if failures else "" if calls else "none",
        ),
        Mark("cut", str(cuts), f"cut off {count(cuts, 'time')}", "slow" if cuts else "none"),
        Mark("error", str(errors), count(errors, "error"), "bad" if errors else "none"),
    ]


def letters_of(completeness: Mapping[str, Any]) -> list[Letter]:
    letters = []
    for signal, (letter, name) in LETTERS.items():
        found = completeness.get(signal) or {}
        state = found.get("state", "expected")
        words = f"{name}: {STATE_WORDS.get(state, state)}. {found.get('reason', '')}".strip()
        letters.append(Letter(letter, state, words))
    return letters


def outcome_of(summary: Mapping[str, Any]) -> str:
    """The summary holds a word, or nothing while nobody has judged the session."""
    found = summary.get("outcome")
    return str(found.get("outcome", "") if isinstance(found, dict) else found or "")


def grouped_by_day(rows: Sequence[SessionRow], *, zone: tzinfo, now: datetime) -> list[RowGroup]:
    live = [row for row in rows if row.is_live]
    groups = [RowGroup("live", f"Live now · {len(live)}", live)] if live else []
    days: dict[date, list[SessionRow]] = {}
    for row in rows:
        if not row.is_live:
            days.setdefault(timezone.localtime(row.first_received_at, zone).date(), []).append(row)
    today = timezone.localtime(now, zone).date()
    return groups + [
        RowGroup(day.isoformat(), day_title(day, today=today), those) for day, those in days.items()
    ]


def day_title(day: date, *, today: date) -> str:
    words = {0: "Today, ", 1: "Yesterday, "}.get((today - day).days, "")
    year = f" {day.year}" if day.year != today.year else ""
    return f"{words}{day.day} {day:%B}{year}"
